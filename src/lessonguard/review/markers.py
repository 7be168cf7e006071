"""Hidden markers in what we post, by which the next push finds its comments again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal, TypeAlias

from lessonguard.record import record
from lessonguard.scan.finding import Finding

VERSION = 1  # of the markers that we write

_ENDS = frozenset({"fixed", "accepted", "carried"})
_VALUE = re.compile(r"[A-Za-z0-9._-]+")  # what IDs of incidents and rules are made of, too
_MARKER = re.compile(
    r"^<!-- lessonguard:(finding|summary|further) v=([1-9][0-9]{0,3})((?: [a-z]+=[^\s<>]+)*) -->[ \t]*\r?$",
    re.MULTILINE,
)
_LONGEST_TEXT = 1_000  # characters of a match that are hashed: a match may be a whole file


@record
class FindingMark:
    """What the marker of a comment holds about its finding.

    `fingerprint` is that of the finding, `match_hash` is what stays of it in a renamed
    file (`kin=` in a marker), `lesson` and `rule` are IDs. `state` is `open`, or how the comment was
    resolved; a later version may know other states.
    """

    fingerprint: str
    match_hash: str
    lesson: str
    rule: str
    state: str = "open"
    version: int = VERSION

    @property
    def is_open(self) -> bool:
        """Return whether the comment has not been resolved."""
        return self.state not in _ENDS


@record
class ReviewMark:
    """What the marker of a review holds: the commit that it was written for.

    `summary` is the one that is kept up to date, `further` are those of later reviews.
    """

    kind: Literal["summary", "further"]
    head: str
    version: int = VERSION


Mark: TypeAlias = FindingMark | ReviewMark


def mark_finding(finding: Finding) -> FindingMark:
    """Return the mark of a new comment on a finding."""
    return FindingMark(
        fingerprint=finding.fingerprint,
        match_hash=hash_match(finding),
        lesson=finding.lesson.incident,
        rule=finding.rule,
    )


def hash_match(finding: Finding) -> str:
    """Return a hash of what stays of a finding in a renamed file: lesson, rule and text, without layout."""
    text = "".join(finding.snippet[: 4 * _LONGEST_TEXT].split())[:_LONGEST_TEXT]
    identity = f"{finding.lesson.incident}\0{finding.rule}\0{text}"
    return sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def marked(text: str, mark: Mark) -> str:
    """Return a text with a marker at its end, after the empty line that Markdown needs before it."""
    return "\n\n".join(filter(None, (text.rstrip(), write_mark(mark))))


def write_mark(mark: Mark) -> str:
    """Return a marker: an HTML comment, which GitHub does not show, for a line of its own.

    Raise `ValueError` if a value is not made of ASCII letters, digits and `. _ -`.
    """
    if isinstance(mark, FindingMark):
        ids = {"id": mark.fingerprint, "kin": mark.match_hash, "lesson": mark.lesson, "rule": mark.rule}
        return _write("finding", mark.version, {**ids, "state": mark.state})
    return _write(mark.kind, mark.version, {"head": mark.head})


def read_mark(body: str) -> Mark | None:
    """Read the last marker that stands alone on a line; None if there is none.

    Use it only on comments by our own login: anybody can write a marker. In what we post, no text
    from a change can hold one (see `output.escape`), and ours comes last. What people do to
    a comment of ours does no harm: other line endings, blanks, text before or after the marker.

    A marker of a later version is read as far as it is understood. Such a comment is ours, but it is
    left to the lessonguard that wrote it.
    """
    found = None
    for found in _MARKER.finditer(body):  # noqa: B007 - the last one counts
        pass
    if found is None:
        return None
    version = int(found[2])
    fields = dict(field.split("=", 1) for field in found[3].split())
    if found[1] == "finding":
        return _finding_mark(fields, version)
    return ReviewMark(
        kind="summary" if found[1] == "summary" else "further", head=fields.get("head", ""), version=version
    )


def unmarked(body: str) -> str:
    """Return a body without our markers, with line feeds as line endings and no space at its end."""
    return _MARKER.sub("", body.replace("\r\n", "\n")).rstrip()


def _write(kind: str, version: int, fields: Mapping[str, str]) -> str:
    for name, value in fields.items():
        if not _VALUE.fullmatch(value):
            raise ValueError(f"{name} cannot be written in a marker: {value!r}")
    words = " ".join(f"{name}={value}" for name, value in fields.items())
    return f"<!-- lessonguard:{kind} v={version} {words} -->"


def _finding_mark(fields: Mapping[str, str], version: int) -> FindingMark:
    return FindingMark(
        fingerprint=fields.get("id", ""),
        match_hash=fields.get("kin", ""),
        lesson=fields.get("lesson", ""),
        rule=fields.get("rule", ""),
        state=fields.get("state", "open"),
        version=version,
    )
