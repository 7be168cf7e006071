"""`check --fix` changes what a program can correct, and not one byte more."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.authoring.check.autofix import FixedText, fix_files, fix_text
from lessonguard.errors import UsageError
from lessonguard.lessons.header import schema_header
from lessonguard.lessons.model import Lesson, is_lesson_path
from lessonguard.lessons.parse import parse_lesson, read_tree
from lessonguard.lessons.schema import KEY_ORDER, key_fields, key_of
from lessonguard.lessons.yaml_tree import Entries, Items, Scalar
from tests.support.cli import lessonguard
from tests.support.repo import Repo

_ROOT = Path(__file__).parents[3]
_BASE = (Path(__file__).parents[2] / "cases" / "check" / "base.yaml").read_text(encoding="utf-8")
_HEADER = schema_header()


def _fix(text: str) -> FixedText:
    return fix_text(text, schema="x.json")


def _body(text: str) -> str:
    """Give a text that has a header, without it."""
    return text.partition("\n")[2]


def _read(text: str) -> Lesson:
    made = parse_lesson(text.encode(), path="x.yaml")
    assert isinstance(made, Lesson), made
    return made


def _keys(text: str) -> list[str]:
    return re.findall(r"^([\w-]+):", text, re.MULTILINE)


def test_the_order_names_every_key_of_a_lesson_once() -> None:
    keys = [key_of(field) for field in key_fields(Lesson)]

    assert sorted(KEY_ORDER) == sorted(keys)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((_ROOT / "lessons").iterdir()) if is_lesson_path(path.name)],
    ids=lambda path: path.stem,
)
def test_the_shipped_lessons_are_as_they_should_be(path: Path) -> None:
    text = path.read_bytes().decode()

    assert _fix(text) == FixedText(text=text)


def test_a_lesson_in_order_stays_as_it_is() -> None:
    assert _fix(_BASE) == FixedText(text=_BASE)


def test_the_schema_is_named_before_all_else() -> None:
    result = _fix(f"\ufeff# Ours\r\n{_body(_BASE)}")

    assert result.text.startswith("\ufeff# yaml-language-server: $schema=x.json\r\n# Ours\r\nincident: ")
    assert result.changes == ("schema header",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("date: 2026/05/14", "date: 2026-05-14"),
        ("date: 14 May 2026  # a Thursday", "date: 2026-05-14  # a Thursday"),
        ('date: "2026-5-4"', 'date: "2026-05-04"'),
        ("date:   'May 14, 2026'", "date:   '2026-05-14'"),
        ("failure_class: missing-timeout", "failure-class: missing-timeout"),
        ('"failure_class": missing-timeout', '"failure-class": missing-timeout'),
    ],
)
def test_what_is_written_another_way_is_spelt_as_it_should_be(written: str, expected: str) -> None:
    key = expected.strip('"').partition('"' if expected.startswith('"') else ":")[0]
    before = re.sub(rf"^{key}: .*$", written, _BASE, flags=re.MULTILINE)

    assert _fix(before).text == re.sub(rf"^{key}: .*$", expected, _BASE, flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("date: 2026-05-14", "date: 05/06/2026"),  # in May or in June
        ("date: 2026-05-14", "date: >-\n  2026/05/14"),
        ("date: 2026-05-14", "date: !!str 2026/05/14"),
        ("severity: P1", "severty: P1"),  # a guess is for people
        ("invariant: ", "in_variant: "),
        ("failure-mode: A call", "failure_mode: A call\nfailure-mode: A call"),
        ("timeline", "timeline"),
    ],
)
def test_what_may_mean_something_else_stays(old: str, new: str) -> None:
    text = _BASE.replace(old, new)

    assert _fix(text).text == text


def test_keys_inside_of_others_are_spelt_right_one_after_the_other() -> None:
    text = _BASE.replace(
        "      - pattern: ",
        "      - metavariable_regex: {meta_variable: $M, constant_propagation: true}\n      - pattern: ",
    )
    text = text.replace("    failure-mode:", "    failure_mode:").replace(
        "languages: [python]", "languages: [python]\n    options: {constant-propagation: true}"
    )

    result = _fix(text)

    assert result.changes == (
        "constant-propagation → constant_propagation",
        "metavariable_regex → metavariable-regex",
        "failure_mode → failure-mode",
        "constant_propagation → constant-propagation",
    )
    assert "options: {constant_propagation: true}" in result.text
    assert "- metavariable-regex: {meta_variable: $M, constant-propagation: true}" in result.text


def test_keys_are_put_in_order_with_the_comments_above_them() -> None:
    text = f"""\
{_HEADER}

# The watch comes first, by mistake.
# It has two lines of comment.
watch:
  paths: [billing/]  # all of it
  # - not: this

title: Checkout hung   # as the customers saw it
# ---- what it is about ----

incident: INC-1
date:    2026-05-14
# the end
"""
    assert (
        _fix(text).text
        == f"""\
{_HEADER}

# ---- what it is about ----

incident: INC-1

title: Checkout hung   # as the customers saw it
date:    2026-05-14
# The watch comes first, by mistake.
# It has two lines of comment.
watch:
  paths: [billing/]  # all of it
  # - not: this
# the end
"""
    )


def test_what_a_gap_sets_apart_stays_at_the_top() -> None:
    top = f"# Ours, all rights reserved.\n{_HEADER}\n\n---\n"

    assert _fix(f"{top}title: x\nincident: INC-1\n").text == f"{top}incident: INC-1\ntitle: x\n"


def test_unknown_keys_stay_behind_the_key_before_them() -> None:
    text = f"{_HEADER}\ntitle: x\nnote: y\nincident: INC-1\n"

    assert _keys(_fix(text).text) == ["incident", "title", "note"]


def test_a_last_line_without_an_end_gets_one_when_it_moves() -> None:
    for end in ("\n", "\r\n"):
        text = f"{_HEADER}{end}title: x{end}incident: INC-1"

        assert _fix(text).text == f"{_HEADER}{end}incident: INC-1{end}title: x{end}"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("{title: x, incident: INC-1}\n", "its keys do not each begin a line"),
        ("title: x\n? incident\n: INC-1\n", "its keys do not each begin a line"),
        ("title: &it x\nincident: *it\n", "its values depend on their order"),
        ("title: 'x\n# no comment'\nincident: INC-1\n", "its values depend on their order"),
        ("title: |+\n  x\n\n\nincident: INC-1\n", "its values depend on their order"),
        ("title: x\nincident: INC-1\n...\n", "its values depend on their order"),
        ("title: x\nincident: INC-1\ntitle: y\n", 'line 4: "title" is already in line 2'),
        ("title: x\n<<: {incident: INC-1}\n", 'line 3: merge keys ("<<") are not supported'),
        ("title: x\n\tincident: INC-1\n", "it is not keys and values in YAML"),
        ("- title: x\n", "it is not keys and values in YAML"),
        ("title: x\x85incident: INC-1\n", "its lines end in several ways"),
        ("title: x\rincident: INC-1\r\n", "its lines end in several ways"),
        ("title: x\nincident: INC-1\n---\ntitle: y\n", "it is not keys and values in YAML"),
    ],
)
def test_a_file_that_would_be_damaged_is_left_alone(text: str, refusal: str) -> None:
    whole = f"{_HEADER}\n{text}"

    assert _fix(whole) == FixedText(text=whole, refusal=refusal)


# Properties ---------------------------------------------------------------------------------


_comments = st.sampled_from(["", "", "# one\n", "\n", "\n# two\n", "# three\n\n", "\n\n# four\n# five\n"])
_tails = st.sampled_from(["", "  # behind", "   #"])


def _blocks(text: str) -> list[str]:
    """Cut the base into its keys."""
    starts = [found.start() for found in re.finditer(r"^[a-z]", text, re.MULTILINE)]
    return [text[start:stop] for start, stop in pairwise([*starts, len(text)])]


@st.composite
def _lessons(draw: st.DrawFn) -> str:
    """Write the base in another order, with comments, blank lines, other ends of lines, and mistakes."""
    blocks = draw(st.permutations(_blocks(_body(_BASE))))
    spelt = [re.sub(r"^(\w+)-", r"\1_", block) if draw(st.booleans()) else block for block in blocks]
    days = st.sampled_from(["2026-05-14", "2026/05/14", "14 May 2026", '"2026-5-14"'])
    lines = [
        draw(_comments) + block.replace("\n", f"{draw(_tails)}\n", 1).replace("2026-05-14", draw(days))
        for block in spelt
    ]
    header = draw(st.sampled_from(["", f"{_HEADER}\n", f"# Ours\n{_HEADER}\n\n", "---\n"]))
    text = header + "".join(lines) + draw(_comments)
    text = text if draw(st.booleans()) else text.removesuffix("\n")
    return draw(st.sampled_from(["", "\ufeff"])) + (
        text.replace("\n", "\r\n") if draw(st.booleans()) else text
    )


def _lines(text: str) -> Counter[str]:
    """Count lines, as far as result does not change them."""
    spelt = re.sub(r"^(\w+)_", r"\1-", text.removeprefix("\ufeff"), flags=re.MULTILINE)
    days = re.sub(r"2026/05/14|14 May 2026|2026-5-14", "2026-05-14", spelt)
    return Counter(days.splitlines())


@given(_lessons())
def test_nothing_is_lost_and_a_second_time_changes_nothing(text: str) -> None:
    result = _fix(text)

    assert result.refusal == ""
    assert _read(result.text) == _moved(_read(_BASE), result.text)
    assert _keys(result.text.replace("\r", "")) == _keys(_body(_BASE))
    assert _fix(result.text) == FixedText(text=result.text)
    added = _lines(result.text) - _lines(text)
    assert sum(added.values()) <= 1
    assert not _lines(text) - _lines(result.text)
    assert all("$schema=x.json" in line for line in added)


def _moved(lesson: Lesson, text: str) -> Lesson:
    """Give a lesson with the lines at which its parts stand in a text."""
    found = _read(text)
    rules = [replace(rule, line=other.line) for rule, other in zip(lesson.rules, found.rules, strict=True)]
    examples = [
        replace(example, line=other.line)
        for example, other in zip(lesson.examples, found.examples, strict=True)
    ]
    return replace(lesson, path="x.yaml", line=found.line, rules=tuple(rules), examples=tuple(examples))


_scalars = st.sampled_from(
    [
        *("x", "", "&a y", "*a", "{a: 1}", "[a,\n# b\nc]", "- a\n- b", "\n  a: 1\n # b\n  c: 2"),
        *("'a\n# b'", '"a\n\n b"', "|\n  a\n  # b\n", "|+\n  a\n\n", ">-\n  a\n\n  b\n"),
    ]
)


@given(
    st.lists(
        st.tuples(st.sampled_from([*KEY_ORDER, "other"]), _scalars, _comments),
        max_size=6,
        unique_by=lambda row: row[0],
    )
)
def test_any_yaml_keeps_its_values_and_its_comments(rows: Sequence[tuple[str, str, str]]) -> None:
    text = "".join(f"{comment}{key}: {value}\n" for key, value, comment in rows)

    result = _fix(f"{_HEADER}\n{text}")

    if (before := read_tree(text.encode())) is not None:
        assert _values(read_tree(result.text.encode())) == _values(before)
    assert Counter(result.text.split("\n")) == Counter(f"{_HEADER}\n{text}".split("\n"))
    assert _fix(result.text).text == result.text


def _values(node: object) -> object:
    """Give the values of a tree without their places, those of keys in no order."""
    match node:
        case Entries(entries=entries):
            return sorted(((_values(key), _values(value)) for key, value in entries), key=repr)
        case Items(items=items):
            return [_values(item) for item in items]
        case Scalar(text=text, kind=kind):
            return (text, kind)
        case _:
            return None


# On disk ------------------------------------------------------------------------------------


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Give a repository with a lesson that can be fixed, and the code that it is about."""
    keys = _blocks(_body(_BASE).replace("date: 2026-05-14", "date: 14 May 2026").replace("root-", "root_"))
    tree = {"billing/pay.py": "", "tests/test_gateway.py": "def test_stalled_upstream(): ...\n"}
    return Repo(tmp_path / "shop").write({**tree, "lessons/INC-245.yaml": "".join(reversed(keys))})


def test_fix_corrects_says_so_and_checks_what_it_made(repo: Repo) -> None:
    before = lessonguard("check", cwd=repo.path, expect=2)
    first = lessonguard("check", "--fix", cwd=repo.path)
    second = lessonguard("check", "--fix", cwd=repo.path)

    assert before.stdout.endswith("2 errors\n`lessonguard check --fix` fixes 2 of them\n")
    assert first.stdout == (
        "lessons/INC-245.yaml: fixed: schema header; root_cause → root-cause; 14 May 2026\n"
        "    → 2026-05-14; keys in order\n\n"
        "1 lesson, 1 rule, 2 examples: all good\n"
    )
    assert second.stdout == "1 lesson, 1 rule, 2 examples: all good\n"
    assert (repo.path / "lessons/INC-245.yaml").read_text(encoding="utf-8") == _BASE


def test_fix_names_the_schema_of_the_repository_where_it_has_one(repo: Repo) -> None:
    schema = (_ROOT / "schema/lesson.schema.json").read_bytes()
    repo.write({"schema/lesson.schema.json": schema, "lessons/INC-245.yaml": _body(_BASE)})

    lessonguard("check", "--fix", cwd=repo.path)

    text = (repo.path / "lessons/INC-245.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schema/lesson.schema.json\nincident: ")


def test_fix_says_what_it_leaves_alone(repo: Repo) -> None:
    text = _BASE.replace("severity: P1", "severity: P1\ndate: 14 May 2026")
    repo.write({"lessons/INC-245.yaml": text})

    outcome = lessonguard("check", "--fix", cwd=repo.path, expect=2, COLUMNS="200")

    assert outcome.stdout.splitlines()[:2] == [
        'lessons/INC-245.yaml:1:1: warning: --fix leaves this to you: line 6: "date" is already in line 4',
        "    hint: correct that, and run it again",
    ]
    assert (repo.path / "lessons/INC-245.yaml").read_text(encoding="utf-8") == text


def test_fix_writes_files_as_a_whole_and_keeps_their_mode(repo: Repo) -> None:
    path = repo.path / "lessons/INC-245.yaml"
    path.chmod(0o640)
    other = repo.path / "hard.yaml"
    other.hardlink_to(path)
    before = other.read_bytes()

    lessonguard("check", "--fix", cwd=repo.path)

    assert path.stat().st_mode & 0o777 == 0o640
    assert other.read_bytes() == before  # the old file was replaced, not written over
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_a_file_that_cannot_be_written_is_said_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "INC-245.yaml"
    path.write_text(_body(_BASE), encoding="utf-8")
    (tmp_path / f".INC-245.yaml.{os.getpid()}").mkdir()  # where the new one is written first

    with pytest.raises(UsageError, match=r"Cannot write .*INC-245\.yaml: ") as caught:
        fix_files({"INC-245.yaml": path}, top=None)

    assert caught.value.hint
    assert path.read_text(encoding="utf-8") == _body(_BASE)


def test_fix_leaves_alone_what_is_not_named(repo: Repo) -> None:
    text = (repo.path / "lessons/INC-245.yaml").read_text(encoding="utf-8")
    repo.write({"lessons/INC-7.yaml": text.replace("INC-245", "INC-7")})

    lessonguard("check", "--fix", "lessons/INC-7.yaml", cwd=repo.path)

    assert (repo.path / "lessons/INC-245.yaml").read_text(encoding="utf-8") == text


def test_fix_does_not_read_pipes_or_follow_links(repo: Repo) -> None:
    os.mkfifo(repo.path / "lessons/a.yaml")
    repo.write({"outside.yaml": _body(_BASE)})
    (repo.path / "lessons/b.yaml").symlink_to("../outside.yaml")

    outcome = lessonguard("check", "--fix", cwd=repo.path, expect=2)

    assert "a.yaml:1:1: error: the file cannot be read: it is not a file" in outcome.stdout
    assert (repo.path / "outside.yaml").read_text(encoding="utf-8") == _body(_BASE)
