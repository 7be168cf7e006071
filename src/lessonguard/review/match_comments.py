"""Recognise findings that were said before, whatever has become of their lines and files since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from lessonguard.git.changes import Hunk
from lessonguard.github.pull_request import ReviewComment
from lessonguard.record import record
from lessonguard.review.anchor import matched_lines, place
from lessonguard.review.markers import FindingMark, kin, read_mark
from lessonguard.scan.finding import Finding

Hunks: TypeAlias = Mapping[str, Sequence[Hunk] | None]
"""The hunks of each file that GitHub shows, by its path in head; see `place`. No key means None."""


@record(eq=False)
class Said:
    """What we said about one finding, and have not settled: by one comment.

    There are several, all at one place, if an answer of GitHub was lost and the comment was
    posted again; the first counts.
    """

    mark: FindingMark
    comments: tuple[ReviewComment, ...]

    @property
    def path(self) -> str:
        """Name the file as it was called when this was said."""
        return self.comments[0].path

    @property
    def line(self) -> int | None:
        """Give the line at which GitHub shows it now."""
        return self.comments[0].line


@dataclass(eq=False, kw_only=True)
class Topic:
    """A finding, and what was said about it, once that is known."""

    finding: Finding
    said: Said | None = None

    @cached_property
    def kin(self) -> str:
        """Give the kin of the finding, as markers hold it."""
        return kin(self.finding)


def read_said(comments: Iterable[ReviewComment], *, login: str | None) -> list[Said]:
    """Pick what we said from all comments: those by `login` that carry our marker and are open.

    The oldest come first. Without a login nothing is ours.
    """
    said: defaultdict[Hashable, list[tuple[FindingMark, ReviewComment]]] = defaultdict(list)
    for comment in sorted(comments, key=lambda comment: comment.id):
        mark = read_mark(comment.body) if login is not None and comment.login == login else None
        if isinstance(mark, FindingMark) and mark.is_open:
            said[mark.rule, mark.fingerprint, comment.path, comment.line].append((mark, comment))
    return [
        Said(mark=equals[0][0], comments=tuple(comment for _, comment in equals)) for equals in said.values()
    ]


def recognise(
    blamed: Sequence[Topic], excused: Sequence[Topic], said: Sequence[Said], *, hunks: Hunks
) -> list[Said]:
    """Tell each topic what was said about it, and give what is left.

    The same fingerprint means the same finding, with one exception: of several equal findings,
    each has the fingerprint of the one before if the first is removed. GitHub, which follows
    lines, then knows better. What is like a finding, but not the same, may only be one of those
    that are `blamed`, so that none of these is told twice; see `recognise_alike`.
    """
    every = [*blamed, *excused]
    left = _pair(every, said, _same_in_place(hunks))
    left = _pair(blamed, left, _SAME_TEXT_AND_LINE)
    left = _pair(every, left, _SAME)
    return recognise_alike(blamed, left, hunks=hunks)


def recognise_alike(topics: Iterable[Topic], said: Sequence[Said], *, hunks: Hunks) -> list[Said]:
    """Tell each remaining topic what was said about its like; give what is left.

    A finding loses its fingerprint when it, what encloses it, or its file changes. It is the one
    that was said if the lesson's rule is the same, and of these the first that holds: same text
    and file, at the line of the comment; same text and file; same text in a file that the change
    renames; same text, where the file of the comment is not in the diff any more; same
    file, at the line of the comment.
    """
    topics, left = list(topics), list(said)
    for way in (_SAME_TEXT_AND_LINE, _SAME_TEXT, _RENAMED, _same_text_of_lost_file(hunks), _SAME_LINE):
        left = _pair(topics, left, way)
    return left


def is_shown(path: str, hunks: Hunks) -> bool:
    """Tell whether the diff has a file, and not only as a deleted one."""
    found = hunks.get(path)
    return found is not None and (not found or any(hunk.head_count for hunk in found))


@record(eq=False)
class _Way:
    """A way to recognise: by equal keys, if the two fit as well."""

    said: Callable[[Said], Hashable]
    topic: Callable[[Topic], Hashable]
    fits: Callable[[Topic, Said], bool] = lambda *_: True


def _pair(topics: Iterable[Topic], said: Sequence[Said], way: _Way) -> list[Said]:
    """Pair each topic with the first that is left of what was said, and give what is left then."""
    rules = {item.mark.rule for item in said}  # asked first: keys may take time
    groups: defaultdict[Hashable, list[Said]] = defaultdict(list)
    for item in said:
        groups[way.said(item)].append(item)
    for topic in topics:
        if topic.said is None and topic.finding.rule in rules and (group := groups.get(way.topic(topic))):
            topic.said = next((item for item in group if way.fits(topic, item)), None)
            if topic.said:
                group.remove(topic.said)
    return [item for item in said if item in groups[way.said(item)]]


def _is_on_line(topic: Topic, said: Said) -> bool:
    return said.line in matched_lines(topic.finding)


_SAME = _Way(
    said=lambda item: (item.mark.rule, item.mark.fingerprint),
    topic=lambda topic: (topic.finding.rule, topic.finding.fingerprint),
)

_SAME_TEXT = _Way(
    said=lambda item: (item.mark.kin, item.path), topic=lambda topic: (topic.kin, topic.finding.path)
)

_SAME_TEXT_AND_LINE = _Way(said=_SAME_TEXT.said, topic=_SAME_TEXT.topic, fits=_is_on_line)

_RENAMED = _Way(said=_SAME_TEXT.said, topic=lambda topic: (topic.kin, topic.finding.previous_path))

_SAME_LINE = _Way(
    said=lambda item: (item.mark.rule, item.path),
    topic=lambda topic: (topic.finding.rule, topic.finding.path),
    fits=_is_on_line,
)


def _same_in_place(hunks: Hunks) -> _Way:
    def is_in_place(topic: Topic, said: Said) -> bool:
        anchor = place(topic.finding, hunks.get(topic.finding.path))
        return _is_on_line(topic, said) or (anchor is not None and anchor.line == said.line)

    return _Way(said=_SAME.said, topic=_SAME.topic, fits=is_in_place)


def _same_text_of_lost_file(hunks: Hunks) -> _Way:
    return _Way(
        said=lambda item: item.mark.kin,
        topic=lambda topic: topic.kin,
        fits=lambda _, item: not is_shown(item.path, hunks),
    )
