"""Which files rules look at: never fewer than Semgrep's own engine would."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pytest

from lessonguard.git.changes import BlobId, FileVersion
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineRule
from lessonguard.semgrep.languages import load_languages
from lessonguard.semgrep.targets import Selection, Selector

LANGUAGES = load_languages(find_semgrep().package)


def rule(id_: str = "r", *analyzers: str, paths: Mapping[str, Sequence[str]] | None = None) -> EngineRule:
    document: dict[str, object] = {
        "id": id_,
        "languages": list(analyzers or ["python"]),
        "severity": "INFO",
        "message": "m",
        "pattern-regex": "Z",
    }
    if paths is not None:
        document["paths"] = paths
    return EngineRule(id=id_, analyzers=frozenset(analyzers or ["python"]), document=document)


def file(path: str, content: bytes = b"x\n", *, executable: bool = False) -> tuple[FileVersion, bytes]:
    return FileVersion(path=path, blob=BlobId("0" * 40), executable=executable), content


def select(
    rules: Sequence[EngineRule],
    *files: tuple[FileVersion, bytes],
    folder: str | None = "lessons",
    **more: int,
) -> Selection:
    return Selector(rules, LANGUAGES, folder=folder).select(files, **more)


def paths(selection: Selection) -> list[str]:
    return [target.path for target in selection.targets]


@pytest.mark.parametrize("glob", ["a[", "[]", "[!]", "[z-a]", "a\\", "src/[^]"])
def test_a_rule_whose_globs_the_engine_cannot_read_reaches_it_to_be_refused(glob: str) -> None:
    bad = rule(paths={"exclude": ["src/", glob]})

    assert select([bad], file("src/a.py")).rules == (bad,)


@pytest.mark.parametrize(
    "value", [None, "src/", ["src/"], {"include": "src/"}, {"include": [1]}, {"include": None}]
)
def test_malformed_paths_reach_the_engine_to_be_refused(value: object) -> None:
    bad = EngineRule(id="r", analyzers=frozenset({"python"}), document={"id": "r", "paths": value})

    assert select([bad], file("a.py")).rules == (bad,)


def test_exclude_wins_over_include() -> None:
    both = rule(paths={"include": ["src/"], "exclude": ["tests/"]})

    assert paths(select([both], file("src/a.py"), file("src/tests/a.py"), file("lib/a.py"))) == ["src/a.py"]


def test_only_rules_for_one_of_the_files_are_selected() -> None:
    python, go, elsewhere = rule("p"), rule("g", "go"), rule("e", paths={"include": ["/web/"]})

    selection = select([python, go, elsewhere], file("a.py"), file("b.py"))

    assert selection.rules == (python,)


def test_targets_are_checked_only_as_languages_that_a_rule_is_for() -> None:
    rules = [rule("p"), rule("x", "regex", paths={"include": ["*.md"]})]

    (target,) = select(rules, file("a.py")).targets

    assert target.analyzers == {"python"}


def test_keys_are_positions_in_what_was_given() -> None:
    selection = select([rule()], file("a.go"), file("a.py"), file("b.py", b"\0"), file("a.py", b"y"))

    assert [(target.key, target.content) for target in selection.targets] == [(1, b"x\n"), (3, b"y")]
    assert [skipped.target for skipped in selection.unchecked] == [2]


def test_the_first_line_of_an_executable_script_names_its_language() -> None:
    script = b"#!/usr/bin/env python3\n"

    assert paths(select([rule()], file("deploy", script, executable=True), file("notes", script))) == [
        "deploy"
    ]


def test_what_might_be_a_script_is_worth_reading() -> None:
    wants = Selector([rule()], LANGUAGES, folder=None).wants

    assert wants(file("deploy", executable=True)[0])
    assert not wants(file("deploy")[0])
    assert not wants(file("a.go")[0])


@pytest.mark.parametrize("folder", ["lessons", "lessons/", "docs/lessons"])
def test_lessons_are_not_scanned(folder: str) -> None:
    inside, outside = f"{folder.rstrip('/')}/a.yaml", f"{folder.rstrip('/')}-old/a.yaml"
    any_file = rule("r", "regex")

    assert paths(select([any_file], file(inside), file(outside), folder=folder)) == [outside]


@pytest.mark.parametrize("name", ["pay.py", "below/pay.py", ".drafts/INC-1.yaml", "data.json", "yaml"])
def test_what_is_no_lesson_is_scanned_in_the_folder_of_lessons_too(name: str) -> None:
    any_file = rule("r", "regex")

    assert paths(select([any_file], file(f"lessons/{name}"))) == [f"lessons/{name}"]


_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"


@pytest.mark.parametrize(
    "text",
    [
        _POINTER,
        _POINTER.replace("\n", "\r\n"),
        _POINTER.replace("git-lfs", "hawser"),
        _POINTER.replace("https://git-lfs.github.com/spec/v1", "http://git-media.io/v/2"),
        f"\n \n{_POINTER}",
        f"{_POINTER}\n\n",
        _POINTER.rstrip(),
        _POINTER.replace("\n", "  \n"),
        _POINTER.replace("oid", "ext-0-case sha256:00\noid"),
        "[git-media]\n" + _POINTER.replace(" ", "="),
    ],
)
def test_each_form_of_a_git_lfs_pointer_is_listed(text: str) -> None:
    selection = select([rule()], file("a.py", text.encode()))

    assert (selection.targets, [item.kind for item in selection.unchecked]) == ((), ["git-lfs"])


@pytest.mark.parametrize(
    "text",
    [
        f"{_POINTER}requests.get(url)\n",
        f"import requests\n{_POINTER}",
        f'"""\n{_POINTER}"""\nrequests.get(url)\n',
        "version 2\nsize 1\n",
        "version https://git-lfs.github.com/spec/v1\n",
        "oid sha256:00\nsize 1\n",
        f"{_POINTER}{'size 1' + chr(10)}" * 50,
    ],
)
def test_code_beside_the_lines_of_a_pointer_is_checked(text: str) -> None:
    assert paths(select([rule()], file("a.py", text.encode()))) == ["a.py"]


def test_without_a_folder_nothing_is_a_lesson() -> None:
    any_file = rule("r", "regex")

    assert paths(select([any_file], file("lessons/a.yaml"), folder=None)) == ["lessons/a.yaml"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x = 1\n\0", "binary"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS"),
        (b"x" * 101, "larger than 100 bytes (101)"),
    ],
)
def test_a_file_that_cannot_be_checked_is_listed_with_the_reason(content: bytes, reason: str) -> None:
    selection = select([rule()], file("a.py", content), max_bytes=100)

    assert selection.targets == ()
    assert selection.rules == ()
    assert [reason in skipped.reason for skipped in selection.unchecked] == [True]


def test_what_is_just_small_enough_is_checked() -> None:
    assert paths(select([rule()], file("a.py", b"x" * 100), max_bytes=100)) == ["a.py"]


def test_binary_files_that_only_rules_for_any_file_match_are_not_listed() -> None:
    any_file, images = rule("a", "regex"), rule("i", "generic", paths={"include": ["*.png"]})
    image = file("logo.png", b"\x89PNG\0")

    assert select([any_file], image).unchecked == ()
    assert len(select([images], image).unchecked) == 1


def test_a_path_that_is_not_utf8_is_shown_to_globs_with_replacements() -> None:
    selection = select([rule(paths={"include": ["/caf?.py"]})], file("caf\udcff.py"))

    assert paths(selection) == ["caf\ufffd.py"]


def test_a_thousand_lessons_and_three_thousand_files_take_no_time() -> None:
    kinds = ("python", "js", "go", "java", "ruby", "ts", "yaml", "generic", "terraform", "rust")
    rules = [
        rule(
            str(i),
            kinds[i % 10],
            paths={"include": [f"svc{i}/**"], "exclude": ["tests/"]} if i % 4 == 0 else None,
        )
        for i in range(1000)
    ]
    files = [file(f"svc{i % 200}/deep/module{i}.py") for i in range(3000)]
    began = time.process_time()

    selection = select(rules, *files)

    assert len(selection.targets) == 3000
    assert time.process_time() - began < 2
