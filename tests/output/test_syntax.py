"""Comments in the syntax of a language, as lessonguard itself reads them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lessonguard.lessons.model import Rule, RuleId
from lessonguard.output.phrases import accept_comment
from lessonguard.output.syntax import commented, language
from lessonguard.scan.comments import find_accept_comments
from lessonguard.scan.finding import Finding
from lessonguard.scan.source import Source
from lessonguard.semgrep.installed import find_semgrep
from tests.support.report import TIMEOUT, make_finding

_OPENINGS = {"php": "<?php\n", "hack": "<?hh\n"}
_NO_COMMENT = {"html", "json", "vue", "xml", "generic", "spacegrep", "aliengrep", "regex", "none"}


def _finding(*languages: str, path: str) -> Finding:
    rule = Rule(id=RuleId("INC-245.1"), languages=languages, document={}, line=9)
    return make_finding(path=path, lesson=replace(TIMEOUT, rules=(rule,)))


def _files() -> Iterator[tuple[str, str, str]]:
    for row in find_semgrep().languages.rows:
        for name in row.keys:
            if name not in _NO_COMMENT:
                yield from ((name, row.id, f"a{end}" if end[0] == "." else end) for end in row.endings)


@pytest.mark.parametrize(("name", "analyzer", "path"), list(_files()))
def test_what_a_comment_proposes_to_paste_is_accepted(name: str, analyzer: str, path: str) -> None:
    finding = _finding(name, path=path)
    pasted = f"{_OPENINGS.get(name, '')}{commented(accept_comment(TIMEOUT), finding)}\ncall(1)\n"

    [found] = find_accept_comments(Source(pasted.encode()), file_name=path, analyzers=[analyzer])

    assert (found.incident, found.fault) == ("INC-245", "")
    assert found.applies_to == pasted.count("\n")


@pytest.mark.parametrize(
    ("languages", "path", "written"),
    [
        (["python"], "a.py", "# x"),
        (["javascript", "typescript"], "a.vue", "// x"),
        (["python", "javascript"], "a.ts", "// x"),
        (["regex"], "db/schema.sql", "-- x"),
        (["regex"], "Dockerfile", "# x"),
        (["generic"], "site.css", "/* x */"),
        (["ocaml"], "a.ml", "(* x *)"),
        (["regex"], "index.html", "x"),
        (["html"], "index.html", "x"),
        ([], "a.py", "# x"),
        ([], "py", "x"),
    ],
)
def test_the_rule_says_the_language_and_else_the_name_of_the_file(
    languages: list[str], path: str, written: str
) -> None:
    assert commented("x", _finding(*languages, path=path)) == written


@pytest.mark.parametrize(
    ("languages", "named"), [(["python"], "python"), (["regex"], ""), ([], ""), (["generic", "go"], "go")]
)
def test_only_languages_are_named(languages: list[str], named: str) -> None:
    assert language(_finding(*languages, path="a.py")) == named
