"""Plan a review: what to say now, what stands from before, and what no longer holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lessonguard.github.pull_request import ReviewComment
from lessonguard.lessons.model import IncidentId, Library, Mode
from lessonguard.output.story import accepted, by_importance, carried, for_pull_request, introduced
from lessonguard.review.anchor import place
from lessonguard.review.markers import VERSION
from lessonguard.review.match_comments import (
    Hunks,
    Said,
    Topic,
    is_shown,
    read_said,
    recognise,
    recognise_alike,
)
from lessonguard.review.placement import Placed, ReviewPlan, Settled, Standing
from lessonguard.scan.finding import Finding, ScanReport

_FILE_COMMENTS = 3
"""How many findings a comment on a whole file may tell: each of these is a request of its own."""


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

    `library` holds the lessons that judged. `comments` are all those on the diff; ours are those
    by `login` that carry our marker. `hunks` must hold the files of the findings and of the
    comments, as far as the diff has them.

    At most `max_comments` findings get or keep a comment, unless more have one already. Every
    introduced finding that nobody accepted is in one of `post`, `keep` and `rest`, the most
    important first. After the plan was carried out, the same report asks for nothing more.
    """
    shown = for_pull_request(report)
    blamed = [Topic(finding=finding) for finding in by_importance(introduced(shown))]
    excused = [Topic(finding=finding) for finding in (*accepted(shown), *carried(shown))]
    left = recognise(blamed, excused, read_said(comments, login=login), hunks=hunks)
    gone = [item for item in left if _was_looked_for(item, report=report, library=library, hunks=hunks)]
    gone = recognise_alike(excused, gone, hunks=hunks)
    plan = _choose(blamed, hunks=hunks, max_comments=max_comments)
    settled = [*_excuse(excused), *_settle(gone)]
    return replace(plan, settle=tuple(sorted(settled, key=lambda item: item.comment.id)))


def _choose(topics: Sequence[Topic], *, hunks: Hunks, max_comments: int) -> ReviewPlan:
    """Divide introduced findings into what stands, what is posted, and the rest."""
    kept = [Standing(finding=topic.finding, comment=topic.said.comments[0]) for topic in topics if topic.said]
    told = {item.finding.fingerprint for item in kept}
    room = max_comments - len(kept)
    # Those that stand count, or else every push would post some more.
    room_on_files = _FILE_COMMENTS - sum(_is_on_file(item.finding, hunks) for item in kept)
    posted: list[Placed] = []
    rest: list[Finding] = []
    for finding in (topic.finding for topic in topics if topic.said is None):
        anchor = place(finding, hunks.get(finding.path)) if room > 0 else None
        if anchor is None or finding.fingerprint in told or (anchor.line is None and room_on_files <= 0):
            rest.append(finding)
            continue
        posted.append(Placed(finding=finding, anchor=anchor))
        told.add(finding.fingerprint)
        room -= 1
        room_on_files -= anchor.line is None
    return ReviewPlan(post=tuple(posted), keep=tuple(kept), settle=(), rest=tuple(rest))


def _is_on_file(finding: Finding, hunks: Hunks) -> bool:
    anchor = place(finding, hunks.get(finding.path))
    return anchor is not None and anchor.line is None


def _excuse(topics: Iterable[Topic]) -> list[Settled]:
    """Settle what was said about findings that are not, or no longer, this change's fault."""
    return [
        Settled(
            comment=comment, how="accepted" if topic.finding.accepted else "carried", finding=topic.finding
        )
        for topic in topics
        if topic.said and topic.said.mark.version == VERSION
        for comment in topic.said.comments
    ]


def _settle(gone: Iterable[Said]) -> list[Settled]:
    """Settle what was said about findings that are gone."""
    return [Settled(comment=comment, how="fixed", finding=None) for item in gone for comment in item.comments]


def _was_looked_for(said: Said, *, report: ScanReport, library: Library, hunks: Hunks) -> bool:
    """Tell whether a finding is known to be gone if this report lacks it.

    It is not where its lesson or rule does not judge any more, or could not, or is not to be
    shown; nor where its file was not checked, or may have been renamed to one that was not.
    What a later version of lessonguard wrote is left to that.
    """
    lesson = library.by_incident.get(IncidentId(said.mark.lesson))
    if lesson is None or lesson.mode is Mode.MONITOR or said.mark.version != VERSION:
        return False
    is_judging = any(rule.id == said.mark.rule for rule in lesson.rules)
    is_faulty = any(fault.path == lesson.path for fault in report.faults)
    gaps = {item.path for item in report.unchecked if item.incident in {None, lesson.incident}}
    is_unseen = said.path in gaps if is_shown(said.path, hunks) else bool(gaps)
    return is_judging and not is_faulty and not is_unseen
