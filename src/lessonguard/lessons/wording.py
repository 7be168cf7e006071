"""Check wording: text that says nothing which a check could prevent, and placeholders.

A lesson whose failure mode is "a mistake was made" is read by nobody and found by no rule. The list is
short on purpose: it holds what postmortems really say instead of naming what broke.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lessonguard.lessons.diagnostic import Diagnostics
from lessonguard.lessons.model import Example, Lesson, Remediation
from lessonguard.lessons.schema import key_fields, key_of
from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar
from lessonguard.record import record

# What `lessonguard new` writes where the author has still to write something.
PLACEHOLDER = "TODO"

_PATTERNS = ("pattern", "pattern-not", "pattern-inside", "pattern-not-inside")
_DOCS = {
    key_of(field): field.metadata["doc"]
    for kind in (Lesson, Example, Remediation)
    for field in key_fields(kind)
}
# Keys whose values may be any text. For all others `TODO` is an error already, because they have a pattern.
_REMEDIES = {
    **{key: _DOCS[key] for key in ("title", "bad", "good", "owner", "validation")},
    **dict.fromkeys(_PATTERNS, "Code, in which `...` stands for anything and `$X` for any expression."),
}


@record
class VagueWording:
    """One way of saying nothing: a pattern, and why it does not help."""

    pattern: re.Pattern[str]
    why: str


def _starts_with(*words: str, why: str) -> VagueWording:
    return VagueWording(pattern=re.compile(rf"\A\W*(?:{'|'.join(words)})\b"), why=why)


def _anywhere(*phrases: str, why: str) -> VagueWording:
    return VagueWording(pattern=re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE), why=why)


def _alone(*phrases: str, why: str) -> VagueWording:
    """Match a text that says this and nothing else."""
    pattern = rf"\A\W*(?:(?:an?|the|some) )?(?:{'|'.join(phrases)})\W*\Z"
    return VagueWording(pattern=re.compile(pattern, re.IGNORECASE), why=why)


# Refused in the texts whose field says what to write `instead`; other texts, such as notes, may be vague.
VAGUE_WORDINGS = (
    _starts_with("TODO", "TBD", "FIXME", "XXX", why="is a placeholder"),
    _alone("unknown", "none", "n/?a", "tbc", why="is a placeholder"),
    VagueWording(pattern=re.compile(r"\A(?=\s*\S)\W+\Z"), why="is a placeholder"),  # such as "..." and "?"
    _anywhere(
        "(?:an? |some )?(?:mistake|error)s? (?:was|were|has been|had been) made",
        "(?:somebody|someone|we|they) made (?:an? )?mistakes?",
        why="does not say what broke",
    ),
    _anywhere(
        "(?:human|operator|user) errors?",
        "(?:somebody|someone|we|they|an? (?:engineer|developer|operator|employee)) forgot",
        why="blames a person, and the next person is no different",
    ),
    _anywhere(
        "(?:be|being) (?:more )?(?:careful|attentive|vigilant)",
        "(?:pay|paying) (?:more|better|closer) attention",
        "(?:take|taking) more care",
        why="asks people to be different",
    ),
    _anywhere(
        "should(?:n't| not)? have (?:been|known|checked|tested|noticed|caught|seen|thought)",
        why="describes something that did not happen",
    ),
    _anywhere(
        "follow-?up clean-?ups?",
        "(?:clean(?:ed)? up|be fixed|fix it) later",
        why="does not say what will be done",
    ),
    _alone(
        "(?:mis-?|bad |wrong )?configuration(?: (?:error|issue|problem))?",
        "(?:code |software )?(?:bug|error|issue|problem)(?: in the (?:code|system|service|application))?",
        "(?:failure|outage|incident|regression|technical debt|edge case|race condition)",
        "bad (?:deploy|deployment|change|push|code)",
        "it (?:broke|failed|crashed|went down)",
        why="does not say what broke or how",
    ),
    _alone(
        "(?:hot ?)?fix(?:ed)?(?: it| the (?:bug|code|issue|problem))?",
        "(?:roll(?:ed)? ?back|revert|reverted|restart|restarted)(?: it| the (?:change|deploy|service))?",
        "(?:more|better|improved?|add) (?:tests?|testing|monitoring|documentation|training|process(?:es)?)",
        why="could follow any incident",
    ),
)


def find_vague(text: str) -> tuple[str, str] | None:
    """Return the first wording in `text` that says nothing, and why it does not help, or None."""
    for wording in VAGUE_WORDINGS:
        if found := wording.pattern.search(text):
            return found.group().strip(), wording.why
    return None


def check_wording(root: Entries, found: Diagnostics) -> None:
    """Record texts that say nothing: in the lesson itself, and in its remediation."""
    _check_texts(root, Lesson, found)
    remediation = root.get("remediation")
    for item in remediation.items if isinstance(remediation, Items) else ():
        if isinstance(item, Entries):
            _check_texts(item, Remediation, found)


def _check_texts(node: Entries, kind: type, found: Diagnostics) -> None:
    for field in key_fields(kind):
        value = node.get(key_of(field))
        if "instead" not in field.metadata or not isinstance(value, Scalar) or value.kind == "nothing":
            continue
        if vague := find_vague(value.text):
            message = '"{}" says "{}", which {}'.format(key_of(field), *vague)
            found.add(value, message, hint=vague_hint(field.metadata), code="vague")


def vague_hint(metadata: Mapping[str, str]) -> str:
    """Return what to write instead of vague text, with an example; `metadata` is that of a key."""
    return f"{metadata['instead']}, for instance: {metadata['example']}"


def check_placeholders(node: Node, found: Diagnostics) -> None:
    """Record the texts of a lesson that nobody has written yet, in all of its parts."""
    if isinstance(node, Items):
        for item in node.items:
            check_placeholders(item, found)
    for key, value in node.entries if isinstance(node, Entries) else ():
        if isinstance(value, Scalar) and value.text.strip() == PLACEHOLDER and key.text in _REMEDIES:
            doc = _REMEDIES[key.text]
            message = f'"{key.text}" says "{PLACEHOLDER}", which is a placeholder'
            hint = f"write {doc[0].lower()}{doc[1:].rstrip('.')}"
            found.add(value, message, hint=hint, code="vague")
        check_placeholders(value, found)
