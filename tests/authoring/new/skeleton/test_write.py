"""The text of a new lesson file: sound YAML for any text, and a lesson once it is filled in."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.authoring.mend import mend_text
from lessonguard.authoring.new.draft import Draft, Fix, FollowUp, Offer, Pair, Statement
from lessonguard.authoring.new.skeleton.sample_rules import SAMPLES
from lessonguard.authoring.new.skeleton.scalars import code_lines, prose_lines
from lessonguard.authoring.new.skeleton.versions import compare_versions
from lessonguard.authoring.new.skeleton.write import write_skeleton
from lessonguard.lessons.header import SCHEMA_URL
from lessonguard.lessons.model import IncidentId, Lesson, Severity
from lessonguard.lessons.parse import parse_lesson, read_tree
from lessonguard.lessons.rule_schema import LANGUAGES
from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar, text_value
from lessonguard.output.escape import visible
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import EngineRule, Limits, Target
from tests.support.report import hostile_text

_SNIPPETS = [
    *(
        "- ",
        "# ",
        " #",
        "'",
        '"',
        ": ",
        ":",
        "\n",
        "\n\n",
        "\t",
        "  ",
        "{{",
        "[",
        "]",
        "}",
        "|",
        ">",
        "%",
        "@",
    ),
    *(
        "`",
        "\\",
        "\x00",
        "\x1b[2J",
        "\x85",
        "\u2028",
        "\ufeff",
        "\u202e",
        "\U000e0001",
        "---",
        "...",
        "&a",
        "*a",
    ),
    *("!x", "?", "<<", "yes", "null", "1", "\ud800", " \n", "\r", "\r\n", "B c", "ü", "日本", "🙂", "\xa0"),
]
_text = st.text() | hostile_text | st.lists(st.sampled_from(_SNIPPETS)).map("".join)
_line = _text.map(lambda text: " ".join(text.split()))

_FILLED = {
    "title": "Checkout hung",
    "date": "2026-05-14",
    "severity": "P1",
    "failure-class": "missing-timeout",
    "failure-mode": "A call to the payments API had no timeout.",
    "root-cause": "The HTTP client has no default timeout.",
    "mitigation": "Pass an explicit timeout.",
    "invariant": "Every outbound HTTP call has a timeout.",
    "language": "python",
}
_CODE = ("TODO\n      - pattern-not: TODO", "f(...)\n      - pattern-not: f(1)")


def empty() -> Draft:
    return Draft(incident=IncidentId("INC-245"))


def filled() -> Draft:
    statements = tuple(Statement(key=key, text=text) for key, text in _FILLED.items())
    return replace(empty(), statements=statements)


def written(draft: Draft) -> str:
    return write_skeleton(draft, schema=SCHEMA_URL)


def tree(text: str) -> Entries:
    root = read_tree(text.encode())
    assert isinstance(root, Entries), text
    return root


def under(node: Node | None, *keys: str | int) -> Node:
    for key in keys:
        node = node.items[key] if isinstance(node, Items) and isinstance(key, int) else node.get(str(key))  # type: ignore[union-attr]
    assert node
    return node


def faults(text: str) -> list[str]:
    made = parse_lesson(text.encode(), path="x.yaml")
    return [] if isinstance(made, Lesson) else [fault.text for fault in made]


@given(_text, st.sampled_from([0, 2, 4]))
def test_code_reads_back_character_by_character(text: str, indent: int) -> None:
    before = ["a:", "  -", "    b: 1"][: indent // 2 + bool(indent == 4)] if indent else []
    lines = code_lines("k", text, indent=indent)

    root = tree("\n".join([*before, *lines, "z: 1", ""]))

    keys = {0: ("k",), 2: ("a", "k"), 4: ("a", 0, "k")}[indent]
    found = under(root, *keys)
    assert isinstance(found, Scalar)
    assert found.text == re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert found.kind == "text"
    assert text_value(under(root, "z")) == "1"


@given(_text, st.sampled_from([0, 4]))
def test_prose_reads_back_word_by_word(text: str, indent: int) -> None:
    before = ["a:", "  - b: 1"] if indent else []
    root = tree("\n".join([*before, *prose_lines("k", text, indent=indent), "z: 1", ""]))

    found = under(root, *(("a", 0, "k") if indent else ("k",)))
    assert isinstance(found, Scalar)
    assert found.text == visible(" ".join(text.split()))
    assert found.kind == "text"
    assert text_value(under(root, "z")) == "1"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A call had no timeout.", ["k: A call had no timeout."]),
        ("Calls to https://x.example, 3 of 4, have (no) `timeout`!", None),
        ("503", ['k: "503"']),
        ("Yes", ['k: "Yes"']),
        ("It was: gone", ['k: "It was: gone"']),
        ("It was #1", ['k: "It was #1"']),
        ("- a dash", ['k: "- a dash"']),
        ("word " * 30, ["k: >-", f"  {'word ' * 18}word", f"  {'word ' * 10}word"]),
        ("", ['k: ""']),
    ],
)
def test_prose_is_written_as_a_person_would(text: str, lines: list[str] | None) -> None:
    assert prose_lines("k", text, indent=0) == (lines or [f"k: {text}"])


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("f(x)\n", ["k: |", "  f(x)"]),
        ("f(x)", ["k: |-", "  f(x)"]),
        ("if x:\n    f(x)\n\ny\n", ["k: |", "  if x:", "      f(x)", "", "  y"]),
        ("  f(x)\n", ["k: |2", "    f(x)"]),
        ("f(x)\n\n", ["k: |+", "  f(x)", ""]),
        ("\x1b[0m\n", ['k: "\\u001b[0m\\n"']),
        ("a = '\u202e'\n", ["k: \"a = '\\u202e'\\n\""]),
        ("", ['k: ""']),
    ],
)
def test_code_is_a_block_unless_it_hides_something(text: str, lines: list[str]) -> None:
    assert code_lines("k", text, indent=0) == lines


_follow_up = st.builds(
    FollowUp,
    action=_text,
    origin=_line,
    kind=st.sampled_from(["", "test"]),
    failure_mode=_line,
    owner=_line,
    due=st.sampled_from(["", "2026-05-28"]),
    validation=_text,
    is_done=st.booleans(),
    done_on=st.sampled_from(["", "2026-05-28"]),
)
_pair = st.builds(
    Pair, place=_text, path=_text, bad=_text, good=_text, files=st.none() | st.tuples(_text, _text)
)
_fix = st.builds(
    Fix,
    fixed=st.just("9" * 40),
    broken=st.none() | st.just("4" * 40),
    paths=st.lists(_text).map(tuple),
    pairs=st.lists(_pair, max_size=3).map(tuple),
    left_out=st.lists(_text, max_size=12).map(tuple),
)


@st.composite
def hostile_drafts(draw: st.DrawFn) -> Draft:
    """Make a draft in which every text that comes from elsewhere is hostile."""
    keys = (
        "title",
        "severity",
        "failure-class",
        "failure-mode",
        "root-cause",
        "mitigation",
        "invariant",
        "postmortem",
    )
    said = st.builds(Statement, key=st.sampled_from(keys), text=_text, origin=_line, is_guess=st.booleans())
    offers = st.builds(Offer, key=st.sampled_from([*keys, "date"]), text=_text, origin=_text, why=_text)
    return Draft(
        incident=IncidentId("INC-245"),
        postmortem=draw(_text),
        statements=tuple(draw(st.lists(said, max_size=4))),
        offers=tuple(draw(st.lists(offers, max_size=3))),
        follow_ups=tuple(draw(st.lists(_follow_up, max_size=2))),
        fix=draw(st.none() | _fix),
    )


@given(hostile_drafts())
def test_any_draft_is_sound_yaml_that_holds_what_was_said(draft: Draft) -> None:
    root = tree(written(draft))

    assert text_value(under(root, "incident")) == "INC-245"
    for key in {statement.key for statement in draft.statements}:
        if draft.text(key).strip():
            assert text_value(under(root, key)) == visible(" ".join(draft.text(key).split()))
    pairs = [pair for pair in draft.fix.pairs if not pair.files] if draft.fix else []
    examples = [example for example in text_value(under(root, "examples")) if "note" in example]
    shown = [example["bad"] for example in examples if "bad" in example]
    assert shown == [re.sub("[\ud800-\udfff]", "\ufffd", pair.bad) for pair in pairs]


@given(hostile_drafts())
def test_nothing_in_a_new_lesson_is_hidden_or_obeyed(draft: Draft) -> None:
    odd = {char for char in written(draft) if not char.isprintable() and unicodedata.category(char) != "Zs"}

    assert odd <= {"\n", "\t"}


@given(hostile_drafts())
def test_check_has_nothing_to_mend_in_a_new_lesson(draft: Draft) -> None:
    text = written(draft)

    assert mend_text(text, schema=SCHEMA_URL).text == text


def test_what_is_missing_is_refused_key_by_key() -> None:
    found = [fault.split(" ", 1)[1] for fault in faults(written(empty()))]

    assert [fault.split('"')[1] for fault in found] == [
        *(
            "title",
            "date",
            "severity",
            "failure-class",
            "failure-mode",
            "root-cause",
            "mitigation",
            "invariant",
        ),
        *("languages", "pattern", "pattern-not", "bad", "good"),
    ]
    assert all("TODO" in fault for fault in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_that_is_filled_in_has_no_faults(language: str) -> None:
    draft = filled()
    statement = Statement(key="language", text=language)
    text = written(replace(draft, statements=(statement, *draft.statements)))
    for todo, code in (_CODE, ("pattern-regex:\n", "pattern-regex: f\n")):
        text = text.replace(todo, code)
    text = text.replace("bad: |\n      TODO", "bad: f(2)").replace("good: |\n      TODO", "good: f(1)")

    assert faults(text) == []


def test_the_parts_in_comments_are_right_once_the_hashes_are_gone() -> None:
    text = written(filled())
    for todo, code in (_CODE, ("bad: |\n      TODO", "bad: f(2)"), ("good: |\n      TODO", "good: f(1)")):
        text = text.replace(todo, code)
    for key in ("postmortem", "sources", "timeline", "proof", "watch", "remediation"):
        text = re.sub(
            rf"^# {key}:.*\n(?:#   .*\n)*",
            lambda found: re.sub("(?m)^# ", "", found[0]),
            text,
            flags=re.MULTILINE,
        )

    left = [fault.split('"')[1] for fault in faults(text)]

    assert left == ["kind", "failure-mode", "owner", "due", "validation"]


def test_a_follow_up_that_lacks_nothing_is_no_comment() -> None:
    item = FollowUp(
        action="Add a timeout",
        origin="“Follow-ups”, line 3",
        kind="code",
        failure_mode="a stalled upstream holds a worker",
        owner="@acme/payments",
        due="2026-05-28",
        validation="tests/test_gateway.py",
    )
    draft = replace(filled(), follow_ups=(item, replace(item, is_done=True), replace(item, owner="")))

    root = tree(written(draft))

    assert text_value(under(root, "remediation")) == [
        {
            "kind": "code",
            "failure-mode": "a stalled upstream holds a worker",
            "owner": "@acme/payments",
            "due": "2026-05-28",
            "validation": "tests/test_gateway.py",
        }
    ]


def test_every_value_says_where_it_comes_from() -> None:
    draft = replace(
        empty(),
        statements=(
            Statement(key="title", text="Checkout hung", origin="the heading, line 1"),
            Statement(
                key="date", text="2026-05-14", origin="the author date of commit 9a7b3e1", is_guess=True
            ),
        ),
        offers=(
            Offer(key="title", text="for an hour", origin="the heading, line 1", why=""),
            Offer(key="severity", text="SEV-2", origin="“Severity”, line 5", why="it is not one of P0 to P3"),
        ),
    )

    text = written(draft)

    assert (
        "\n# From the heading, line 1.\n# the heading, line 1 goes on: for an hour\ntitle: Checkout hung\n"
        in text
    )
    assert "\n# From the author date of commit 9a7b3e1: a guess, so look at it.\ndate: 2026-05-14\n" in text
    assert (
        "\n# Not taken from “Severity”, line 5: “SEV-2”; it is not one of P0 to P3.\nseverity: TODO\n" in text
    )


def test_two_versions_stand_beside_each_other() -> None:
    before = "def pay(order):\n    audit(order)\n    post(order)\n"
    after = "def pay(order):\n    with lock(order):\n        post(order)\n    done()\n"

    assert compare_versions(before, after, titles=("broken", "fixed")) == [
        "  broken           │   fixed",
        "  def pay(order):  │   def pay(order):",
        "-     audit(order) │ +     with lock(order):",
        "-     post(order)  │ +         post(order)",
        "                   │ +     done()",
    ]


def test_versions_with_long_lines_stand_below_each_other() -> None:
    long = "x" * 70

    assert compare_versions(f"a\n{long}\nb\n", f"a\n{long}, 1\nb\n", titles=("broken", "fixed")) == [
        "--- broken",
        "+++ fixed",
        "  a",
        f"- {long}",
        f"+ {long}, 1",
        "  b",
    ]


def test_every_sample_finds_the_bad_code_and_not_the_good() -> None:
    semgrep = find_semgrep()
    rules, targets, expected = [], [], {}
    for key, (name, sample) in enumerate(SAMPLES.items()):
        analyzers = semgrep.languages.analyzers_of_rule([name])
        patterns = [{"pattern": sample.pattern}, {"pattern-not": sample.pattern_not}]
        document = {"id": name, "languages": sorted(analyzers), "message": "m", "severity": "INFO"}
        rules.append(EngineRule(id=name, analyzers=analyzers, document={**document, "patterns": patterns}))
        for side, code in enumerate((sample.bad, sample.good)):
            content = code.encode()
            only = frozenset({min(analyzers)})
            targets.append(Target(key=2 * key + side, path="x", content=content, analyzers=only))
        expected[name] = {2 * key}

    result = semgrep.run(rules, targets, limits=Limits())

    assert (result.unchecked, result.refused) == ((), {})
    found = {
        name: {m.target for m in result.matches if m.rule == name and m.target // 2 == key}
        for key, name in enumerate(SAMPLES)
    }
    assert found == expected


def test_samples_are_shown_as_yaml_would_have_them() -> None:
    for name, sample in SAMPLES.items():
        draft = replace(filled(), statements=(Statement(key="language", text=name), *filled().statements))
        shown = re.findall(r"^#   (- pattern(?:-not)?: .*)$", written(draft), flags=re.MULTILINE)

        assert text_value(tree("patterns:\n" + "".join(f"  {line}\n" for line in shown))) == {
            "patterns": [{"pattern": sample.pattern}, {"pattern-not": sample.pattern_not}]
        }


def test_dates_and_severities_are_not_put_in_quotes() -> None:
    text = written(filled())
    made = parse_lesson(text.replace(*_CODE).replace("TODO", "f(2)").encode(), path="x.yaml")

    assert isinstance(made, Lesson)
    assert (made.date, made.severity) == (date(2026, 5, 14), Severity.P1)
    assert "\ndate: 2026-05-14\n" in text
    assert "\nseverity: P1\n" in text
