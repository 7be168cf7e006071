"""The outcomes that are kept between backtests: bounded, and damage costs time and nothing else."""

from __future__ import annotations

import json
import os
import stat
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import lessonguard
from lessonguard.authoring.backtest import backtest_cache
from lessonguard.authoring.backtest.backtest_cache import Outcome, OutcomeCache, tree_key
from lessonguard.git.changes import BlobId, FileVersion
from lessonguard.lessons.model import Lesson, Rule, RuleId, Watch
from lessonguard.scan.finding import State
from lessonguard.semgrep.interface import Unchecked
from tests.support.past import found
from tests.support.report import LOCK, TIMEOUT


def rule(pattern: str) -> Rule:
    return Rule(id=RuleId("INC-245"), languages=("python",), document={"pattern": pattern}, line=3)


LESSON = replace(TIMEOUT, rules=(rule("a"),))
FINDING = found(
    "caf\udce9/pay.py", 3, lesson=LESSON, state=State.EXPOSED, text='charge("\u202e", 1)', is_accepted=True
)
UNCHECKED = Unchecked(path="a.py", reason="it is large")
OUTCOME = Outcome(findings=(FINDING,), unchecked=(UNCHECKED,), is_watched=True)


def saved(folder: Path, **by_key: Outcome) -> Path:
    """Save outcomes in a new cache, and return the file that they are in."""
    outcomes = OutcomeCache(folder)
    for key, outcome in by_key.items():
        outcomes.put(LESSON, key, outcome)
    outcomes.save()
    (file,) = folder.glob("*.json")
    return file


@pytest.mark.parametrize(
    "outcome", [OUTCOME, Outcome(), Outcome(is_watched=True)], ids=["full", "no", "path"]
)
def test_an_outcome_that_was_saved_is_found_by_the_next_run(tmp_path: Path, outcome: Outcome) -> None:
    saved(tmp_path, change=outcome)

    assert OutcomeCache(tmp_path).get(LESSON, "change") == outcome
    assert OutcomeCache(tmp_path).get(LESSON, "another") is None


def test_an_outcome_that_was_not_saved_is_gone(tmp_path: Path) -> None:
    outcomes = OutcomeCache(tmp_path)
    outcomes.put(LESSON, "change", OUTCOME)

    assert outcomes.get(LESSON, "change") == OUTCOME
    assert OutcomeCache(tmp_path).get(LESSON, "change") is None
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_nothing_outlives_the_cache() -> None:
    outcomes = OutcomeCache(None)
    outcomes.put(LESSON, "change", OUTCOME)
    outcomes.save()

    assert outcomes.get(LESSON, "change") == OUTCOME
    assert OutcomeCache(None).get(LESSON, "change") is None


@pytest.mark.parametrize(
    "other",
    [
        replace(LESSON, rules=(rule("b"),)),
        replace(LESSON, watch=Watch(paths=("billing/**",))),
        replace(LESSON, incident=LOCK.incident),
    ],
    ids=["rule", "watch", "incident"],
)
def test_a_lesson_with_another_rule_is_replayed_again(tmp_path: Path, other: Lesson) -> None:
    saved(tmp_path, change=OUTCOME)

    assert OutcomeCache(tmp_path).get(other, "change") is None


def test_a_lesson_with_other_words_keeps_its_outcomes(tmp_path: Path) -> None:
    saved(tmp_path, change=OUTCOME)

    better = replace(LESSON, title="Better", line=9)
    outcome = OutcomeCache(tmp_path).get(better, "change")

    assert outcome
    assert [finding.lesson for finding in outcome.findings] == [better]


def test_another_basis_has_no_outcomes(tmp_path: Path) -> None:
    saved(tmp_path, change=OUTCOME)

    assert OutcomeCache(tmp_path, basis=["1.190.0"]).get(LESSON, "change") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-10],
        lambda data: data.replace(b"pay.py", b"pax.py"),
        lambda _: b"",
        lambda _: b"\xff\0",
        lambda data: data.partition(b"\n")[0] + b"\n" + b"[" * 100_000,
    ],
    ids=["cut", "altered", "empty", "bytes", "deep"],
)
def test_a_damaged_file_counts_as_none(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - a table of functions
    file = saved(tmp_path, change=OUTCOME)
    file.write_bytes(damage(file.read_bytes()))

    outcomes = OutcomeCache(tmp_path)
    assert outcomes.get(LESSON, "change") is None
    outcomes.put(LESSON, "change", OUTCOME)
    outcomes.save()
    assert OutcomeCache(tmp_path).get(LESSON, "change") == OUTCOME


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        [1],
        [[], [], 0, 0],
        [[["a.py", 1]], [], False],
        [[{"path": "a", "state": "new"}], [], 0],
        [[{"new": 1}], [], 0],
    ],
)
def test_a_value_that_is_no_outcome_counts_as_none(tmp_path: Path, value: object) -> None:
    """As if another version had written it: the checksum is right."""
    outcomes = OutcomeCache(tmp_path)
    outcomes.put(LESSON, "change", Outcome())
    outcomes._stored[LESSON.incident]["change"] = value  # noqa: SLF001 - what no version writes
    outcomes.save()

    assert OutcomeCache(tmp_path).get(LESSON, "change") is None


def test_a_key_without_a_day_breaks_nothing(tmp_path: Path) -> None:
    """As if another version had written it: the checksum is right."""
    outcomes = OutcomeCache(tmp_path)
    outcomes.put(LESSON, "tree ", Outcome())
    outcomes.put(LESSON, "change", OUTCOME)
    outcomes.save()

    assert OutcomeCache(tmp_path).get(LESSON, "change") == OUTCOME


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcomes = OutcomeCache(tmp_path / "file" / "folder")
    outcomes.put(LESSON, "change", OUTCOME)

    outcomes.save()

    assert (tmp_path / "file").stat().st_size == 0


def test_a_file_keeps_the_newest_outcomes(tmp_path: Path) -> None:
    keys = [f"change-{number}" for number in range(5_010)]

    file = saved(tmp_path, **dict.fromkeys(keys, Outcome()))

    outcomes = OutcomeCache(tmp_path)
    assert outcomes.get(LESSON, keys[9]) is None
    assert outcomes.get(LESSON, keys[10]) == Outcome()
    assert file.stat().st_size < 200_000


def test_an_outcome_with_very_many_places_is_not_kept(tmp_path: Path) -> None:
    huge = Outcome(findings=(FINDING,) * 1_001)

    saved(tmp_path, huge=huge, small=OUTCOME)

    assert OutcomeCache(tmp_path).get(LESSON, "huge") is None
    assert OutcomeCache(tmp_path).get(LESSON, "small") == OUTCOME


def test_the_oldest_files_go_when_there_are_too_many(tmp_path: Path) -> None:
    for number in range(202):
        (tmp_path / f"{number}.json").write_text(json.dumps(number))
        os.utime(tmp_path / f"{number}.json", (number, number))

    outcomes = OutcomeCache(tmp_path)
    outcomes.put(LESSON, "change", OUTCOME)
    outcomes.save()

    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) == 200
    assert not {"0.json", "1.json", "2.json"} & left
    assert OutcomeCache(tmp_path).get(LESSON, "change") == OUTCOME


def test_of_trees_only_the_last_day_is_kept(tmp_path: Path) -> None:
    versions = [FileVersion(path="a.py", blob=BlobId("b" * 40), executable=False)]
    days = [date(2026, 5, day) for day in (9, 10, 11)]
    keys = [tree_key(versions, today=day) for day in days]

    saved(tmp_path, **dict.fromkeys([keys[2], keys[0], "change", keys[1]], OUTCOME))

    known = [key for key in [*keys, "change"] if OutcomeCache(tmp_path).get(LESSON, key)]
    assert known == [keys[2], "change"]


@pytest.mark.parametrize("other", [{"path": "b.py"}, {"blob": BlobId("c" * 40)}, {"executable": True}])
def test_the_key_of_a_tree_depends_on_everything_in_it(other: dict[str, Any]) -> None:
    version = FileVersion(path="a.py", blob=BlobId("b" * 40), executable=False)
    today = date(2026, 5, 9)

    keys = {tree_key(files, today=today) for files in ([version], [replace(version, **other)], [version] * 2)}

    assert len(keys) == 3


def test_an_excluded_lesson_is_not_saved(tmp_path: Path) -> None:
    outcomes = OutcomeCache(tmp_path)
    outcomes.put(LESSON, "change", OUTCOME)
    outcomes.exclude(LESSON)
    outcomes.save()

    assert OutcomeCache(tmp_path).get(LESSON, "change") is None


def test_nobody_else_may_write_the_files(tmp_path: Path) -> None:
    file = saved(tmp_path / "new" / "folder", change=OUTCOME)

    assert not stat.S_IMODE(file.stat().st_mode) & stat.S_IWOTH


def test_any_change_to_the_sources_of_lessonguard_starts_a_new_cache() -> None:
    checksum = 0
    for source in sorted(Path(lessonguard.__file__).parent.rglob("*.py")):
        checksum = zlib.crc32(source.read_bytes(), checksum)

    assert backtest_cache._version() == f"{checksum:08x}"  # noqa: SLF001 - nothing else shows it
