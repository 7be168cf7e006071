"""Match findings with the comments that are open on them, also after lines and files have changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from lessonguard.git.changes import Hunk
from lessonguard.github.pull_request import ReviewComment
from lessonguard.record import record
from lessonguard.review.anchor import find_anchor, matched_lines
from lessonguard.review.markers import FindingMark, hash_match, read_mark
from lessonguard.scan.finding import Finding

# The hunks of each file that GitHub shows, by its path in head; see `find_anchor`. No key means None.
Hunks: TypeAlias = Mapping[str, Sequence[Hunk] | None]


@record(eq=False)
class OpenComment:
    """Our comment on one finding that is not resolved.

    There are several `comments`, all at one place, if an answer of GitHub was lost and the comment
    was posted again; the first counts.
    """

    mark: FindingMark
    comments: tuple[ReviewComment, ...]

    @property
    def path(self) -> str:
        """Return the path of the file when the comment was written."""
        return self.comments[0].path

    @property
    def line(self) -> int | None:
        """Return the line at which GitHub shows it now, 1-based."""
        return self.comments[0].line


@dataclass(eq=False, kw_only=True)
class Candidate:
    """A finding, and the comment on it, once that is matched."""

    finding: Finding
    comment: OpenComment | None = None

    @cached_property
    def match_hash(self) -> str:
        """Return the hash of what matched, as markers hold it."""
        return hash_match(self.finding)


def list_open_comments(comments: Iterable[ReviewComment], *, login: str | None) -> list[OpenComment]:
    """List the comments by `login` that carry our marker and are open, the oldest first.

    Without a login there are none.
    """
    groups: defaultdict[Hashable, list[tuple[FindingMark, ReviewComment]]] = defaultdict(list)
    for comment in sorted(comments, key=lambda comment: comment.id):
        mark = read_mark(comment.body) if login is not None and comment.login == login else None
        if isinstance(mark, FindingMark) and mark.is_open:
            groups[mark.rule, mark.fingerprint, comment.path, comment.line].append((mark, comment))
    return [
        OpenComment(mark=group[0][0], comments=tuple(comment for _, comment in group))
        for group in groups.values()
    ]


def match_comments(
    introduced: Sequence[Candidate],
    others: Sequence[Candidate],
    comments: Sequence[OpenComment],
    *,
    hunks: Hunks,
) -> list[OpenComment]:
    """Set the comment of each candidate that has one, and return the comments that are left.

    The same fingerprint means the same finding, with one exception: of several equal findings,
    each has the fingerprint of the one before if the first is removed. GitHub, which follows
    lines, then knows better. A finding that is only similar is looked for among the `introduced`
    alone, so that none of these gets a second comment; see `match_similar`.
    """
    every = [*introduced, *others]

    def is_in_place(candidate: Candidate, comment: OpenComment) -> bool:
        anchor = find_anchor(candidate.finding, hunks.get(candidate.finding.path))
        return _is_on_line(candidate, comment) or (anchor is not None and anchor.line == comment.line)

    same_in_place = _Criterion(comment=_SAME.comment, candidate=_SAME.candidate, fits=is_in_place)
    left = _pair(every, comments, same_in_place)
    left = _pair(introduced, left, _SAME_TEXT_AND_LINE)
    left = _pair(every, left, _SAME)
    return match_similar(introduced, left, hunks=hunks)


def match_similar(
    candidates: Iterable[Candidate], comments: Sequence[OpenComment], *, hunks: Hunks
) -> list[OpenComment]:
    """Set the comment of each candidate that is similar to its finding; return the comments that are left.

    A finding loses its fingerprint when it, what encloses it, or its file changes. It is the finding
    of a comment if the rule is the same, and of these criteria the first that holds: same text
    and file, at the line of the comment; same text and file; same text in a file that the change
    renames; same text, where the file of the comment is not in the diff any more; same
    file, at the line of the comment.
    """
    same_text_of_lost_file = _Criterion(
        comment=lambda comment: comment.mark.match_hash,
        candidate=lambda candidate: candidate.match_hash,
        fits=lambda _, comment: not is_shown(comment.path, hunks),
    )
    candidates, left = list(candidates), list(comments)
    for criterion in (_SAME_TEXT_AND_LINE, _SAME_TEXT, _RENAMED, same_text_of_lost_file, _SAME_LINE):
        left = _pair(candidates, left, criterion)
    return left


def is_shown(path: str, hunks: Hunks) -> bool:
    """Return whether the diff has a file, and not only as a deleted one."""
    found = hunks.get(path)
    return found is not None and (not found or any(hunk.head_count for hunk in found))


@record(eq=False)
class _Criterion:
    """A comment belongs to a candidate if their keys are equal and the two fit as well."""

    comment: Callable[[OpenComment], Hashable]
    candidate: Callable[[Candidate], Hashable]
    fits: Callable[[Candidate, OpenComment], bool] = lambda *_: True


def _pair(
    candidates: Iterable[Candidate], comments: Sequence[OpenComment], criterion: _Criterion
) -> list[OpenComment]:
    """Pair each candidate with the first comment that is left for it, and return those left then."""
    rules = {comment.mark.rule for comment in comments}  # checked first: a key may be a hash of much text
    groups: defaultdict[Hashable, list[OpenComment]] = defaultdict(list)
    for comment in comments:
        groups[criterion.comment(comment)].append(comment)
    for candidate in candidates:
        if candidate.comment is not None or candidate.finding.rule not in rules:
            continue
        group = groups.get(criterion.candidate(candidate), [])
        candidate.comment = next((item for item in group if criterion.fits(candidate, item)), None)
        if candidate.comment:
            group.remove(candidate.comment)
    return [comment for comment in comments if comment in groups[criterion.comment(comment)]]


def _is_on_line(candidate: Candidate, comment: OpenComment) -> bool:
    return comment.line in matched_lines(candidate.finding)


_SAME = _Criterion(
    comment=lambda comment: (comment.mark.rule, comment.mark.fingerprint),
    candidate=lambda candidate: (candidate.finding.rule, candidate.finding.fingerprint),
)

_SAME_TEXT = _Criterion(
    comment=lambda comment: (comment.mark.match_hash, comment.path),
    candidate=lambda candidate: (candidate.match_hash, candidate.finding.path),
)

_SAME_TEXT_AND_LINE = _Criterion(comment=_SAME_TEXT.comment, candidate=_SAME_TEXT.candidate, fits=_is_on_line)

_RENAMED = _Criterion(
    comment=_SAME_TEXT.comment,
    candidate=lambda candidate: (candidate.match_hash, candidate.finding.previous_path),
)

_SAME_LINE = _Criterion(
    comment=lambda comment: (comment.mark.rule, comment.path),
    candidate=lambda candidate: (candidate.finding.rule, candidate.finding.path),
    fits=_is_on_line,
)
