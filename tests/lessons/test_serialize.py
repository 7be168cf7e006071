"""Lessons as JSON values, and back."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.lessons.cache import write_cache
from lessonguard.lessons.model import (
    Example,
    IncidentId,
    Lesson,
    Mode,
    Proof,
    Remediation,
    RemediationKind,
    Rule,
    RuleId,
    Severity,
    Timeline,
    Watch,
)
from lessonguard.lessons.serialize import decode_lesson, encode_lesson
from tests.support.blobs import Blobs, incidents, lesson_text


@pytest.mark.parametrize(
    "stored",
    [None, 1, "x", [], [1], {}, {"path": 1}, {"incident": "INC-1"}, {"unknown": 1}, {"date": 5}],
    ids=str,
)
def test_an_entry_of_another_form_is_made_again(stored: object, tmp_path: Path) -> None:
    write_cache(tmp_path / "cache", {"one lessons/a.yaml": stored})
    blobs = Blobs(one=lesson_text("INC-1"))
    assert incidents(blobs.load(tmp_path / "cache", a="one")) == ["INC-1"]
    assert blobs.asked == ["one"]


_texts = st.text(max_size=20)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=5,
)
_offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_instants = st.datetimes(min_value=datetime(1900, 1, 1), timezones=_offsets)  # noqa: DTZ001 - bounds are naive
_moments = st.none() | _instants.map(lambda moment: moment.replace(fold=0))  # an offset leaves no doubt
_lessons = st.builds(
    Lesson,
    path=_texts,
    line=st.integers(1, 9),
    incident=_texts.map(IncidentId),
    title=_texts,
    date=st.dates(),
    severity=st.sampled_from(Severity),
    failure_class=_texts,
    failure_mode=_texts,
    root_cause=_texts,
    mitigation=_texts,
    invariant=_texts,
    postmortem=st.none() | _texts,
    sources=st.lists(_texts, max_size=2).map(tuple),
    mode=st.sampled_from(Mode),
    timeline=st.none() | st.builds(Timeline, began=_moments, detected=_moments, stabilized=_moments),
    rules=st.lists(
        st.builds(
            Rule,
            id=_texts.map(RuleId),
            languages=st.lists(_texts, max_size=2).map(tuple),
            document=st.dictionaries(_texts, _json, max_size=3),
            line=st.integers(1, 9),
        ),
        max_size=2,
    ).map(tuple),
    examples=st.lists(st.builds(Example, bad=_texts | st.none(), rule=st.none()), max_size=2).map(tuple),
    proof=st.none() | st.builds(Proof, broken=_texts, fixed=_texts, repository=_texts | st.none()),
    watch=st.none() | st.builds(Watch, paths=st.lists(_texts, max_size=2).map(tuple)),
    remediation=st.lists(
        st.builds(
            Remediation,
            kind=st.sampled_from(RemediationKind),
            failure_mode=_texts,
            owner=_texts,
            due=st.dates(),
            validation=_texts,
            done=st.none() | st.dates(min_value=date(2000, 1, 1)),
        ),
        max_size=2,
    ).map(tuple),
)


@given(_lessons)
def test_a_lesson_survives_the_cache_exactly(lesson: Lesson) -> None:
    again = decode_lesson(json.loads(json.dumps(encode_lesson(lesson))))
    assert again == lesson
    assert repr(again) == repr(lesson)
