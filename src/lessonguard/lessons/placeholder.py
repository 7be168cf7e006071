"""What `lessonguard new` writes where the author has still to write something."""

from __future__ import annotations

from lessonguard.lessons.diagnostic import Diagnostics
from lessonguard.lessons.model import Example, Lesson, Remediation
from lessonguard.lessons.schema import key_fields, key_of
from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar

PLACEHOLDER = "TODO"

_PATTERNS = ("pattern", "pattern-not", "pattern-inside", "pattern-not-inside")
_DOCS = {
    key_of(field): field.metadata["doc"]
    for kind in (Lesson, Example, Remediation)
    for field in key_fields(kind)
}
_REMEDIES = {
    **{key: _DOCS[key] for key in ("title", "bad", "good", "owner", "validation")},
    **dict.fromkeys(_PATTERNS, "Code, in which `...` stands for anything and `$X` for any expression."),
}
"""Keys whose values may be any text, and what to write there. For all others `TODO` is a fault already."""


def judge_placeholders(node: Node, found: Diagnostics) -> None:
    """Record the texts of a lesson that nobody has written yet, in all of its parts."""
    if isinstance(node, Items):
        for item in node.items:
            judge_placeholders(item, found)
    for key, value in node.entries if isinstance(node, Entries) else ():
        if isinstance(value, Scalar) and value.text.strip() == PLACEHOLDER and key.text in _REMEDIES:
            doc = _REMEDIES[key.text]
            message = f'"{key.text}" says "{PLACEHOLDER}", which is a placeholder'
            hint = f"write {doc[0].lower()}{doc[1:].rstrip('.')}"
            found.add(value, message, hint=hint, code="vague")
        judge_placeholders(value, found)
