"""Where a new lesson goes, what it is made of, and that it overwrites nothing."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

import pytest

from lessonguard.authoring.new.draft import Draft, Offer, Statement
from lessonguard.authoring.new.new import Destination, find_destination, merge_drafts, write_lesson
from lessonguard.errors import LessonguardError, UsageError
from lessonguard.lessons.header import SCHEMA_URL
from tests.support.drafts import INCIDENT, empty_draft

_TIMEOUT = Path(__file__).parents[2] / "cases" / "change_lessons" / "TIMEOUT.yaml"


def destination(folder: Path, incident: str = INCIDENT) -> Destination:
    return find_destination(incident, folder=folder, top=None)


def test_a_lesson_is_named_after_its_incident(tmp_path: Path) -> None:
    found = destination(tmp_path / "lessons")

    assert found.path == tmp_path / "lessons/INC-245.yaml"
    assert found.schema == SCHEMA_URL
    assert found.library.lessons == ()


@pytest.mark.parametrize("incident", ["../INC-1", "a/b", "", "INC 1", "-x-", ".hidden", "\x1b[2J"])
def test_an_incident_must_have_an_id_that_names_a_file(incident: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='"incident" '):
        destination(tmp_path, incident)


@pytest.mark.parametrize(
    "text", ["incident: INC-245\ntitle: TODO\n", "title: x\r\nincident: 'INC-245' # ours\r\n"]
)
def test_an_incident_that_an_unfinished_file_is_about_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/hang.yml").write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=r"hang\.yml is already about INC-245\."):
        destination(tmp_path)


def test_an_incident_that_a_valid_lesson_is_about_is_refused(tmp_path: Path) -> None:
    copy(_TIMEOUT, tmp_path / "other.yaml")

    with pytest.raises(UsageError, match=r"other\.yaml is already about TIMEOUT\."):
        destination(tmp_path, "TIMEOUT")


def test_a_file_that_exists_and_a_folder_that_is_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "INC-245.yaml").symlink_to("nowhere")

    with pytest.raises(UsageError, match=r"INC-245\.yaml exists already\."):
        destination(tmp_path)
    with pytest.raises(UsageError, match="is not a folder"):
        destination(_TIMEOUT)


def test_answers_count_before_other_sources() -> None:
    other = Draft(
        incident=INCIDENT,
        postmortem="postmortem.md",
        statements=(
            Statement(key="title", text="From the postmortem", origin="line 1"),
            Statement(key="severity", text="P1", origin="line 2"),
        ),
    )

    draft = merge_drafts(INCIDENT, answers={"title": "From the author"}, drafts=(other,))

    assert (draft.text("title"), draft.text("severity")) == ("From the author", "P1")
    assert draft.postmortem == "postmortem.md"


def test_a_value_that_check_would_refuse_becomes_an_offer() -> None:
    other = Draft(
        incident=INCIDENT, statements=(Statement(key="root-cause", text="Human error.", origin="line 3"),)
    )

    draft = merge_drafts(INCIDENT, answers={}, drafts=(other,))

    assert draft.statements == ()
    [offer] = draft.offers
    assert offer == Offer(key="root-cause", text="Human error.", origin="line 3", why=offer.why)
    assert offer.why.startswith('"root-cause" says "Human error", which blames')


def test_a_lesson_is_written_with_its_folders_and_nothing_else(tmp_path: Path) -> None:
    found = destination(tmp_path / "docs/lessons")

    write_lesson(empty_draft(), found)

    assert found.path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")
    assert list(found.path.parent.iterdir()) == [found.path]


def test_a_file_that_appeared_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    found = destination(tmp_path)
    found.path.write_text("mine\n", encoding="utf-8")

    with pytest.raises(UsageError, match="exists already"):
        write_lesson(empty_draft(), found)

    assert found.path.read_text(encoding="utf-8") == "mine\n"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "pay.py").write_text("", encoding="utf-8")

    with pytest.raises(LessonguardError, match=r"Cannot write .*lessons/INC-245\.yaml: Not a directory\."):
        write_lesson(empty_draft(), destination(tmp_path / "pay.py/lessons"))
