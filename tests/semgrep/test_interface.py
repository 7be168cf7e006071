"""What every engine keeps to: the fast one, the public one and the fake one.

`semgrep scan` takes two seconds to start, so most cases share one run; each sees its own part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lessonguard.semgrep.core import CoreEngine
from lessonguard.semgrep.installed import find_semgrep, public_engine
from lessonguard.semgrep.interface import Engine, EngineResult, EngineRule, Limits, Target, Unchecked
from tests.support.engine import FakeEngine

ENGINES: Mapping[str, Callable[[], Engine]] = {
    "core": lambda: CoreEngine(find_semgrep().core),
    "cli": lambda: public_engine(find_semgrep()),
    "fake": FakeEngine,
}


def rule(id_: str, *languages: str, **keys: Any) -> EngineRule:  # noqa: ANN401 - JSON
    languages = languages or ("python",)
    document = {"id": id_, "languages": list(languages), "severity": "WARNING", "message": "m"}
    document |= {key.replace("_", "-"): value for key, value in keys.items()}
    return EngineRule(id=id_, analyzers=frozenset(languages), document=document)


def target(content: bytes, path: str = "a.py", *analyzers: str, key: int = 0) -> Target:
    return Target(key=key, path=path, content=content, analyzers=frozenset(analyzers or ("python",)))


@dataclass(frozen=True, kw_only=True)
class Case:
    rules: Sequence[EngineRule]
    targets: Sequence[Target]


PAY = rule("pay", pattern="pay($X)", message="pays $X", fix="pay($X, timeout=5)")
WORD = rule("word", "regex", pattern_regex="pay")

CASES: Mapping[str, Case] = {
    "positions": Case(rules=[PAY], targets=[target("x = 1\n  \nk = 'é'; pay(2)\n".encode())]),
    "lines": Case(rules=[rule("call", pattern="charge(...)")], targets=[target(b"charge(\n    1,\n)\n")]),
    "languages": Case(
        rules=[PAY, rule("both", "js", "python", pattern="pay($X)"), WORD],
        targets=[
            target(b"pay(1)\n", "a.py", "python", "regex"),
            target(b"pay(1)\n", "a.js", "js"),
            target(b"pay(1)\n", "notes.txt", "regex"),
            target(b"pay(1)\n", "tool", "python"),
        ],
    ),
    "overlap": Case(
        rules=[rule("once", "python", "python3", pattern="pay(1)")],
        targets=[target(b"pay(1)\n", "a.py", "python", "python3")],
    ),
    "dialects": Case(
        rules=[rule("ts", "ts", pattern="pay(1)")],
        targets=[
            target(b"const a = <div onClick={() => pay(1)}>x</div>;\npay(1);\n", "a.tsx", "ts"),
            target(b"const a = <any>b;\npay(1);\n", "a.ts", "ts"),
        ],
    ),
    "versions": Case(rules=[PAY], targets=[target(b"pay(1)\n"), target(b"\npay(1)\n")]),
    "paths": Case(
        rules=[
            rule("src", pattern="pay(1)", paths={"include": ["/src/"]}),
            rule("not-tests", pattern="pay(1)", paths={"exclude": ["tests/", "*_test.py"]}),
        ],
        targets=[
            target(b"pay(1)\n", path)
            for path in ("src/a.py", "lib/src/a.py", "src/tests/a.py", "a_test.py", "a.py")
        ],
    ),
    "silenced": Case(rules=[PAY], targets=[target(b"pay(1)  # nosemgrep\npay(2)  # nosemgrep: pay\n")]),
    "refused": Case(rules=[PAY, rule("bad", pattern="pay(")], targets=[target(b"pay(1)\n")]),
    "broken": Case(rules=[PAY], targets=[target(b"pay(1)\ndef f():\n  return g(1\n")]),
    "unparsable": Case(
        rules=[rule("json", "json", pattern="pay")], targets=[target(b'{"pay"', "a.json", "json")]
    ),
    "nothing": Case(rules=[PAY], targets=[target(b"")]),
    "endings": Case(rules=[PAY], targets=[target(b"if x:\r\n\tpay(1)\r\n\tpay(2)")]),
    "encodings": Case(
        rules=[PAY, WORD, rule("inside", pattern_regex="pay.1.")],
        targets=[target(b"s = '\xff\xe9'; pay(1)\n", "a.py", "python", "regex")],
    ),
    "names": Case(
        rules=[rule("py", pattern="pay(1)", paths={"include": ["*.py"]})],
        targets=[
            target(b"pay(1)\n", path)
            for path in (
                "a\nb.py",
                'it\'s "quoted" \\.py',
                "caf\udcc3\udca9.py",
                "\udcff.py",
                "-x.py",
                "tests/$(x).py",
            )
        ],
    ),
    "strangers": Case(rules=[PAY], targets=[target(b"pay(1)\n", "a.go", "go")]),
}

SLOW_CODE = b"".join(b"x%d = f(a, b, c, g(h(%d, i, j), k))\n" % (i, i) for i in range(400)) + b"pay(1)\n"
SLOW_PATTERN = (
    "$X = f(..., $A, ..., $B, ...)\n...\n$Y = f(..., $C, ..., $D, ...)\n...\n$Z = f(..., $E, ...)\n"
)


@pytest.fixture(params=ENGINES, scope="module")
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]()


@pytest.fixture(scope="module")
def everything(engine: Engine) -> EngineResult:
    """Ask about all cases at once."""
    return engine.run(*question(), limits=Limits())


@pytest.fixture
def ask(everything: EngineResult) -> Callable[[str], EngineResult]:
    """Return what the one run says about the rules and targets of a case, under their own names."""
    return lambda name: part(everything, name)


def question() -> tuple[list[EngineRule], list[Target]]:
    rules, targets = [], []
    for name, case in CASES.items():
        rules += [rename(rule, f"{name}.{rule.id}") for rule in case.rules]
        targets += [replace(target, key=first_key(name) + i) for i, target in enumerate(case.targets)]
    return rules, targets


def first_key(name: str) -> int:
    return 100 * list(CASES).index(name)


def rename(rule: EngineRule, id_: str) -> EngineRule:
    return replace(rule, id=id_, document={**rule.document, "id": id_})


def part(result: EngineResult, name: str) -> EngineResult:
    first, prefix = first_key(name), f"{name}."
    keys = range(first, first + len(CASES[name].targets))
    return EngineResult(
        matches=tuple(
            replace(match, rule=match.rule.removeprefix(prefix), target=match.target - first)
            for match in result.matches
            if match.target in keys and match.rule.startswith(prefix)
        ),
        unchecked=tuple(
            replace(
                item,
                rule=item.rule and item.rule.removeprefix(prefix),
                target=item.target - first,
            )
            for item in result.unchecked
            if item.target is not None and item.target in keys and (item.rule or prefix).startswith(prefix)
        ),
        refused={
            rule.removeprefix(prefix): reason
            for rule, reason in result.refused.items()
            if rule.startswith(prefix)
        },
    )


def places(result: EngineResult) -> list[tuple[str, int, int, int]]:
    return [(match.rule, match.target, match.start, match.end) for match in result.matches]


def found(result: EngineResult) -> set[tuple[str, int]]:
    return {(match.rule, match.target) for match in result.matches}


Ask = Callable[[str], EngineResult]


def test_positions_are_byte_offsets(ask: Ask) -> None:
    content = CASES["positions"].targets[0].content

    (match,) = ask("positions").matches

    assert content[match.start : match.end] == b"pay(2)"


def test_a_match_spans_lines(ask: Ask) -> None:
    assert places(ask("lines")) == [("call", 0, 0, len(b"charge(\n    1,\n)"))]


def test_rules_match_only_targets_of_their_languages(ask: Ask) -> None:
    assert found(ask("languages")) == {
        ("pay", 0), ("both", 0), ("word", 0), ("both", 1), ("word", 2), ("pay", 3), ("both", 3),
    }  # fmt: skip


def test_a_match_in_two_languages_is_returned_once(ask: Ask) -> None:
    assert places(ask("overlap")) == [("once", 0, 0, 6)]


def test_the_name_of_the_file_decides_the_dialect(ask: Ask) -> None:
    result = ask("dialects")

    assert [match.target for match in result.matches] == [0, 0, 1]
    assert result.unchecked == ()


def test_two_versions_of_a_file_have_their_own_matches(ask: Ask) -> None:
    assert places(ask("versions")) == [("pay", 0, 0, 6), ("pay", 1, 1, 7)]


def test_paths_of_rules_are_honoured(ask: Ask) -> None:
    assert found(ask("paths")) == {
        ("src", 0),
        ("src", 2),
        ("not-tests", 0),
        ("not-tests", 1),
        ("not-tests", 4),
    }


def test_message_and_fix_are_filled_in(ask: Ask) -> None:
    (match,) = ask("positions").matches

    assert (match.message, match.fix) == ("pays 2", "pay(2, timeout=5)")


def test_a_rule_without_a_fix_proposes_none(ask: Ask) -> None:
    assert [match.fix for match in ask("lines").matches] == [None]


def test_nosemgrep_comments_silence_nothing(ask: Ask) -> None:
    assert len(ask("silenced").matches) == 2


def test_a_rule_that_is_refused_is_named_and_the_others_run(ask: Ask) -> None:
    result = ask("refused")

    assert found(result) == {("pay", 0)}
    assert list(result.refused) == ["bad"]
    assert result.refused["bad"]


def test_code_that_cannot_be_parsed_is_unchecked_with_its_lines(ask: Ask) -> None:
    result = ask("broken")

    (problem,) = result.unchecked
    assert found(result) == {("pay", 0)}
    assert (problem.kind, problem.rule) == ("partial-parse", None)
    assert any(3 in lines for lines in problem.lines)
    assert not any(1 in lines for lines in problem.lines)


def test_a_file_that_cannot_be_parsed_is_unchecked(ask: Ask) -> None:
    result = ask("unparsable")

    (problem,) = result.unchecked
    assert (problem.kind, problem.rule, problem.lines) == ("parse", None, ())


def test_an_empty_file_is_clean(ask: Ask) -> None:
    assert ask("nothing") == EngineResult()


def test_line_endings_and_tabs_move_nothing(ask: Ask) -> None:
    content = CASES["endings"].targets[0].content

    assert [content[match.start : match.end] for match in ask("endings").matches] == [b"pay(1)", b"pay(2)"]


def test_bytes_that_are_not_utf8_hide_and_move_nothing(ask: Ask) -> None:
    content = CASES["encodings"].targets[0].content

    result = ask("encodings")

    assert {(match.rule, content[match.start : match.end]) for match in result.matches} == {
        ("pay", b"pay(1)"),
        ("word", b"pay"),
        ("inside", b"pay(1)"),
    }


def test_odd_file_names_hide_nothing(ask: Ask) -> None:
    targets = CASES["names"].targets

    assert found(ask("names")) == {("py", index) for index in range(len(targets))}


def test_a_target_that_no_rule_is_for_is_not_in_the_result(ask: Ask) -> None:
    assert ask("strangers") == EngineResult()


def test_the_order_of_rules_and_targets_does_not_matter(engine: Engine, everything: EngineResult) -> None:
    rules, targets = question()

    assert engine.run(rules[::-1], targets[::-1], limits=Limits()) == everything


def test_without_targets_a_bad_rule_is_still_refused(engine: Engine) -> None:
    result = engine.run([PAY, rule("bad", pattern="pay(")], [], limits=Limits())

    assert (result.matches, result.unchecked) == ((), ())
    assert list(result.refused) == ["bad"]


def test_without_rules_the_result_is_empty(engine: Engine) -> None:
    empty = EngineResult()

    assert engine.run([], [target(b"pay(1)\n")], limits=Limits()) == empty


def test_a_rule_that_would_stop_semgrep_is_refused_alone(engine: Engine) -> None:
    fatal = rule("fatal", pattern="pay($X)", paths={"include": ["src/[z-a]/"]})

    result = engine.run([fatal, PAY], [target(b"pay(1)\n")], limits=Limits())

    assert list(result.refused) == ["fatal"]
    assert found(result) == {("pay", 0)}


def test_a_rule_that_takes_too_long_leaves_the_file_unchecked_and_the_others_run(engine: Engine) -> None:
    rules = [rule("slow", pattern=SLOW_PATTERN), PAY]

    result = engine.run(rules, [target(SLOW_CODE), target(b"pay(1)\n", key=1)], limits=Limits(timeout=1))

    assert [(problem.target, problem.rule, problem.kind) for problem in result.unchecked] == [
        (0, "slow", "timeout")
    ]
    assert found(result) == {("pay", 0), ("pay", 1)}


def test_a_file_that_semgrep_gives_up_is_unchecked_by_all_rules(engine: Engine) -> None:
    rules = [
        *(rule(f"slow{i}", pattern=SLOW_PATTERN.replace("f(", f"f({'..., ' * i}")) for i in range(3)),
        PAY,
    ]

    result = engine.run(rules, [target(SLOW_CODE), target(b"pay(1)\n", key=1)], limits=Limits(timeout=1))

    given_up = [replace(problem, reason="") for problem in result.unchecked]
    assert given_up == [Unchecked(path="a.py", target=0, kind="timeout", reason="")]
    assert ("pay", 1) in found(result)
