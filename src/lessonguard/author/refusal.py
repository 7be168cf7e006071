"""What Semgrep says of a rule that it refuses → what an author can do, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lessonguard.author.places import Place, Places, scalars
from lessonguard.findings.proof import RuleProof
from lessonguard.findings.remark import Remark
from lessonguard.lessons.node import Node
from lessonguard.record import record

_PATTERN = re.compile(
    r"Invalid pattern for (?P<language>.+?): (?P<why>.*?) ?----- pattern ----- "
    r"(?P<text>.*?)(?: ----- end pattern -----.*)?"
)
_REGEX = re.compile(r"invalid regex '(?P<text>.*)': (?P<why>.*) at position (?P<position>\d+)")
_METAVARIABLE = re.compile(r"`(\$\w+)' is neither")
_VERSION = re.compile(r"This rule requires (?:up|down)grading Semgrep from version (\S+) to (.*)")
_GLOB = re.compile(r"Invalid glob|Pcre2_\.compile_exn")
_CONDITION = "exn: Stdlib.Parsing.Parse_error"
_ONLY_NEGATIVE = "you need at least one positive term"
_NO_LANGUAGE = "Semgrep does not know one of its languages"

_BRACKETS = {")": "(", "]": "[", "}": "{"}
_LONGEST = 60  # characters of a pattern that are repeated


@record
class _Words:
    """What to say of a refusal, and where: at the value that `text` is, or at one of these keys."""

    message: str
    hint: str
    text: str = ""
    keys: tuple[str, ...] = ()


def explain_refusal(proof: RuleProof, places: Places) -> Remark:
    """Say why Semgrep refuses a rule, at the pattern that it means, or else at the rule."""
    position = proof.lesson.rules.index(proof.rule)
    node = places.node(proof.lesson.path, "rules", position)
    words = _words(proof.refusal)
    line, column = _place(words, node) or (proof.rule.line, 1)
    return Remark(
        path=proof.lesson.path,
        line=line,
        column=column,
        level="error",
        code="refused",
        message=words.message,
        hint=words.hint,
    )


def is_about_glob(refusal: str) -> bool:
    """Tell whether Semgrep refuses a rule because of a glob in its `paths`."""
    return bool(_GLOB.search(refusal))


def _words(refusal: str) -> _Words:
    if pattern := _PATTERN.fullmatch(refusal):
        message = f"Semgrep cannot read this pattern as {pattern['language']}: {_quoted(pattern['text'])}"
        return _Words(
            message=message, hint=_pattern_hint(pattern["text"], pattern["why"]), text=pattern["text"]
        )
    if regex := _REGEX.fullmatch(refusal):
        message = f"this is no regular expression: {regex['why']}, at character {int(regex['position']) + 1}"
        hint = "put a backslash before a sign that is meant literally, such as ( or *"
        return _Words(message=message, hint=hint, text=regex["text"])
    if version := _VERSION.fullmatch(refusal):
        message = f"the rule asks for Semgrep {version[2]}, and {version[1]} is installed"
        hint = "install that one, or remove the key if the rule works without it"
        return _Words(message=message, hint=hint, keys=("min-version", "max-version"))
    return _plain_words(refusal)


def _plain_words(refusal: str) -> _Words:
    if refusal.startswith(_ONLY_NEGATIVE):
        hint = 'add what to find: "pattern", "pattern-either", "pattern-regex" or "pattern-inside"'
        keys = ("patterns", "pattern-either", "pattern-sources", "pattern-sinks")
        return _Words(message="the rule only says what not to find", hint=hint, keys=keys)
    if refusal == _CONDITION:
        hint = "a comparison is a Python expression such as $X > 5; `requires` joins labels with and, or, not"
        return _Words(message="Semgrep cannot read this", hint=hint, keys=("comparison", "requires"))
    if refusal.startswith(_NO_LANGUAGE):
        return _Words(message=refusal.rstrip("."), hint="pip install --upgrade semgrep", keys=("languages",))
    return _Words(message=f"Semgrep refuses the rule: {refusal}", hint="")


def _pattern_hint(text: str, why: str) -> str:
    if found := _METAVARIABLE.match(why):
        return f"metavariables are upper-case: {found[1].upper()}"
    if bracket := _lone_bracket(text):
        return f"the bracket {bracket} has no counterpart"
    return "write whole expressions or statements; ... stands for anything, $X for any expression"


def _lone_bracket(text: str) -> str:
    """Give a bracket that closes nothing, or is never closed; of brackets in quotes nothing is known."""
    opened: list[str] = []
    for sign in re.sub(r""""[^"]*"|'[^']*'""", "", text):
        if sign in _BRACKETS.values():
            opened.append(sign)
        elif sign in _BRACKETS and (not opened or opened.pop() != _BRACKETS[sign]):
            return sign
    return opened[-1] if opened and not text.endswith("…") else ""


def _place(words: _Words, rule: Node | None) -> Place | None:
    """Give the value that is meant; of several that may be, the first, but of conditions only a lone one."""
    values = list(scalars(rule))
    if words.text:
        found = [value for _, value in values if _is_same(value.text, words.text)]
        return (found[0].line, found[0].column) if found else None
    found = [value for key, value in values if key in words.keys]
    if len(found) == 1:
        return found[0].line, found[0].column
    return next(_keys(rule, words.keys), None)


def _keys(rule: Node | None, keys: tuple[str, ...]) -> Iterator[Place]:
    for key, _ in getattr(rule, "entries", ()):
        if key.text in keys:
            yield key.line, key.column


def _is_same(written: str, told: str) -> bool:
    """Compare a pattern with what Semgrep tells of it: on one line, and cut where it is long."""
    line = " ".join(written.split())
    return line.startswith(told[:-1].rstrip()) if told.endswith("…") else line == told


def _quoted(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
