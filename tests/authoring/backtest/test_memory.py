"""What is kept between backtests: it is bounded, and damage costs time and nothing else."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lessonguard.authoring.backtest.memory import Memory, tree_key
from lessonguard.authoring.backtest.outcome import Outcome
from lessonguard.authoring.backtest.result import Place
from lessonguard.git.changes import BlobId, FileVersion
from lessonguard.lessons.model import Lesson, Rule, RuleId, Watch
from lessonguard.scan.finding import State
from tests.support.report import LOCK, TIMEOUT

PLACE = Place(
    path="caf\udce9/pay.py",
    line=3,
    column=5,
    state=State.EXPOSED,
    rule=RuleId("INC-245"),
    text='charge("\u202e", 1)',
    is_accepted=True,
)
OUTCOME = Outcome(places=(PLACE,), unchecked=(("a.py", "it is large"),), is_watched=True)


def rule(pattern: str) -> Rule:
    return Rule(id=RuleId("INC-245"), languages=("python",), document={"pattern": pattern}, line=3)


LESSON = replace(TIMEOUT, rules=(rule("a"),))


def saved(folder: Path, **outcomes: Outcome) -> Path:
    """Save outcomes in a new memory, and give the file that they are in."""
    memory = Memory(folder)
    for key, outcome in outcomes.items():
        memory.note(LESSON, key, outcome)
    memory.save()
    (file,) = folder.glob("*.json")
    return file


@pytest.mark.parametrize(
    "outcome", [OUTCOME, Outcome(), Outcome(is_watched=True)], ids=["full", "no", "path"]
)
def test_what_was_noted_is_known_to_the_next(tmp_path: Path, outcome: Outcome) -> None:
    saved(tmp_path, change=outcome)

    assert Memory(tmp_path).recall(LESSON, "change") == outcome
    assert Memory(tmp_path).recall(LESSON, "another") is None


def test_nothing_is_known_that_was_not_saved(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.note(LESSON, "change", OUTCOME)

    assert memory.recall(LESSON, "change") == OUTCOME
    assert Memory(tmp_path).recall(LESSON, "change") is None
    assert list(tmp_path.iterdir()) == []


def test_a_memory_without_a_folder_ends_with_it() -> None:
    memory = Memory(None)
    memory.note(LESSON, "change", OUTCOME)
    memory.save()

    assert memory.recall(LESSON, "change") == OUTCOME
    assert Memory(None).recall(LESSON, "change") is None


@pytest.mark.parametrize(
    "other",
    [
        replace(LESSON, rules=(rule("b"),)),
        replace(LESSON, watch=Watch(paths=("billing/**",))),
        replace(LESSON, incident=LOCK.incident),
    ],
    ids=["rule", "watch", "incident"],
)
def test_a_lesson_that_looks_for_something_else_is_asked_anew(tmp_path: Path, other: Lesson) -> None:
    saved(tmp_path, change=OUTCOME)

    assert Memory(tmp_path).recall(other, "change") is None


def test_a_lesson_that_only_reads_better_is_known(tmp_path: Path) -> None:
    saved(tmp_path, change=OUTCOME)

    assert Memory(tmp_path).recall(replace(LESSON, title="Better", line=9), "change") == OUTCOME


def test_another_basis_knows_nothing(tmp_path: Path) -> None:
    saved(tmp_path, change=OUTCOME)

    assert Memory(tmp_path, basis=["1.190.0"]).recall(LESSON, "change") is None


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
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - a table of functions
    file = saved(tmp_path, change=OUTCOME)
    file.write_bytes(damage(file.read_bytes()))

    memory = Memory(tmp_path)
    assert memory.recall(LESSON, "change") is None
    memory.note(LESSON, "change", OUTCOME)
    memory.save()
    assert Memory(tmp_path).recall(LESSON, "change") == OUTCOME


@pytest.mark.parametrize(
    "value",
    [None, 7, [1], [[], [], 0, 0], [[["a.py", 1]], [], False], [[["a", 1, 1, "new", "r", "", 0]], [], 0]],
)
def test_what_is_no_outcome_is_asked_anew(tmp_path: Path, value: object) -> None:
    """As if another version had written it: the checksum is right."""
    memory = Memory(tmp_path)
    memory.note(LESSON, "change", Outcome())
    memory._known[LESSON.incident]["change"] = value  # noqa: SLF001 - what no version writes
    memory.save()

    assert Memory(tmp_path).recall(LESSON, "change") is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    memory = Memory(tmp_path / "file" / "folder")
    memory.note(LESSON, "change", OUTCOME)

    memory.save()

    assert (tmp_path / "file").stat().st_size == 0


def test_a_file_keeps_the_newest_outcomes(tmp_path: Path) -> None:
    keys = [f"change-{number}" for number in range(5_010)]

    file = saved(tmp_path, **dict.fromkeys(keys, Outcome()))

    memory = Memory(tmp_path)
    assert memory.recall(LESSON, keys[9]) is None
    assert memory.recall(LESSON, keys[10]) == Outcome()
    assert file.stat().st_size < 200_000


def test_an_outcome_with_very_many_places_is_not_kept(tmp_path: Path) -> None:
    huge = Outcome(places=(PLACE,) * 1_001)

    saved(tmp_path, huge=huge, small=OUTCOME)

    assert Memory(tmp_path).recall(LESSON, "huge") is None
    assert Memory(tmp_path).recall(LESSON, "small") == OUTCOME


def test_the_oldest_files_go_when_there_are_too_many(tmp_path: Path) -> None:
    for number in range(202):
        (tmp_path / f"{number}.json").write_text(json.dumps(number))
        os.utime(tmp_path / f"{number}.json", (number, number))

    memory = Memory(tmp_path)
    memory.note(LESSON, "change", OUTCOME)
    memory.save()

    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) == 200
    assert not {"0.json", "1.json", "2.json"} & left
    assert Memory(tmp_path).recall(LESSON, "change") == OUTCOME


def test_of_trees_only_the_last_day_is_kept(tmp_path: Path) -> None:
    versions = [FileVersion(path="a.py", blob=BlobId("b" * 40), executable=False)]
    days = [date(2026, 5, day) for day in (9, 10, 11)]
    keys = [tree_key(versions, today=day) for day in days]

    saved(tmp_path, **dict.fromkeys([keys[2], keys[0], "change", keys[1]], OUTCOME))

    known = [key for key in [*keys, "change"] if Memory(tmp_path).recall(LESSON, key)]
    assert known == [keys[2], "change"]


@pytest.mark.parametrize("other", [{"path": "b.py"}, {"blob": BlobId("c" * 40)}, {"executable": True}])
def test_a_part_of_a_tree_is_known_by_all_that_is_in_it(other: dict[str, Any]) -> None:
    version = FileVersion(path="a.py", blob=BlobId("b" * 40), executable=False)
    today = date(2026, 5, 9)

    keys = {tree_key(files, today=today) for files in ([version], [replace(version, **other)], [version] * 2)}

    assert len(keys) == 3


def test_what_is_kept_out_is_not_saved(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    memory.note(LESSON, "change", OUTCOME)
    memory.keep_out(LESSON)
    memory.save()

    assert Memory(tmp_path).recall(LESSON, "change") is None


def test_files_are_nobody_elses_to_write(tmp_path: Path) -> None:
    file = saved(tmp_path / "new" / "folder", change=OUTCOME)

    assert not stat.S_IMODE(file.stat().st_mode) & stat.S_IWOTH
