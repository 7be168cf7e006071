"""What Semgrep says of a rule that it refuses → what an author can do, and where."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from lessonguard.authoring.locations import Location, Locations, scalars
from lessonguard.authoring.prove.result import RuleProof
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.yaml_tree import Entries, Node, Scalar
from lessonguard.record import record

_PATTERN = re.compile(
    r"Invalid pattern for (?P<language>.+?): (?P<why>.*?) ?----- pattern ----- "
    r"(?P<text>.*?)(?: ----- end pattern -----.*)?"
)
# Lines count from 1, columns from 0, in bytes. Semgrep 1.182 quotes the word, 1.185 only has its length.
_STOP = re.compile(r'_NOT_A_FILE_:(?P<line>\d+):(?P<column>\d+) (?:"(?P<word>.*)"|<(?P<length>\d+) bytes>)\)')
_ESCAPE = re.compile(r"\\(?:\d{3}|.)")  # how OCaml writes a byte that is no plain character
_REGEX = re.compile(r"invalid regex '(?P<text>.*)': (?P<why>.*) at position (?P<position>\d+)")
_METAVARIABLE = re.compile(r"`(\$\w+)' is neither")
_TOO_OLD = re.compile(
    r"This rule requires upgrading Semgrep from version (?P<have>\S+) to at least (?P<want>\S+)"
)
_TOO_NEW = re.compile(
    r"This rule is no longer supported by Semgrep\. The last compatible version was (?P<want>\S+)\. "
    r"This version of Semgrep is (?P<have>\S+)"
)
_GLOB = re.compile(r"Invalid glob|Pcre2_\.compile_exn")
_CONDITION = "exn: Stdlib.Parsing.Parse_error"
_ONLY_NEGATIVE = "you need at least one positive term"
_NO_LANGUAGE = "Semgrep does not know one of its languages"

_CONDITIONS = {
    "comparison": "write it in Python, for instance $X > 5",
    "requires": "join labels with and, or, not",
}
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_LONGEST = 60  # characters of a pattern that are repeated


FindSyntaxError = Callable[[str, str], tuple[int, int, int] | None]
"""See `Semgrep.find_syntax_error`; the limits are given."""


@record
class _Words:
    """What to say of a refusal, and where, if not at the rule itself."""

    message: str
    hint: str = ""
    place: Location | None = None


def explain_refusal(proof: RuleProof, locations: Locations, find_syntax_error: FindSyntaxError) -> Diagnostic:
    """Say why Semgrep refuses a rule, at the pattern that it means, or else at the rule.

    `find_syntax_error` is called only for a pattern of which the refusal does not say where it goes wrong.
    """
    steps = ("rules", proof.lesson.rules.index(proof.rule))
    words = _words(proof.refusal, locations.node(proof.lesson.path, *steps), find_syntax_error)
    line, column = words.place or locations.value(proof.lesson.path, *steps)
    return Diagnostic(
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


def _words(refusal: str, rule: Node | None, find_syntax_error: FindSyntaxError) -> _Words:
    if pattern := _PATTERN.fullmatch(refusal):
        return _pattern_words(pattern, rule, find_syntax_error)
    if regex := _REGEX.fullmatch(refusal):
        before = regex["text"][: int(regex["position"])]
        where = f"after `{before}`" if before else "at its beginning"
        hint = "put a backslash before a sign that is meant literally, such as ( or *"
        message = f"this is no regular expression: {regex['why']} {where}"
        return _Words(message=message, hint=hint, place=_place(_find(rule, regex["text"])))
    if version := _TOO_OLD.fullmatch(refusal) or _TOO_NEW.fullmatch(refusal):
        key, bound = ("min-version", "newer") if version.re is _TOO_OLD else ("max-version", "older")
        message = (
            f"the rule asks for Semgrep {version['want']} or {bound}, and {version['have']} is installed"
        )
        hint = f'remove "{key}" if the rule works without it'
        return _Words(message=message, hint=hint, place=_key(rule, key))
    return _other_words(refusal, rule)


def _other_words(refusal: str, rule: Node | None) -> _Words:
    if refusal.startswith(_ONLY_NEGATIVE):
        hint = 'add what to find: "pattern", "pattern-either", "pattern-regex" or "pattern-inside"'
        return _Words(message="the rule only says what not to find", hint=hint, place=_key(rule, "patterns"))
    if refusal.startswith(_NO_LANGUAGE):
        place = _key(rule, "languages")
        return _Words(message=refusal.rstrip("."), hint="pip install --upgrade semgrep", place=place)
    if refusal == _CONDITION:
        return _condition_words(rule)
    return _Words(message=f"Semgrep refuses the rule: {refusal}")


def _pattern_words(told: re.Match[str], rule: Node | None, find_syntax_error: FindSyntaxError) -> _Words:
    value = _find(rule, told["text"])
    message = f"Semgrep cannot read this pattern as {told['language']}: {_quoted(told['text'])}"
    hint = "write whole expressions or statements; ... stands for anything, $X for any expression"
    if found := _METAVARIABLE.match(told["why"]):
        hint = f"metavariables are upper-case: {found[1].upper()}"
    elif bracket := _lone_bracket(told["text"]):
        hint = f"the bracket {bracket} has no counterpart"
    elif value and (where := _where(told, value.text, find_syntax_error)):
        hint = f"it goes wrong {where}; {hint}"
    elif value is None:  # it is made of the type of a metavariable
        for key, value in scalars(rule):
            if key in {"type", "types"} and value.text in told["text"]:
                message = f"Semgrep cannot read this type as {told['language']}: {_quoted(value.text)}"
                return _Words(message=message, place=(value.line, value.column))
    return _Words(message=message, hint=hint, place=_place(value))


def _where(told: re.Match[str], pattern: str, find_syntax_error: FindSyntaxError) -> str:
    """Return where a pattern goes wrong, in words; empty if nobody knows more than that it does."""
    if stop := _STOP.search(told["why"]):
        number, start = int(stop["line"]), int(stop["column"])
        end = start + int(stop["length"] or len(_ESCAPE.sub(".", stop["word"])))
    elif (span := find_syntax_error(pattern, told["language"])) and span[:2] != (1, 0):
        number, start, end = span
    else:
        return ""
    lines = pattern.encode().split(b"\n")
    line = lines[number - 1] if number <= len(lines) else b""
    before, word = line[:start].decode(errors="ignore"), line[start:end].decode(errors="ignore")
    if end > start and not word:  # a byte of a character
        word = line[start:].decode(errors="ignore")[:1]
    if not (word.strip() or before.strip()):
        return ""
    at = f"at {_quoted(word)}" if word.strip() else f"after {_quoted(before.split()[-1])}"
    return at + (f" in line {number} of the pattern" if number > 1 else "")


def _condition_words(rule: Node | None) -> _Words:
    """Find the condition that is meant: Semgrep does not say which, but it reads them as Python does."""
    conditions = [(key, value) for key, value in scalars(rule) if key in _CONDITIONS]
    unreadable = [(key, value) for key, value in conditions if not _is_expression(value.text)]
    for key, value in unreadable or conditions[:1]:
        message = f"Semgrep cannot read this condition: {_quoted(value.text)}"
        return _Words(message=message, hint=_CONDITIONS[key], place=(value.line, value.column))
    return _Words(message="Semgrep cannot read a condition of the rule")


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text.strip().replace("$", "_"), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _lone_bracket(text: str) -> str:
    """Give a bracket that closes nothing, or is never closed; of brackets in quotes nothing is known."""
    opened: list[str] = []
    for sign in re.sub(r""""[^"]*"|'[^']*'""", "", text):
        if sign in _BRACKETS.values():
            opened.append(sign)
        elif sign in _BRACKETS and (not opened or opened.pop() != _BRACKETS[sign]):
            return sign
    return opened[-1] if opened and not text.endswith("…") else ""


def _find(rule: Node | None, told: str) -> Scalar | None:
    """Find the value of a rule that Semgrep tells: on one line, and cut where it is long."""
    return next((value for _, value in scalars(rule) if _is_same(value, told)), None)


def _place(value: Scalar | None) -> Location | None:
    return (value.line, value.column) if value else None


def _is_same(value: Scalar, told: str) -> bool:
    line = " ".join(value.text.split())
    return line.startswith(told[:-1].rstrip()) if told.endswith("…") else line == told


def _key(rule: Node | None, name: str) -> Location | None:
    """Find a key of the rule."""
    return next(_keys(rule, name), None)


def _keys(rule: Node | None, name: str) -> Iterator[Location]:
    for key, _ in rule.entries if isinstance(rule, Entries) else ():
        if key.text == name:
            yield key.line, key.column


def _quoted(text: str) -> str:
    return f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}`"
