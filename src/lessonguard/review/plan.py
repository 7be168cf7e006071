"""Plan a review: which comments to post, which to keep from before, and which to resolve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from lessonguard.github.pull_request import ReviewComment
from lessonguard.lessons.model import IncidentId, Library, Mode
from lessonguard.output.story import accepted, by_importance, carried, for_pull_request, introduced
from lessonguard.record import record
from lessonguard.review.anchor import Anchor, find_anchor
from lessonguard.review.markers import VERSION
from lessonguard.review.match_comments import (
    Candidate,
    Hunks,
    OpenComment,
    is_shown,
    list_open_comments,
    match_comments,
    match_similar,
)
from lessonguard.scan.finding import Finding, ScanReport

# How many comments on whole files a pull request may have: GitHub takes none of them in a review, so
# each is a request of its own.
_FILE_COMMENTS = 3


@record
class PlannedComment:
    """A finding to comment on now, and where."""

    finding: Finding
    anchor: Anchor


@record
class KeptComment:
    """A finding that has a comment from before, and that comment."""

    finding: Finding
    comment: ReviewComment


@record
class ResolvedComment:
    """A comment of ours that no longer holds.

    `how`: its finding is gone (`fixed`), somebody accepted it (`accepted`), or the change is
    no longer to blame for it (`carried`). `finding` is None if it is gone.
    """

    comment: ReviewComment
    how: Literal["fixed", "accepted", "carried"]
    finding: Finding | None


@record
class ReviewPlan:
    """What to do on the pull request.

    `post` are new inline comments, the most important first, `keep` those that stay as they are,
    `resolve` those to edit, by ID. `rest` are introduced findings that only the summary lists.
    """

    post: tuple[PlannedComment, ...]
    keep: tuple[KeptComment, ...]
    resolve: tuple[ResolvedComment, ...]
    rest: tuple[Finding, ...]


def plan_review(
    report: ScanReport,
    *,
    library: Library,
    comments: Iterable[ReviewComment],
    login: str | None,
    hunks: Hunks,
    max_comments: int,
) -> ReviewPlan:
    """Decide what becomes of each introduced finding, and of each comment that we wrote before.

    `library` holds the lessons that the change was checked by. `comments` are all those on the diff;
    ours are those by `login` that carry our marker. `hunks` must hold the files of the findings and
    of the comments, as far as the diff has them.

    At most `max_comments` findings get or keep a comment, unless more have one already. Every
    introduced finding that nobody accepted is in one of `post`, `keep` and `rest`, the most
    important first. After the plan was carried out, the same report asks for nothing more.
    """
    shown = for_pull_request(report)
    new = [Candidate(finding=finding) for finding in by_importance(introduced(shown))]
    others = [Candidate(finding=finding) for finding in (*accepted(shown), *carried(shown))]
    left = match_comments(new, others, list_open_comments(comments, login=login), hunks=hunks)
    gone = [item for item in left if _is_gone(item, report=report, library=library, hunks=hunks)]
    gone = match_similar(others, gone, hunks=hunks)
    resolved = [
        ResolvedComment(
            comment=comment,
            how="accepted" if candidate.finding.accepted else "carried",
            finding=candidate.finding,
        )
        for candidate in others
        if candidate.comment and candidate.comment.mark.version == VERSION
        for comment in candidate.comment.comments
    ]
    resolved += [
        ResolvedComment(comment=comment, how="fixed", finding=None)
        for item in gone
        for comment in item.comments
    ]
    plan = _choose(new, hunks=hunks, max_comments=max_comments)
    return replace(plan, resolve=tuple(sorted(resolved, key=lambda item: item.comment.id)))


def _choose(candidates: Sequence[Candidate], *, hunks: Hunks, max_comments: int) -> ReviewPlan:
    """Divide introduced findings into those with a comment, those that get one, and the rest."""
    kept = [
        KeptComment(finding=candidate.finding, comment=candidate.comment.comments[0])
        for candidate in candidates
        if candidate.comment
    ]
    commented = {item.finding.fingerprint for item in kept}
    room = max_comments - len(kept)
    # Those from before count, or else every push would post some more.
    room_on_files = _FILE_COMMENTS - sum(_is_on_file(item.finding, hunks) for item in kept)
    posted: list[PlannedComment] = []
    rest: list[Finding] = []
    for finding in (candidate.finding for candidate in candidates if candidate.comment is None):
        anchor = find_anchor(finding, hunks.get(finding.path)) if room > 0 else None
        is_on_file = anchor is not None and anchor.line is None
        # The next push finds comments by fingerprint, so no two of them may have the same.
        if anchor is None or finding.fingerprint in commented or (is_on_file and room_on_files <= 0):
            rest.append(finding)
            continue
        posted.append(PlannedComment(finding=finding, anchor=anchor))
        commented.add(finding.fingerprint)
        room -= 1
        room_on_files -= is_on_file
    return ReviewPlan(post=tuple(posted), keep=tuple(kept), resolve=(), rest=tuple(rest))


def _is_on_file(finding: Finding, hunks: Hunks) -> bool:
    anchor = find_anchor(finding, hunks.get(finding.path))
    return anchor is not None and anchor.line is None


def _is_gone(comment: OpenComment, *, report: ScanReport, library: Library, hunks: Hunks) -> bool:
    """Return whether the finding of a comment is known to be gone if this report lacks it.

    It is not where its lesson or rule is no longer used, or could not be, or is not to be
    shown; nor where its file was not checked, or may have been renamed to one that was not.
    What a later version of lessonguard wrote is left to that.
    """
    mark = comment.mark
    lesson = library.by_incident.get(IncidentId(mark.lesson))
    if lesson is None or lesson.mode is Mode.MONITOR or mark.version != VERSION:
        return False
    is_used = any(rule.id == mark.rule for rule in lesson.rules)
    is_invalid = any(fault.path == lesson.path for fault in report.faults)
    gaps = {item.path for item in report.unchecked if item.incident in {None, lesson.incident}}
    is_unseen = comment.path in gaps if is_shown(comment.path, hunks) else bool(gaps)
    return is_used and not is_invalid and not is_unseen
