"""A plan holds what will be asked, and no answer; what it could not ask is listed with the reason."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from lessonguard.git.changes import BlobId, ChangedFile, FileVersion
from lessonguard.lessons.model import Lesson, Library, Watch
from lessonguard.scan.notices import CitationIndex
from lessonguard.scan.plan import ScanPlan, files_to_compare, list_unchecked, plan_scan
from lessonguard.scan.source import Source
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineResult, EngineRule, Match, Side, Unchecked
from lessonguard.semgrep.targets import Selector
from tests.support.report import TIMEOUT

LANGUAGES = find_semgrep().languages
RULE = EngineRule(id="r", analyzers=frozenset({"python"}), document={"id": "r", "pattern": "pay($X)"})


def version(path: str, text: str) -> FileVersion:
    return FileVersion(path=path, blob=BlobId(text), executable=False)


def changed(base: str | None, head: str | None, *, path: str = "a.py", old: str = "") -> ChangedFile:
    """Make a changed file whose blobs are called like their texts."""
    return ChangedFile(
        base=None if base is None else version(old or path, base),
        head=None if head is None else version(path, head),
    )


def plan(*files: ChangedFile, unread: dict[str, int] | None = None) -> ScanPlan:
    versions = [side for file in files for side in (file.base, file.head) if side]
    texts: dict[BlobId, Source | int] = {side.blob: Source(side.blob.encode()) for side in versions}
    texts |= {BlobId(name): size for name, size in (unread or {}).items()}
    return plan_scan(files, texts, selector=Selector([RULE], LANGUAGES, folder=None), max_bytes=100)


def found(plan: ScanPlan, index: int, side: Side) -> Match:
    key = list(plan.places).index((index, side))
    return Match(rule="r", target=key, start=0, end=1, message="m", fix=None)


def library(*lessons: Lesson) -> Library:
    return Library(folder="lessons", lessons=lessons)


def test_both_versions_of_a_file_are_targets() -> None:
    made = plan(changed("old", "new"), changed(None, "more", path="b.py"))

    assert [made.places[target.key] for target in made.targets] == [(0, "base"), (0, "head"), (1, "head")]
    assert [target.content for target in made.targets] == [b"old", b"new", b"more"]


def test_a_plan_cannot_be_changed() -> None:
    made = plan(changed("old", "new"))

    with pytest.raises(FrozenInstanceError):
        setattr(made, "rules", ())  # noqa: B010 - mypy would find it


def test_a_file_that_only_got_another_name_is_no_target() -> None:
    assert plan(changed("same", "same", old="b.py")).targets == ()


def test_a_file_whose_new_name_other_rules_match_is_a_target() -> None:
    assert len(plan(changed("same", "same", old="notes.txt")).targets) == 1


def test_what_was_not_read_is_unchecked_with_the_reason() -> None:
    made = plan(changed("old", "new"), changed(None, "huge", path="b.py"), unread={"huge": 101, "old": 9})

    assert [(item.path, item.kind) for item in made.unchecked] == [
        ("a.py", "too-much"),
        ("b.py", "too-large"),
    ]
    assert [made.places[target.key] for target in made.targets] == [(0, "head")]


def test_what_an_engine_could_not_check_gets_the_path_and_side_of_its_version() -> None:
    made = plan(changed("old", "new", old="b.py"))
    key = list(made.places).index((0, "base"))
    result = EngineResult(unchecked=(Unchecked(path="b.py", target=key, kind="parse", reason="bad"),))

    (item,) = made.all_unchecked(result)[0]

    assert (item.path, item.side, item.target) == ("a.py", "base", None)
    assert item.explanation == "before the change, bad"


def test_the_old_version_counts_as_unchecked_only_where_matches_could_not_be_compared() -> None:
    made = plan(changed("old", "new"), unread={"old": 101})

    assert list_unchecked(made, EngineResult(), library()) == ()
    matched = EngineResult(matches=(found(made, 0, "head"),))
    assert [item.side for item in list_unchecked(made, matched, library())] == ["base"]


def test_only_files_that_a_finding_or_notice_may_be_about_are_compared() -> None:
    watching = replace(TIMEOUT, watch=Watch(paths=("pay/",)))
    made = plan(
        changed("a", "b"),
        changed("c", "d", path="b.py"),
        changed(None, "# lessonguard: accept", path="c.py"),
        changed("e", "f", path="pay/d.txt"),
        changed("g INC-245", "h", path="e.txt"),
    )
    result = EngineResult(matches=(found(made, 1, "base"),))

    chosen = files_to_compare(made, result, library(watching), citations=CitationIndex(["INC-245"]))

    assert chosen == {1: (), 2: (), 3: (watching,), 4: ()}
