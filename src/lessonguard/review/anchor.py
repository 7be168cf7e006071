"""Find the lines in the diff of a pull request on which to comment on a finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lessonguard.git.changes import Hunk
from lessonguard.github.pull_request import Side
from lessonguard.record import record
from lessonguard.scan.finding import Finding, State

# How many lines a comment may span. GitHub shows it below the last of them, so the comment on a longer
# match would be far from where that begins; and a finding keeps no more source lines.
_LONGEST_RANGE = 12

_NOTHING = range(0)


@record
class Anchor:
    """A place in the diff of a pull request: lines of one side, 1-based, both ends inclusive.

    `line` is None for a comment on the whole file. `start_line` is None for a single line.
    `is_exact` tells that these lines are all that the finding matched, so that a suggestion
    for them would replace the right code.
    """

    path: str
    line: int | None
    side: Side = "RIGHT"
    start_line: int | None = None
    is_exact: bool = False


def find_anchor(finding: Finding, hunks: Sequence[Hunk] | None) -> Anchor | None:
    """Return the nearest place at which GitHub takes a comment on this finding.

    `hunks` are those of the finding's file as GitHub shows them, lines of context included; empty
    if it shows the file without lines (a mere rename, a new mode, too much), None if not at all.
    The places are tried in this order: the lines of the match; those of them that one hunk has;
    the nearest line of head in a hunk, or of base if only deletions are shown; the whole file.
    None means that only the summary can list it. Nearest is what is nearest to the match,
    or to where its protection was removed, if the diff shows that.

    A comment is refused, and with it the whole review, unless all its lines are in one hunk and
    on one side: see "Create a review for a pull request" in GitHub's REST documentation:
    https://docs.github.com/rest/pulls/reviews#create-a-review-for-a-pull-request
    """
    # A path that is not UTF-8 (a surrogate escape) cannot be written in the JSON that GitHub takes.
    if hunks is None or any("\ud800" <= character <= "\udfff" for character in finding.path):
        return None
    matched = matched_lines(finding)
    head = [hunk.head_lines for hunk in hunks if hunk.head_count]
    base = [hunk.base_lines for hunk in hunks if hunk.base_count]
    shown = max((_common(matched, lines) for lines in head), key=len, default=_NOTHING)
    if shown:
        return _anchor(finding.path, shown, is_exact=shown == matched)
    if head:
        line = _nearest(head, _removal(finding, hunks) or matched)
        return Anchor(path=finding.path, line=line)
    if base:
        line = _nearest(base, _removed_lines(finding) or matched)
        return Anchor(path=finding.path, line=line, side="LEFT")
    return Anchor(path=finding.path, line=None)


def matched_lines(finding: Finding) -> range:
    """Return the lines of the match, 1-based; there is at least one."""
    ends_before = finding.end.column == 1 and finding.end.line > finding.start.line
    return range(finding.start.line, finding.end.line + (not ends_before))


def _anchor(path: str, lines: range, *, is_exact: bool) -> Anchor:
    if len(lines) > _LONGEST_RANGE:
        return Anchor(path=path, line=lines.start)
    start = lines.start if len(lines) > 1 else None
    return Anchor(path=path, line=lines.stop - 1, start_line=start, is_exact=is_exact)


def _nearest(sides: Iterable[range], wanted: range) -> int:
    """Return the line nearest to those `wanted`; of equally near ones, that above."""

    def distance(lines: range) -> int:
        return max(wanted.start - lines.stop + 1, lines.start - wanted.stop + 1, 0)

    lines = min(sides, key=distance)
    return max(lines.start, min(wanted.start, lines.stop - 1))


def _removal(finding: Finding, hunks: Iterable[Hunk]) -> range:
    """Return the line of head that took the place of the removed protection, if a hunk shows that.

    It is counted from the beginning of the hunk, so that it is exact for the first lines
    that a hunk removes, and in the same hunk for others.
    """
    removed = _removed_lines(finding)
    for hunk in hunks:
        if common := _common(removed, hunk.base_lines):
            line = hunk.head_lines.start + common.start - hunk.base_lines.start
            last = max(hunk.head_lines.start, hunk.head_lines.stop - 1)
            return range(min(line, last), min(line, last) + 1)
    return _NOTHING


def _removed_lines(finding: Finding) -> range:
    if finding.state is not State.EXPOSED or not finding.removed:
        return _NOTHING
    return range(finding.removed[0].number, finding.removed[-1].number + 1)


def _common(one: range, other: range) -> range:
    return range(max(one.start, other.start), min(one.stop, other.stop))
