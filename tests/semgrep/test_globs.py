"""Globs mean what Semgrep's engine takes them for, and each can be translated or is refused."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.semgrep.core import CoreEngine
from lessonguard.semgrep.globs import glob_fault, glob_filter, path_filter, visible_path
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineRule, Limits, Target

GLOB_PARTS = (
    *("a", "b", "src", ".", "..x", "*", "**", "?", "/", "//", "***", "a.py", "*.py", "{a,b}", "é", "😀"),
    *(
        "[ab]",
        "[!a]",
        "[^b]",
        "[a-c]",
        "[[]",
        "[é]",
        "[/]",
        "[!/]",
        "[a-]",
        "[--0]",
        "[!-]",
        "[.]",
        "[&&a]",
        "[a||b]",
    ),
    *("\\*", "\\a", "\\/", " ", "#", "\n", "-", "$", "+", "(", "]", "^", "!", "~", "&&"),
)
PATH_PARTS = (
    *("a", "b", "c", "src", "a.py", "b.py", ".a", "..x", "*", "é", "a b", "#", "a\nb", "x", "-", "[", "]"),
    *("{a,b}", "$", "+", "(", "^", "!", "~", "&&", "😀", "A"),
)


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


def test_globs_mean_what_the_engine_takes_them_for() -> None:
    chance = random.Random(245)  # noqa: S311 - for variety, not for secrets
    globs = ["", "/", "//", "./", ".", "/**", "**", "src/", "/src", "src/*.py", "te**t.py", "src/***"]
    globs += readable("".join(chance.choices(GLOB_PARTS, k=chance.randint(1, 6))) for _ in range(400))
    names = {"/".join(chance.choices(PATH_PARTS, k=chance.randint(1, 4))) for _ in range(200)}
    targets = [
        Target(key=key, path=name, content=b"Z", analyzers=frozenset({"regex"}))
        for key, name in enumerate(names)
    ]
    rules = [rule(str(index), "regex", paths={"include": [glob]}) for index, glob in enumerate(globs)]
    rules += [rule(f"not-{index}", "regex", paths={"exclude": [glob]}) for index, glob in enumerate(globs)]

    result = CoreEngine(find_semgrep().core).run(rules, targets, limits=Limits())

    matched = {(match.rule, targets[match.target].path) for match in result.matches}
    expected = {(one.id, name) for one in rules for name in names if path_filter(one.document).admits(name)}
    assert result.refused == {}
    assert matched == expected


def readable(globs: Iterable[str]) -> Iterable[str]:
    return (glob for glob in globs if glob_filter((glob,)) != glob_filter(()))


@given(st.text("ab[]!^-*?/\\.é", max_size=12))
def test_every_glob_is_translated_or_refused(glob: str) -> None:
    admits = glob_filter((glob,)).admits

    assert admits("a/b") in (True, False)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary(max_size=4))
def test_visible_paths_can_always_be_written(name: str, odd: bytes) -> None:
    path = name + odd.decode("utf-8", "surrogateescape")

    visible_path(path).encode()


@pytest.mark.parametrize(
    ("glob", "fault"),
    [
        ("a[", "Semgrep cannot read the glob 'a[' from character 2 on."),
        ("[z-a]", "Semgrep cannot read '[z-a]': the range is the wrong way round."),
        ("[]", "Semgrep cannot read '[]': it is empty."),
        ("src/**", ""),
    ],
)
def test_a_glob_that_semgrep_cannot_read_has_a_fault(glob: str, fault: str) -> None:
    assert glob_fault(glob) == fault


def test_a_glob_that_semgrep_cannot_read_admits_nothing_and_the_others_count() -> None:
    watched = glob_filter(("a[", "src/"))

    assert watched.admits("src/a.py")
    assert not watched.admits("a[")
