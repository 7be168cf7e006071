"""The files that a fix changed, and the places in them that make examples."""

from __future__ import annotations

from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from lessonguard.authoring.new.fix.changed_code import (
    SourceFile,
    find_changed_places,
    is_test_or_document,
    main_language,
    read_changed_code,
)
from lessonguard.git.changes import CommitId, Hunk
from lessonguard.git.repository import Repository
from lessonguard.semgrep.installed import find_semgrep
from tests.support.repo import Repo


def source(before: str, after: str) -> SourceFile:
    """Make a file of a fix, with the hunks that a diff has."""
    old, new = before.split("\n"), after.split("\n")
    opcodes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    hunks = [
        # As Git does, an empty side starts at the line before it.
        Hunk(
            base_start=base if base == base_end else base + 1,
            base_count=base_end - base,
            head_start=head if head == head_end else head + 1,
            head_count=head_end - head,
        )
        for tag, base, base_end, head, head_end in opcodes
        if tag != "equal"
    ]
    return SourceFile(
        before_path="pay.py", after_path="pay.py", before=old, after=new, hunks=hunks, language="python"
    )


def test_a_small_replacement_comes_before_a_large_addition() -> None:
    before = "def f(x):\n    return x\n\n\ndef g(x):\n    return post(x)\n"
    added = before.replace("    return x\n", "    log(x)\n    log(2)\n    log(3)\n    return x\n")

    places = find_changed_places(source(before, added.replace("post(x)", "post(x, 5)")))

    assert [place.blocks[0].good.partition("(")[0] for place in places] == ["def g", "def f"]


def test_added_code_comes_before_removed_code() -> None:
    before = "def f(x):\n    log(x)\n    return x\n\n\ndef g(x):\n    return x\n"
    after = "def f(x):\n    return x\n\n\ndef g(x):\n    log(x)\n    return x\n"

    places = find_changed_places(source(before, after))

    assert [place.blocks[0].good.partition("(")[0] for place in places] == ["def g", "def f"]


def test_two_changes_in_one_function_are_one_place() -> None:
    before = "def f(x):\n    a = 1\n\n    b = 2\n"

    [place] = find_changed_places(source(before, before.replace("1", "3").replace("2", "4")))

    assert place.blocks[0].good == "def f(x):\n    a = 3\n\n    b = 4\n"


def test_comments_imports_and_new_functions_are_no_places() -> None:
    before = "import a\n\n# old\n\n\ndef f(x):\n    return x\n"
    after = "import b\n\n# new\n\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return x + 1\n"

    assert find_changed_places(source(before, after)) == []


def test_a_function_of_more_than_thirty_lines_is_no_block() -> None:
    before = "def f():\n" + "".join(f"    step({number})\n" for number in range(40))

    [place] = find_changed_places(source(before, before.replace("step(20)", "step(20, 5)")))

    assert [block.after for block in place.blocks] == [range(22, 23)]
    assert (place.lines.before, place.lines.after) == (range(19, 26), range(19, 26))


def test_the_main_language_is_a_programming_language_if_there_is_one() -> None:
    python = source("a\n", "b\n")
    yaml = replace(source("a\nb\n", "c\nd\n"), language="yaml")

    assert main_language([yaml, python]) == "python"
    assert main_language([yaml]) == "yaml"
    assert main_language([]) == ""


def test_files_that_cannot_be_read_are_left_out_with_the_reason(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "shop")
    base = repo.commit(
        "Break it", {"pay.py": "f(1)\n", "logo.png": b"\x89PNG\0", "tests/test_pay.py": "f(1)\n"}
    )
    head = repo.commit(
        "Fix it", {"pay.py": "f(2)\n", "logo.png": b"\x89PNG\0\0", "tests/test_pay.py": "f(2)\n"}
    )

    with Repository.open(repo.path) as repository:
        changed = read_changed_code(
            repository,
            CommitId(base),
            CommitId(head),
            languages=find_semgrep().languages,
            folder="lessons",
        )

    assert changed.paths == ("logo.png", "pay.py")
    assert [file.after for file in changed.files] == [["f(2)"]]
    assert changed.left_out == (
        "logo.png: it is not text in UTF-8, or too large",
        "tests/test_pay.py: a test, a document or generated",
    )


@pytest.mark.parametrize(
    "path",
    [
        *(
            "tests/test_pay.py",
            "src/test/java/A.java",
            "pay_test.go",
            "pay.spec.ts",
            "PayTest.java",
            "conftest.py",
        ),
        *("README.md", "docs/a.py", "package-lock.json", "go.sum", "poetry.lock", "app.min.js", "api_pb2.py"),
        *("vendor/a.go", "node_modules/a.js", ".editorconfig", "CHANGELOG.md", "spec/a_spec.rb"),
    ],
)
def test_tests_documents_and_generated_files_are_told_apart_by_path(path: str) -> None:
    assert is_test_or_document(path)


@pytest.mark.parametrize(
    "path", ["pay.py", "src/latest.py", "testing.go", "contest/a.py", "lockfile.py", "Dockerfile"]
)
def test_other_files_are_what_a_fix_is_about(path: str) -> None:
    assert not is_test_or_document(path)
