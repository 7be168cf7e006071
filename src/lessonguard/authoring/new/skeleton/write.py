"""What is known of a lesson → the text of its file, with `TODO` for what is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lessonguard.authoring.mend import KEY_ORDER
from lessonguard.authoring.new.answers import questions
from lessonguard.authoring.new.draft import Draft
from lessonguard.authoring.new.skeleton.code import example_lines, proof_lines, rule_lines, watch_lines
from lessonguard.authoring.new.skeleton.remediation import remediation_lines
from lessonguard.authoring.new.skeleton.scalars import prose_lines
from lessonguard.authoring.new.skeleton.yaml_comments import comment, offer_comments, origin_comment, verbatim
from lessonguard.lessons.header import schema_header
from lessonguard.lessons.model import Mode, Timeline
from lessonguard.lessons.placeholder import PLACEHOLDER
from lessonguard.lessons.schema import key_fields, key_of

_OPTIONAL = {"postmortem": questions()["postmortem"].example, "sources": "[https://example.com/report]"}
"""Keys that may be absent, and what they may look like."""

_MOMENT = "2026-05-14T09:12:00Z"


def write_skeleton(draft: Draft, *, schema: str) -> str:
    """Write the text of a lesson file; `schema` is what its header names.

    Every key comes with what it is for, where its value was taken from and what else was said about it. The
    parts that are optional are comments. Whatever the texts hold, the file is sound YAML.
    """
    blocks = [_block(draft, key) for key in KEY_ORDER]
    return "\n\n".join("\n".join(lines) for lines in [_head(draft, schema), *blocks]) + "\n"


def _head(draft: Draft, schema: str) -> list[str]:
    where = f" Headings and lines are those of {draft.postmortem}." if draft.postmortem else ""
    return [
        schema_header(schema),
        *comment(f"Write what is missing where it says {PLACEHOLDER}.{where} Then run:"),
        *verbatim(["  lessonguard check", f"  lessonguard prove {draft.incident}"]),
    ]


def _block(draft: Draft, key: str) -> list[str]:
    """Write a key with what is to be said about it."""
    question = questions()[key]
    is_asked = key not in _PARTS and key not in _OPTIONAL and not draft.text(key)
    example = f" For instance: {question.example}" if is_asked and question.example else ""
    part = _PARTS.get(key)
    return [
        *comment(question.text + example),
        *origin_comment(draft.get(key)),
        *offer_comments(draft, key),
        *(part(draft) if part else _value(draft, key)),
    ]


def _value(draft: Draft, key: str) -> list[str]:
    text = draft.text(key)
    if not text and key in _OPTIONAL:
        return verbatim([f"{key}: {_OPTIONAL[key]}"])
    return (
        [f"{key}: {text or PLACEHOLDER}"] if key == "date" or not text else prose_lines(key, text, indent=0)
    )


def _mode_lines(draft: Draft) -> list[str]:
    return [f"mode: {draft.text('mode') or Mode.COMMENT.value}"]


def _incident_lines(draft: Draft) -> list[str]:
    return prose_lines("incident", draft.incident, indent=0)


def _timeline_lines(draft: Draft) -> list[str]:
    """Write the moments that are known; those that are not, or all of them, are comments."""
    lines, is_known = [], False
    for field in key_fields(Timeline):
        key = key_of(field)
        statement = draft.get(key)
        is_known = is_known or statement is not None
        line = f"  {key}: {statement.text if statement else _MOMENT}"
        about = [
            field.metadata["doc"],
            *([f"From {statement.origin}."] if statement and statement.origin else []),
        ]
        lines += comment(" ".join(about), indent=2) if statement else []
        lines += [line] if statement else verbatim([f"{line}  # {about[0]}"])
    offers = [line for field in key_fields(Timeline) for line in offer_comments(draft, key_of(field))]
    return [*offers, *(["timeline:"] if is_known else verbatim(["timeline:"])), *lines]


_PARTS: Mapping[str, Callable[[Draft], list[str]]] = {
    "incident": _incident_lines,
    "mode": _mode_lines,
    "timeline": _timeline_lines,
    "rules": rule_lines,
    "examples": example_lines,
    "proof": proof_lines,
    "watch": watch_lines,
    "remediation": remediation_lines,
}
