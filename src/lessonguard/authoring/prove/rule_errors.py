"""What Semgrep prints about a rule that it refuses → what an author can do, and where."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from lessonguard.authoring.prove.locations import Location, Locations, scalars
from lessonguard.authoring.prove.result import RuleProof
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.yaml_tree import Entries, Node, Scalar

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
_MAX_QUOTE = 60  # characters of a pattern that are repeated


# See `Semgrep.find_syntax_error`; the limits are given.
FindSyntaxError = Callable[[str, str], tuple[int, int, int] | None]

# The message, the hint, and where in the file this is, if not at the rule itself.
_Explanation = tuple[str, str, Location | None]


def explain_refusal(proof: RuleProof, locations: Locations, find_syntax_error: FindSyntaxError) -> Diagnostic:
    """Return why Semgrep refuses a rule, at the pattern that it means, or else at the rule.

    `find_syntax_error` is called only for a pattern of which the refusal does not say where it goes wrong.
    """
    steps = ("rules", proof.lesson.rules.index(proof.rule))
    rule = locations.node(proof.lesson.path, *steps)
    message, hint, location = _explain(proof.refusal, rule, find_syntax_error)
    line, column = location or locations.value(proof.lesson.path, *steps)
    return Diagnostic(
        path=proof.lesson.path,
        line=line,
        column=column,
        level="error",
        code="refused",
        message=message,
        hint=hint,
    )


def is_about_glob(refusal: str) -> bool:
    """Return whether Semgrep refuses a rule because of a glob in its `paths`."""
    return bool(_GLOB.search(refusal))


def _explain(refusal: str, rule: Node | None, find_syntax_error: FindSyntaxError) -> _Explanation:
    if pattern := _PATTERN.fullmatch(refusal):
        return _explain_pattern(pattern, rule, find_syntax_error)
    if regex := _REGEX.fullmatch(refusal):
        before = regex["text"][: int(regex["position"])]
        where = f"after `{before}`" if before else "at its beginning"
        hint = "put a backslash before a sign that is meant literally, such as ( or *"
        message = f"this is no regular expression: {regex['why']} {where}"
        return message, hint, _location(_find(rule, regex["text"]))
    if version := _TOO_OLD.fullmatch(refusal) or _TOO_NEW.fullmatch(refusal):
        key, bound = ("min-version", "newer") if version.re is _TOO_OLD else ("max-version", "older")
        message = (
            f"the rule asks for Semgrep {version['want']} or {bound}, and {version['have']} is installed"
        )
        hint = f'remove "{key}" if the rule works without it'
        return message, hint, _key(rule, key)
    return _explain_fixed_text(refusal, rule)


def _explain_fixed_text(refusal: str, rule: Node | None) -> _Explanation:
    """Return what is meant by a refusal that names nothing of the rule."""
    if refusal.startswith(_ONLY_NEGATIVE):
        hint = 'add what to find: "pattern", "pattern-either", "pattern-regex" or "pattern-inside"'
        return "the rule only has what not to find", hint, _key(rule, "patterns")
    if refusal.startswith(_NO_LANGUAGE):
        return refusal.rstrip("."), "pip install --upgrade semgrep", _key(rule, "languages")
    if refusal == _CONDITION:
        return _explain_condition(rule)
    return f"Semgrep refuses the rule: {refusal}", "", None


def _explain_pattern(
    refusal: re.Match[str], rule: Node | None, find_syntax_error: FindSyntaxError
) -> _Explanation:
    value = _find(rule, refusal["text"])
    message = f"Semgrep cannot read this pattern as {refusal['language']}: {_quoted(refusal['text'])}"
    hint = "write whole expressions or statements; ... stands for anything, $X for any expression"
    if found := _METAVARIABLE.match(refusal["why"]):
        hint = f"metavariables are upper-case: {found[1].upper()}"
    elif bracket := _lone_bracket(refusal["text"]):
        hint = f"the bracket {bracket} has no counterpart"
    elif value and (where := _where(refusal, value.text, find_syntax_error)):
        hint = f"it goes wrong {where}; {hint}"
    elif value is None:  # Semgrep made the pattern from the type of a metavariable
        for key, value in scalars(rule):
            if key in {"type", "types"} and value.text in refusal["text"]:
                message = f"Semgrep cannot read this type as {refusal['language']}: {_quoted(value.text)}"
                return message, "", _location(value)
    return message, hint, _location(value)


def _where(refusal: re.Match[str], pattern: str, find_syntax_error: FindSyntaxError) -> str:
    """Return where a pattern goes wrong, in words; empty if that is not known."""
    if stop := _STOP.search(refusal["why"]):
        number, start = int(stop["line"]), int(stop["column"])
        end = start + int(stop["length"] or len(_ESCAPE.sub(".", stop["word"])))
    elif (span := find_syntax_error(pattern, refusal["language"])) and span[:2] != (1, 0):
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


def _explain_condition(rule: Node | None) -> _Explanation:
    """Find the condition that is meant: Semgrep does not name it, but reads conditions as Python does."""

    def is_expression(text: str) -> bool:
        try:
            ast.parse(text.strip().replace("$", "_"), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
        return True

    conditions = [(key, value) for key, value in scalars(rule) if key in _CONDITIONS]
    unreadable = [(key, value) for key, value in conditions if not is_expression(value.text)]
    for key, value in unreadable or conditions[:1]:
        message = f"Semgrep cannot read this condition: {_quoted(value.text)}"
        return message, _CONDITIONS[key], _location(value)
    return "Semgrep cannot read a condition of the rule", "", None


def _lone_bracket(text: str) -> str:
    """Return a bracket that closes nothing, or is never closed; brackets in quotes are ignored."""
    opened: list[str] = []
    for sign in re.sub(r""""[^"]*"|'[^']*'""", "", text):
        if sign in _BRACKETS.values():
            opened.append(sign)
        elif sign in _BRACKETS and (not opened or opened.pop() != _BRACKETS[sign]):
            return sign
    return opened[-1] if opened and not text.endswith("…") else ""


def _find(rule: Node | None, quoted: str) -> Scalar | None:
    """Find the value of a rule that Semgrep quotes: on one line, and cut where it is long."""
    for _, value in scalars(rule):
        line = " ".join(value.text.split())
        if line.startswith(quoted[:-1].rstrip()) if quoted.endswith("…") else line == quoted:
            return value
    return None


def _location(value: Scalar | None) -> Location | None:
    return (value.line, value.column) if value else None


def _key(rule: Node | None, name: str) -> Location | None:
    """Return where a key of the rule is, None if it has no such key."""
    keys = [key for key, _ in rule.entries] if isinstance(rule, Entries) else []
    return next(((key.line, key.column) for key in keys if key.text == name), None)


def _quoted(text: str) -> str:
    return f"`{text if len(text) <= _MAX_QUOTE else text[: _MAX_QUOTE - 1] + '…'}`"
