"""Bring a pull request up to date: comment on new findings, once, and resolve what no longer holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cache
from time import sleep
from typing import TYPE_CHECKING, TypeAlias

from lessonguard.git.diff import parse_patch_hunks
from lessonguard.github.api_errors import UnavailableError, UnprocessableError
from lessonguard.github.pull_request import NewComment, Review, ReviewComment
from lessonguard.lessons.model import Library, Mode
from lessonguard.output.story import introduced
from lessonguard.record import record
from lessonguard.review.comment import render_comment, render_resolved
from lessonguard.review.links import Links
from lessonguard.review.markers import FindingMark, ReviewMark, mark_finding, marked, read_mark, unmarked
from lessonguard.review.match_comments import Hunks
from lessonguard.review.plan import PlannedComment, ReviewPlan, plan_review
from lessonguard.review.summary import render_further, render_review
from lessonguard.scan.finding import ScanReport

if TYPE_CHECKING:
    from lessonguard.github.client import GitHub  # slow to load, so that is left to who needs it early

_ATTEMPTS = 4
_LONGEST = 65_000  # characters of a summary: GitHub takes 65,536, and the marker needs some

_DELAY = 2.0  # seconds until GitHub shows what it may have taken although its answer was lost

# Returns the hunks of those of the paths that the diff has; it may return those of others, too.
Diff: TypeAlias = Callable[[Collection[str]], Hunks]


@record
class Message:
    """What a pull request should say.

    `library` holds the lessons that the change was checked by, `branch` names where they come from.
    `diff` is what GitHub should show, or None to ask it what it shows. `max_comments` counts comments
    in the diff, those of earlier pushes included. With `says_notices`, notices alone are worth a review.
    `fails_from` is the mildest mode that fails the check, None if nothing does. `preview` is Markdown
    about the lessons of the change, perhaps empty, for the summary.
    """

    report: ScanReport
    library: Library
    diff: Diff | None
    links: Links
    branch: str
    max_comments: int
    says_notices: bool
    fails_from: Mode | None
    preview: str = ""


@record
class Delivery:
    """What was done on a pull request: comments posted, kept from before, and resolved.

    `is_late` is true if nothing was done, because the pull request is closed or has another
    head by now, which another run reviews.
    """

    posted: int = 0
    kept: int = 0
    resolved: int = 0
    is_late: bool = False


@record
class _Ours:
    """What we posted there before: comments in the diff by our own login, and the summary."""

    login: str | None
    comments: tuple[ReviewComment, ...]
    summary: Review | None


def post_review(github: GitHub, pull: int, message: Message) -> Delivery:
    """Make the pull request show what the message holds, and nothing twice.

    What is there already decides what is done, so doing it again does nothing. A lost answer is
    handled in the same way: read again, then do what is missing. If GitHub does not take a
    place in the diff, places are taken from GitHub's own diff; then everything goes to the summary.

    Raise `RefusedError` if the token may not, and what else `GitHub` raises if it goes on failing.
    """
    theirs = _diff_at_github(github, pull)
    diffs = iter([message.diff, theirs, _no_diff] if message.diff else [theirs, _no_diff])
    diff = next(diffs)
    for attempt in range(_ATTEMPTS):
        is_last = attempt == _ATTEMPTS - 1
        try:
            return _bring_up_to_date(github, pull, message, diff=diff)
        except UnprocessableError:
            if is_last or diff is _no_diff:
                raise
            diff = next(diffs)
        except UnavailableError as error:
            if is_last or not error.is_write:
                raise
            sleep(_DELAY)
    raise AssertionError  # the last attempt returns or raises


def _bring_up_to_date(github: GitHub, pull: int, message: Message, *, diff: Diff) -> Delivery:
    ours = _read(github, pull)
    paths = {finding.path for finding in introduced(message.report)}
    hunks = diff(paths | {comment.path for comment in ours.comments})
    plan = plan_review(
        message.report,
        library=message.library,
        comments=ours.comments,
        login=ours.login,
        hunks=hunks,
        max_comments=message.max_comments,
    )
    summary = _summary(message, plan)
    is_new = ours.summary is None and _is_worth_a_review(message)
    is_edited = ours.summary is not None and unmarked(ours.summary.body) != unmarked(summary)
    kept = Delivery(kept=len(plan.keep))
    if not (plan.post or plan.resolve or is_new or is_edited):
        return kept
    now = github.pull_request(pull)
    if now.head != message.report.head or not now.is_open:
        return Delivery(is_late=True)

    _post(github, pull, message, placed=plan.post, body=summary if is_new else None, before=ours.summary)
    if ours.summary is not None and is_edited:
        github.edit_review(pull, ours.summary.id, summary)
    _resolve(github, pull, plan, links=message.links)
    return replace(kept, posted=len(plan.post), resolved=len(plan.resolve))


def _read(github: GitHub, pull: int) -> _Ours:
    """Return what is ours, by its marker and its login; our login is requested only if there is a marker."""
    comments = github.review_comments(pull)
    reviews = github.reviews(pull)
    bodies = [*(comment.body for comment in comments), *(review.body for review in reviews)]
    login = github.own_login() if any(map(read_mark, bodies)) else None
    marks = [(review, read_mark(review.body)) for review in reviews if review.login == login]
    summaries = [review for review, mark in marks if isinstance(mark, ReviewMark) and mark.kind == "summary"]
    return _Ours(
        login=login,
        comments=tuple(comment for comment in comments if comment.login == login),
        summary=summaries[0] if summaries else None,
    )


def _is_worth_a_review(message: Message) -> bool:
    has_notices = message.says_notices and bool(message.report.notices)
    return bool(introduced(message.report)) or has_notices or bool(message.preview)


def _summary(message: Message, plan: ReviewPlan) -> str:
    commented = {item.finding.fingerprint for item in plan.post}
    commented |= {item.finding.fingerprint for item in plan.keep}
    text = render_review(
        message.report,
        commented=commented,
        links=message.links,
        branch=message.branch,
        fails_from=message.fails_from,
        limit=_LONGEST - len(message.preview),
    )
    text = "\n\n".join(filter(None, [text, message.preview]))
    return marked(text, ReviewMark(kind="summary", head=message.report.head))


def _post(
    github: GitHub,
    pull: int,
    message: Message,
    *,
    placed: Sequence[PlannedComment],
    body: str | None,
    before: Review | None,
) -> None:
    """Post one review, then the comments on whole files, which GitHub takes in no review."""
    on_lines = [_on_lines(message, item) for item in placed if item.anchor.line is not None]
    if body is None and before is not None and on_lines:
        mark = ReviewMark(kind="further", head=message.report.head)
        body = marked(render_further(len(on_lines), url=before.url), mark)
    if body is not None:
        github.post_review(pull, commit=message.report.head, body=body, comments=on_lines)
    for item in placed:
        if item.anchor.line is None:
            github.post_file_comment(
                pull, commit=message.report.head, path=item.anchor.path, body=_body(message, item)
            )


def _on_lines(message: Message, placed: PlannedComment) -> NewComment:
    anchor = placed.anchor
    assert anchor.line is not None  # noqa: S101 - others are posted on the whole file
    return NewComment(
        path=anchor.path,
        body=_body(message, placed),
        line=anchor.line,
        side=anchor.side,
        start_line=anchor.start_line,
    )


def _body(message: Message, placed: PlannedComment) -> str:
    text = render_comment(
        placed.finding,
        links=message.links,
        is_exact=placed.anchor.is_exact,
        fails_from=message.fails_from,
    )
    return marked(text, mark_finding(placed.finding))


def _resolve(github: GitHub, pull: int, plan: ReviewPlan, *, links: Links) -> None:
    for item in plan.resolve:
        mark = read_mark(item.comment.body)
        assert isinstance(mark, FindingMark)  # noqa: S101 - the plan resolves nothing else
        text = render_resolved(unmarked(item.comment.body), how=item.how, finding=item.finding, links=links)
        github.edit_comment(item.comment.id, marked(text, replace(mark, state=item.how)))
    if plan.resolve:
        github.resolve_threads(pull, [item.comment.id for item in plan.resolve])


def _diff_at_github(github: GitHub, pull: int) -> Diff:
    @cache
    def hunks() -> Hunks:
        files = github.diff_files(pull)
        return {file.path: parse_patch_hunks(file.patch) if file.patch else () for file in files}

    return lambda _: hunks()


def _no_diff(_: Collection[str]) -> Hunks:
    return {}
