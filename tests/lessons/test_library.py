"""A folder of lesson files becomes a library; nothing in it hides the rest, and a second look is fast."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lessonguard.errors import LessonError
from lessonguard.lessons.cache import read_cache
from lessonguard.lessons.library import load_blobs, load_folder
from lessonguard.lessons.model import (
    Library,
    is_lesson_path,
)
from lessonguard.lessons.parse import MAX_BYTES
from tests.support.blobs import Blobs, incidents, lesson_text


def test_lessons_of_a_folder_and_below_are_sorted_by_incident(tmp_path: Path) -> None:
    (tmp_path / "payments" / "old").mkdir(parents=True)
    (tmp_path / "b.yaml").write_text(lesson_text("INC-1"))
    (tmp_path / "payments" / "a.yml").write_text(lesson_text("INC-3"))
    (tmp_path / "payments" / "old" / "c.yaml").write_text(lesson_text("INC-2"))
    library = load_folder(tmp_path, name="docs/lessons")
    assert incidents(library) == ["INC-1", "INC-2", "INC-3"]
    assert library.folder == "docs/lessons"
    assert library.faults == ()
    paths = [lesson.path for lesson in library.lessons]
    assert paths == ["docs/lessons/b.yaml", "docs/lessons/payments/old/c.yaml", "docs/lessons/payments/a.yml"]


def test_without_a_name_lessons_are_called_as_the_folder_was_given(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(lesson_text("INC-1"))
    library = load_folder(tmp_path, name=None)
    assert library.folder is None
    assert library.lessons[0].path == f"{tmp_path.as_posix()}/a.yaml"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("INC-1.yaml", True),
        ("payments/INC-1.yml", True),
        (".INC-1.yaml", False),
        (".drafts/INC-1.yaml", False),
        ("INC-1.json", False),
        ("README.md", False),
        ("yaml", False),
    ],
)
def test_a_lesson_file_is_yaml_and_not_hidden(path: str, expected: bool) -> None:
    assert is_lesson_path(path) is expected
    assert is_lesson_path(f"docs/lessons/{path}", folder="docs/lessons") is expected
    assert not is_lesson_path(path, folder="lessons")
    assert not is_lesson_path(path, folder=None)


def test_other_files_in_the_folder_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in (".hidden.yaml", ".git/x.yaml", "README.md", "x.json", "INC-1.yaml~"):
        (tmp_path / name).write_text("not: [a lesson")
    assert load_folder(tmp_path, name="lessons") == Library(lessons=(), folder="lessons")


def test_an_invalid_lesson_hides_nothing_and_all_faults_of_all_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(lesson_text("INC-1").replace("severity: P1", "severity: P7\nx: 1"))
    (tmp_path / "b.yaml").write_text(lesson_text("INC-2"))
    (tmp_path / "c.yaml").write_text("[")
    library = load_folder(tmp_path, name="lessons")
    assert incidents(library) == ["INC-2"]
    assert [fault.text.partition(": ")[0] for fault in library.faults] == [
        "lessons/a.yaml:5:11",
        "lessons/a.yaml:6:1",
        "lessons/c.yaml:2:1",
    ]


def test_of_two_lessons_about_one_incident_the_first_stays(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(lesson_text("INC-1"))
    (tmp_path / "b.yaml").write_text("# moved\n" + lesson_text("INC-1"))
    library = load_folder(tmp_path, name="lessons")
    assert [lesson.path for lesson in library.lessons] == ["lessons/a.yaml"]
    [fault] = library.faults
    where, _, remedy = fault.text.partition("; ")
    assert where == "lessons/b.yaml:3:1: incident INC-1 is already in lessons/a.yaml:2"
    assert remedy == "this lesson is left out; give it another ID, or join the two"


def test_of_two_rules_with_one_id_the_first_stays(tmp_path: Path) -> None:
    for name in ("INC-1", "INC-2"):
        text = lesson_text(name).replace("- languages: [python]", "- languages: [python]\n    id: shared")
        (tmp_path / f"{name}.yaml").write_text(text)
    library = load_folder(tmp_path, name="lessons")
    assert incidents(library) == ["INC-1"]
    [fault] = library.faults
    where, _, remedy = fault.text.partition("; ")
    assert where == "lessons/INC-2.yaml:17:1: rule shared is already in lessons/INC-1.yaml:17"
    assert remedy == "this lesson is left out; give the rule another id"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LessonError, match="there is no such folder") as caught:
        load_folder(tmp_path / "lessons", name="lessons")
    assert caught.value.hint


def test_links_out_of_the_folder_and_to_folders_are_faults(tmp_path: Path) -> None:
    folder, outside = tmp_path / "lessons", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.yaml").write_text(lesson_text("INC-9"))
    (folder / "INC-1.yaml").write_text(lesson_text("INC-1"))
    (folder / "a.yaml").symlink_to(outside / "secret.yaml")
    (folder / "b").symlink_to(outside)
    (folder / "c.yaml").symlink_to("nowhere.yaml")
    library = load_folder(folder, name="lessons")
    assert incidents(library) == ["INC-1"]
    assert [fault.text.partition("; ")[0] for fault in library.faults] == [
        "lessons/b:1:1: the file cannot be read: it is a link to outside of the lesson folder",
        "lessons/a.yaml:1:1: the file cannot be read: it is a link to outside of the lesson folder",
        "lessons/c.yaml:1:1: the file cannot be read: it is not a file",
    ]
    assert {fault.hint for fault in library.faults} == {"a lesson is a plain file that you may read"}


def test_a_pipe_does_not_stop_the_program(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    assert len(load_folder(tmp_path, name="lessons").faults) == 1


def test_a_file_that_is_too_large_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"#" * (10 * MAX_BYTES))
    expected = "lessons/a.yaml:1:1: the file is larger than 1 MiB; one file holds one incident"
    [fault] = load_folder(tmp_path, name="lessons").faults
    assert fault.text == expected


def test_lessons_of_a_commit_are_read_at_once_and_other_files_not_at_all() -> None:
    blobs = Blobs(one=lesson_text("INC-1"), two=lesson_text("INC-2"), other="x")
    entries = [("ops/lessons/b.yaml", "one"), ("ops/lessons/a.yaml", "two"), ("ops/lessons/x.md", "other")]
    library = load_blobs(entries, blobs.read, folder="ops/lessons", cache=None)
    assert [lesson.path for lesson in library.lessons] == ["ops/lessons/b.yaml", "ops/lessons/a.yaml"]
    assert blobs.asked == ["two", "one"]
    assert library.folder == "ops/lessons"


def test_a_commit_without_lessons_is_not_asked_for_any() -> None:
    blobs = Blobs()
    assert blobs.load(None) == Library(lessons=(), folder="lessons")
    assert blobs.asked == []


def test_what_is_in_the_cache_is_not_read_again_and_gives_the_same(tmp_path: Path) -> None:
    cache = tmp_path / "made" / "on" / "demand"
    blobs = Blobs(one=lesson_text("INC-1"), bad="incident: [")
    first = blobs.load(cache, a="one", b="bad")
    assert blobs.load(cache, a="one", b="bad") == first
    assert blobs.asked == ["one", "bad"]
    assert incidents(first) == ["INC-1"]
    assert len(first.faults) == 1


def test_the_cache_keeps_a_fault_with_its_hint_and_its_fix(tmp_path: Path) -> None:
    blobs = Blobs(bad="incident: INC-1\nroot_cause: the client has no default timeout\n")
    first = blobs.load(tmp_path / "cache", a="bad")
    again = blobs.load(tmp_path / "cache", a="bad")
    assert again.faults == first.faults
    assert blobs.asked == ["bad"]
    [fix] = [fault.fix for fault in again.faults if fault.fix]
    assert (fix.old, fix.new) == ("root_cause", "root-cause")


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    blobs = Blobs(one=lesson_text("INC-1"), two=lesson_text("INC-2"))
    blobs.load(tmp_path / "cache", a="one")
    assert incidents(blobs.load(tmp_path / "cache", a="one", b="two")) == ["INC-1", "INC-2"]
    assert blobs.asked == ["one", "two"]


def test_a_renamed_lesson_is_called_by_its_new_path(tmp_path: Path) -> None:
    blobs = Blobs(one=lesson_text("INC-1"))
    blobs.load(tmp_path / "cache", old="one")
    assert blobs.load(tmp_path / "cache", new="one").lessons[0].path == "lessons/new.yaml"


def test_what_is_gone_leaves_the_cache(tmp_path: Path) -> None:
    blobs = Blobs(one=lesson_text("INC-1"), two=lesson_text("INC-2"))
    blobs.load(tmp_path / "cache", a="one", b="two")
    blobs.load(tmp_path / "cache", b="two")
    assert list(read_cache(tmp_path / "cache")) == ["two lessons/b.yaml"]
    assert list(tmp_path.iterdir()) == [tmp_path / "cache"]


def test_a_folder_and_a_commit_share_what_is_remembered(tmp_path: Path) -> None:
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / "a.yaml").write_text(lesson_text("INC-1"))
    library = load_folder(folder, name="lessons", cache=tmp_path / "cache")
    argv = ["git", "hash-object", "--no-filters", "lessons/a.yaml"]
    blob = subprocess.run(argv, cwd=tmp_path, capture_output=True, check=True, text=True).stdout.strip()
    blobs = Blobs()
    assert blobs.load(tmp_path / "cache", a=blob) == library
    assert blobs.asked == []


def test_a_warm_library_never_imports_yaml(tmp_path: Path) -> None:
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / "a.yaml").write_text(lesson_text("INC-1"))
    load_folder(folder, name="lessons", cache=tmp_path / "cache")
    code = (
        "import sys; from pathlib import Path; from lessonguard.lessons.library import load_folder\n"
        "library = load_folder(Path(sys.argv[1]), name='lessons', cache=Path(sys.argv[2]))\n"
        "print(len(library.lessons), 'yaml' in sys.modules)"
    )
    argv = [sys.executable, "-c", code, str(folder), str(tmp_path / "cache")]
    assert subprocess.run(argv, capture_output=True, check=True, text=True).stdout.split() == ["1", "False"]
