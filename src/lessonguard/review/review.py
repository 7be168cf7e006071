"""Review what an event of GitHub Actions is about: scan it, write outputs, comment on the pull request."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal

from lessonguard.errors import GitError, UsageError
from lessonguard.git.changes import Change, Hunk, short
from lessonguard.git.repository import Repository
from lessonguard.github.api_errors import RefusedError
from lessonguard.lessons.model import Library, Mode
from lessonguard.output.phrases import counted
from lessonguard.output.story import for_pull_request
from lessonguard.record import record
from lessonguard.review.actions_env import Runner
from lessonguard.review.checkout import Commits, Origin, open_change
from lessonguard.review.event import Handover, Nothing, Subject, find_subject
from lessonguard.review.links import Links
from lessonguard.review.match_comments import Hunks
from lessonguard.review.post import Delivery, Diff, Message, post_review
from lessonguard.review.report_artifact import read_handover
from lessonguard.review.step_outputs import write_nothing, write_outputs
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.scan import ScanOptions, read_library, scan_change
from lessonguard.semgrep.installed import find_semgrep

if TYPE_CHECKING:
    from lessonguard.github.client import GitHub  # slow to load; see `_client`

# What a pull request is commented for: findings, also notices alone, or nothing.
Comments = Literal["findings", "notices", "none"]

_UNAUTHORIZED = 401  # GitHub's answer to a token that is not valid, which nobody gives on purpose
_NEW = Hunk(base_start=0, base_count=0, head_start=1, head_count=2**31)
# Modules that are slow to load, in the order in which they are needed.
_SLOW = ("lessonguard.github.client", "lessonguard.lessons.parse")


@record
class LessonsPreview:
    """What the lessons that a change adds or edits are worth, as Markdown, and whether they can be used."""

    markdown: str
    is_sound: bool


@record
class ReviewOptions:
    """How to review.

    `base` and `head` are for events that name no commits. `directory` may be in a checkout.
    `reports` is where the report files go, `report` the JSON report of another run to post.
    `fails_from` is the mildest mode that fails the check, None if nothing does.
    `announce` gets the report before anything is posted on the pull request. `preview` tries the
    lessons that the change adds or edits, if there are any.
    """

    scan: ScanOptions
    lessons_folder: str
    base: str | None
    head: str | None
    comments: Comments
    max_comments: int
    fails_from: Mode | None
    skips_drafts: bool
    directory: Path
    reports: Path | None
    report: Path | None
    announce: Callable[[ScanReport], None]
    preview: Callable[[Repository, Change], LessonsPreview | None]


@record
class Reviewed:
    """The result: the report, or None if there was nothing to review; and a line to log.

    `preview` is about the lessons of the change, None if it touches none.
    """

    report: ScanReport | None
    words: str
    preview: LessonsPreview | None = None


@record(eq=False)
class _Run:
    """One run: the variables of the runner, how to review, and the connections to the server."""

    runner: Runner
    options: ReviewOptions
    github: Callable[[], GitHub]
    origin: Origin


def review(runner: Runner, options: ReviewOptions) -> Reviewed:
    """Scan what the event is about, write outputs, and comment on the pull request, if there is one.

    Outputs come first, and need no token. A token that may not write is no error: the outputs hold
    all that the comments would. Raise `GitError`, `EngineError` or `GitHubError` if the change
    cannot be checked or the review not posted.
    """
    subject = find_subject(runner, base=options.base, head=options.head)
    if isinstance(subject, Subject) and subject.is_draft and options.skips_drafts:
        subject = Nothing(reason=f"pull request {subject.pull} is a draft")
    if isinstance(subject, Nothing):
        write_nothing(runner, subject.reason)
        return Reviewed(report=None, words=f"Nothing to review: {subject.reason}.")
    if options.report and not isinstance(subject, Handover):
        hint = "Leave --report out, or trigger the workflow by workflow_run."
        raise UsageError(f"The event {runner.event} takes no report of another run.", hint=hint)
    github = _client(runner)
    run = _Run(runner=runner, options=options, github=github, origin=Origin(runner, github))
    return _hand_over(run, subject) if isinstance(subject, Handover) else _scan(run, subject)


def _client(runner: Runner) -> Callable[[], GitHub]:
    """Load what is slow to load while Git talks to the server, and return the client when it is needed."""
    Thread(target=_load, daemon=True).start()

    @cache
    def client() -> GitHub:
        from lessonguard.github.client import GitHub  # noqa: PLC0415 - waits for the thread

        return GitHub(
            runner.repository, token=runner.token, api_url=runner.api_url, graphql_url=runner.graphql_url
        )

    return client


def _load() -> None:
    for name in _SLOW:
        import_module(name)


def _scan(run: _Run, subject: Subject) -> Reviewed:
    """Scan the change, then write outputs, which need no token, then comments."""
    options = run.options
    options.scan.step("fetching the commits")
    commits = run.origin.find(subject)
    with run.origin.open(commits, directory=options.directory, head_refs=subject.head_refs) as repository:
        change = open_change(commits, repository, lessons_folder=options.lessons_folder)
        library = read_library(repository, change.tip, folder=options.lessons_folder)
        semgrep = find_semgrep()
        report = scan_change(
            library, repository, change, engine=semgrep, languages=semgrep.languages, options=options.scan
        )
        options.announce(report)

        def deliver(preview: str) -> str:
            write_outputs(run.runner, report, folder=options.reports, preview=preview)
            if subject.pull is None or options.comments == "none":
                return ""
            options.scan.step("bringing the pull request up to date")
            message = _message(
                run,
                commits,
                branch=subject.lessons_ref,
                library=library,
                report=report,
                diff=_diff(repository, change),
            )
            return _post(run.github(), subject.pull, replace(message, preview=preview))

        try:
            preview = options.preview(repository, change)
            markdown = preview.markdown if preview else ""
        except Exception:
            # The author of the change wrote those lessons: they must not suppress the findings of the others.
            deliver("")
            raise
        return Reviewed(report=report, words=deliver(markdown), preview=preview)


def _diff(repository: Repository, change: Change) -> Diff:
    """Return the diff as GitHub should show it; a new file is one hunk without an end."""

    def diff(paths: Collection[str]) -> Hunks:
        files = [file for file in change.files if file.head and file.path in paths]
        pairs = {file.path: (file.base.blob, file.head.blob) for file in files if file.base and file.head}
        shown = repository.shown_hunks(pairs.values())
        return {file.path: shown[pairs[file.path]] if file.path in pairs else [_NEW] for file in files}

    return diff


def _hand_over(run: _Run, handover: Handover) -> Reviewed:
    """Post the report of another run, on the pull request that GitHub says it was for."""
    options = run.options
    if options.report is None:
        hint = "Download it in a step before this one, and name it: --report."
        raise UsageError("After workflow_run, the report of the other run is needed.", hint=hint)
    pulls = [pull for pull in run.github().open_pull_requests(handover.label) if pull.head == handover.head]
    if not pulls:
        reason = f"no open pull request has the head {short(handover.head)} any more"
        return Reviewed(report=None, words=f"Nothing to review: {reason}.")
    pull, branch = pulls[0].number, f"refs/heads/{pulls[0].base_ref}"
    commits = run.origin.find(Subject(base=branch, head=handover.head, lessons_ref=branch))
    if commits.merge_base is None:
        raise GitError(f"GitHub does not return the commit that pull request {pull} started from.")
    with run.origin.fetch([commits.tip]) as repository:
        library = read_library(repository, commits.tip, folder=options.lessons_folder)
    report = read_handover(options.report, library, base=commits.merge_base, head=commits.head)
    message = _message(run, commits, branch=branch, library=library, report=report, diff=None)
    return Reviewed(report=None, words=_words(post_review(run.github(), pull, message), pull))


def _message(
    run: _Run, commits: Commits, *, branch: str, library: Library, report: ScanReport, diff: Diff | None
) -> Message:
    return Message(
        report=for_pull_request(report),
        library=library,
        diff=diff,
        links=Links(
            server=run.runner.server_url,
            repository=run.runner.repository,
            tip=commits.tip,
            head=commits.head,
        ),
        branch=branch.removeprefix("refs/heads/"),
        max_comments=run.options.max_comments,
        says_notices=run.options.comments == "notices",
        fails_from=run.options.fails_from,
    )


def _post(github: GitHub, pull: int, message: Message) -> str:
    """Post, unless the token may not: then return why, since the outputs hold the same."""
    try:
        return _words(post_review(github, pull, message), pull)
    except RefusedError as error:
        if error.status == _UNAUTHORIZED:
            raise
        return f"{error.message} The findings are in the summary of this job and in its annotations."


def _words(delivery: Delivery, pull: int) -> str:
    if delivery.is_late:
        return f"Nothing posted: pull request {pull} is closed, or the run for a newer commit reviews it."
    counts = {"posted": delivery.posted, "kept": delivery.kept, "resolved": delivery.resolved}
    deeds = [(word, number) for word, number in counts.items() if number]
    words = [f"{word} {counted(number, 'comment')}" for word, number in deeds]
    return f"Pull request {pull}: {', '.join(words)}." if words else ""
