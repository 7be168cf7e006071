"""Histories replayed and compared with brute force: full scans of both commits by the public Semgrep.

What must hold is said in terms of lines and text, not of lessonguard's own way of getting there.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.brute import Hit, Pair
from tests.support.history import grow
from tests.support.replay import RULES, Judged, judge, write_lessons
from tests.support.repo import Repo

_ROOT = Path(__file__).parents[2]
_INTRODUCED = {"added", "exposed"}

# What is replayed -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the lessons as files, and their rules for Semgrep beside them."""
    folder = tmp_path_factory.mktemp("lessons") / "files"
    write_lessons(folder)
    return folder


@pytest.fixture(scope="module")
def generated(lessons: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """Judge changes of a history that was grown at random."""
    repo = Repo(tmp_path_factory.mktemp("generated") / "repo")
    grow(repo, steps=50, seed=245)
    line = repo.git("rev-list", "--first-parent", "--reverse", "HEAD").split()
    far = [*zip(line, line[12:], strict=False)][::6]
    return judge(repo, [*_steps(repo), *far], lessons=lessons, work=tmp_path_factory.mktemp("generated-scan"))


@pytest.fixture(scope="module")
def own(lessons: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """Judge changes of this project's own history, as much of it as there is."""
    if not (_ROOT / ".git").exists():
        return []
    copy = tmp_path_factory.mktemp("own") / "copy"
    subprocess.run(["git", "clone", "--quiet", "--bare", "--no-local", str(_ROOT), str(copy)], check=True)
    repo = Repo(copy, create=False)
    line = repo.git("rev-list", "--first-parent", "--reverse", "HEAD").split()[-40:]
    pairs = [*pairwise(line)][-12:] + [*zip(line, line[8:], strict=False)][::8]
    return judge(repo, pairs, lessons=lessons, work=tmp_path_factory.mktemp("own-scan")) if pairs else []


@pytest.fixture(scope="module")
def history(generated: list[Judged], own: list[Judged]) -> list[Judged]:
    """Return all that was judged."""
    return generated + own


def _steps(repo: Repo) -> list[tuple[str, str]]:
    """Pair every other commit with its parent; of each merge all three with one another."""
    rows = [row.split() for row in repo.git("rev-list", "--parents", "--reverse", "HEAD").splitlines()]
    merges = [row for row in rows if len(row) > 2]
    plain = [(row[1], row[0]) for row in rows if len(row) == 2]
    of_merges = [
        pair for merge, one, other in merges for pair in ((one, merge), (other, merge), (one, other))
    ]
    return plain[::2] + of_merges


# What must hold -------------------------------------------------------------------------------


def test_what_is_reported_is_what_full_scans_find(history: list[Judged]) -> None:
    for judged in history:
        heads = {(pair.path, *hit.place) for pair, hit in judged.heads()}
        bases = {(pair.path, *hit.place) for pair, hit in judged.bases()}

        assert judged.states.keys() <= heads, judged.name
        assert judged.fixed <= bases, judged.name
        assert len(judged.states) == len(judged.report["findings"]), judged.name


def test_what_full_scans_find_more_often_than_before_is_reported(history: list[Judged]) -> None:
    """By rule and text, in each file and in the whole change: head minus base is reported at least."""
    for judged in history:
        for pair in judged.pairs:
            more = _count(pair.head) - _count(pair.base)
            reported = _count([hit for hit in pair.head if judged.state(pair, hit)])
            assert not more - reported, f"{judged.name} {pair.path}"
        more = _count([hit for _, hit in judged.heads()]) - _count([hit for _, hit in judged.bases()])
        edited = {"touched", *_INTRODUCED}
        reported = _count([hit for pair, hit in judged.heads() if judged.state(pair, hit) in edited])
        assert not more - reported, judged.name


def test_what_is_not_reported_was_in_the_same_file_before(history: list[Judged]) -> None:
    """Each match that is passed over has one of its own in base, on lines that are equal byte for byte."""
    for judged in history:
        for pair in judged.pairs:
            silent = [hit for hit in pair.head if judged.state(pair, hit) is None]
            passed_over = Counter((hit.rule, hit.raw_lines) for hit in silent)
            assert not passed_over - Counter((hit.rule, hit.raw_lines) for hit in pair.base), judged.name


def test_what_matched_on_the_same_lines_before_is_not_reported(history: list[Judged]) -> None:
    wrong = [
        judged.describe(pair, hit)
        for judged in history
        for pair, hit in judged.heads()
        if pair.stood(hit) and _is_untouched(pair, hit) and judged.state(pair, hit)
    ]

    assert not wrong


def test_what_was_only_indented_or_converted_is_touched(history: list[Judged]) -> None:
    states = Counter(
        judged.state(pair, hit)
        for judged in history
        for pair, hit in judged.heads()
        if pair.stood(hit) and not _is_untouched(pair, hit)
    )

    assert states.keys() == {"touched"}
    assert states["touched"] > 20


def test_what_stayed_and_did_not_match_before_is_exposed(history: list[Judged]) -> None:
    """Its lines are old, and in base no match of the rule was on them."""
    states = Counter(
        judged.state(pair, hit) or judged.describe(pair, hit)
        for judged in history
        for pair, hit in judged.heads()
        if pair.origin(hit) and not any(_overlap(base, pair.origin(hit), hit.rule) for base in pair.base)
    )

    assert states.keys() == {"exposed"}
    assert states["exposed"] > 20


def test_lines_that_were_there_are_never_added(history: list[Judged]) -> None:
    wrong = [
        judged.describe(pair, hit)
        for judged in history
        for pair, hit in judged.heads()
        if judged.state(pair, hit) == "added" and pair.origin(hit)
    ]

    assert not wrong


def test_what_is_exposed_is_made_of_words_that_its_file_had(history: list[Judged]) -> None:
    wrong = [
        judged.describe(pair, hit)
        for judged in history
        for pair, hit in judged.heads()
        if judged.state(pair, hit) == "exposed"
        and not _words(hit.content[hit.start : hit.end]) <= _words(pair.base_content or b"")
    ]

    assert not wrong


def test_what_is_touched_was_in_its_file(history: list[Judged]) -> None:
    """By file and rule: what stands or was touched, and what was fixed, is no more than base had."""
    for judged in history:
        for pair in judged.pairs:
            old = Counter(hit.rule for hit in pair.head if judged.state(pair, hit) in {None, "touched"})
            gone = Counter(hit.rule for hit in pair.base if (pair.path, *hit.place) in judged.fixed)
            assert not old + gone - Counter(hit.rule for hit in pair.base), f"{judged.name} {pair.path}"


def test_what_is_moved_left_another_place(history: list[Judged]) -> None:
    """By rule and text: no more is moved than base matches that do not stand where they stood."""
    for judged in history:
        moved = _count([hit for pair, hit in judged.heads() if judged.state(pair, hit) == "moved"])
        stands = _count([hit for pair, hit in judged.heads() if pair.stood(hit)])
        assert not moved - (_count([hit for _, hit in judged.bases()]) - stands), judged.name


def test_what_was_taken_away_is_not_new_at_another_place(history: list[Judged]) -> None:
    """A match whose lines were deleted, with nothing in their place, has moved to where its twin appears."""
    for judged in history:
        gone = {
            hit.key
            for pair, hit in judged.bases()
            if (pair.path, *hit.place) in judged.fixed and pair.was_deleted(hit)
        }
        added = {hit.key for pair, hit in judged.heads() if judged.state(pair, hit) == "added"}
        assert not gone & added, judged.name


def test_what_base_had_is_either_fixed_or_the_origin_of_something_old(history: list[Judged]) -> None:
    for judged in history:
        states = Counter(judged.state(pair, hit) for pair, hit in judged.heads())
        old = states[None] + states["touched"] + states["moved"]
        assert old + len(judged.fixed) == len(list(judged.bases())), judged.name


def test_renamed_files_introduce_nothing_of_their_own(history: list[Judged]) -> None:
    pairs = [
        (judged, pair)
        for judged in history
        for pair in judged.pairs
        if pair.path != pair.previous_path and pair.base_content == pair.head_content
    ]

    assert len(pairs) > 3
    assert not [pair.path for judged, pair in pairs for hit in pair.head if judged.state(pair, hit)]


def test_the_generated_history_holds_enough_of_everything(generated: list[Judged]) -> None:
    states = Counter(judged.state(pair, hit) for judged in generated for pair, hit in judged.heads())
    fixed = sum(len(judged.fixed) for judged in generated)
    rules = Counter(
        hit.rule for judged in generated for pair, hit in judged.heads() if judged.state(pair, hit)
    )

    assert len(generated) > 60
    assert fixed > 100
    assert {state: count for state, count in states.items() if count < 20} == {}
    assert states.keys() == {None, "added", "exposed", "touched", "moved"}
    assert {rule for rule in RULES if rules[rule] < 10} <= {"HINT", "EQUAL"}


def _count(hits: Sequence[Hit]) -> Counter[tuple[str, bytes]]:
    return Counter(hit.key for hit in hits)


def _words(text: bytes) -> set[bytes]:
    return set(re.findall(rb"\w+", text))


def _is_untouched(pair: Pair, hit: Hit) -> bool:
    """Return whether the base lines that a match comes from are equal to its own byte for byte."""
    lines = (pair.base_content or b"").split(b"\n")
    return b"\n".join(lines[line - 1] for line in pair.origin(hit)) == hit.raw_lines


def _overlap(base: Hit, lines: range, rule: str) -> bool:
    return base.rule == rule and base.lines.start < lines.stop and lines.start < base.lines.stop
