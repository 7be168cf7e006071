"""The pieces of code in the examples of a lesson, as samples for a rule; no engine runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lessonguard.authoring.files import Files, Origin
from lessonguard.authoring.prove.samples import Sample, example_samples
from lessonguard.authoring.prove.samples import TestedRule as RuleToTry  # else pytest would collect it
from lessonguard.lessons.model import Example, Rule, RuleId
from lessonguard.semgrep.installed import Semgrep
from lessonguard.semgrep.rules import engine_rule
from tests.support.report import TIMEOUT

RULE = Rule(id=RuleId("INC-245"), languages=("python",), document={"pattern": "a()"}, line=9)
NO_PATH = 'add a "path" that they include to the example'


def samples(
    semgrep: Semgrep,
    *examples: Example,
    languages: tuple[str, ...] = ("python",),
    paths: Mapping[str, Any] | None = None,
    other: Rule | None = None,
) -> list[Sample]:
    document = {**RULE.document, "languages": list(languages), **({"paths": paths} if paths else {})}
    rule = replace(RULE, languages=languages, document=document)
    lesson = replace(TIMEOUT, rules=(rule, other) if other else (rule,), examples=examples)
    tested = RuleToTry(lesson=lesson, rule=rule, engine_rule=engine_rule(rule, semgrep.languages))
    files = Files(Origin(repository=None))
    return list(example_samples(tested, semgrep.languages, files))


def test_bad_code_comes_before_good_code_in_the_order_of_the_file(semgrep: Semgrep) -> None:
    found = samples(semgrep, Example(line=3, bad="a()", good="b()"), Example(line=6, bad="a(1)"))

    assert [(each.side, each.what, each.line, each.content) for each in found] == [
        ("bad", "example 1", 3, b"a()"),
        ("good", "example 1", 3, b"b()"),
        ("bad", "example 2", 6, b"a(1)"),
    ]


def test_code_without_a_path_gets_a_file_name_of_its_language(semgrep: Semgrep) -> None:
    found = samples(semgrep, Example(bad="a()"), Example(bad="a()", path="shop/pay.py"))

    assert [each.path for each in found] == ["example.py", "shop/pay.py"]


def test_an_example_for_another_rule_is_left_out(semgrep: Semgrep) -> None:
    assert samples(semgrep, Example(bad="a()", rule=RuleId("INC-245.other"))) == []


def test_an_example_without_a_language_is_read_as_each_of_the_rule(semgrep: Semgrep) -> None:
    found = samples(
        semgrep, Example(bad="a()"), Example(bad="a()", language="go"), languages=("python", "go")
    )

    assert [(each.language, set(each.analyzers), each.group) for each in found] == [
        ("python", {"python"}, 1),
        ("go", {"go"}, 1),
        ("go", {"go"}, 2),
    ]


def test_two_names_of_one_language_are_read_once(semgrep: Semgrep) -> None:
    assert [each.language for each in samples(semgrep, Example(bad="a()"), languages=("python", "py"))] == [
        "python"
    ]


def test_a_javascript_example_is_not_read_as_typescript_too(semgrep: Semgrep) -> None:
    [found] = samples(semgrep, Example(bad="a()"), languages=("javascript",))

    assert found.analyzers == {"js"}


def test_a_file_that_cannot_be_read_is_a_problem_with_its_name(semgrep: Semgrep) -> None:
    [found] = samples(semgrep, Example(bad_file="shop/pay.py@4f1c2d9aa0"))

    assert (found.what, found.path, found.commit) == (
        "example 1, shop/pay.py@4f1c2d9aa0",
        "shop/pay.py",
        "4f1c2d9aa0",
    )
    assert found.problem == "shop/pay.py cannot be read: this is no Git repository"


def test_code_that_the_paths_of_the_rule_exclude_is_a_problem(semgrep: Semgrep) -> None:
    other = replace(RULE, id=RuleId("INC-245.other"))
    paths = {"include": ["shop/"]}

    [without_path] = samples(semgrep, Example(bad="a()"), paths=paths)
    [alone] = samples(semgrep, Example(bad="a()", path="b.py"), paths=paths)
    [one_of_two] = samples(semgrep, Example(bad="a()", path="b.py"), paths=paths, other=other)

    assert [without_path.problem, without_path.hint] == [
        'the "paths" of the rule exclude example.py',
        NO_PATH,
    ]
    assert [alone.problem, alone.hint] == ['the "paths" of the rule exclude b.py', ""]
    assert one_of_two.hint == 'name with "rule" the rule that the example is for'


def test_good_code_with_a_path_may_show_what_the_paths_leave_out(semgrep: Semgrep) -> None:
    [found] = samples(semgrep, Example(good="a()", path="tests/pay.py"), paths={"exclude": ["tests/"]})

    assert (found.side, found.problem) == ("good", "")
