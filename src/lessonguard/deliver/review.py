"""Review what an event of GitHub Actions is about: judge it, leave outputs, say it on the pull request."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal

from lessonguard.change.git import Repository
from lessonguard.change.model import Change, Hunk
from lessonguard.deliver.event import Handover, Nothing, Subject, find_subject
from lessonguard.deliver.handover import read_handover
from lessonguard.deliver.origin import Commits, Origin, open_change
from lessonguard.deliver.outputs import write_nothing, write_outputs
from lessonguard.deliver.post import Delivery, Hunks, Message, post_review
from lessonguard.deliver.runner import Runner
from lessonguard.engine.choose import find_semgrep
from lessonguard.errors import GitError, UsageError
from lessonguard.findings.model import ScanReport
from lessonguard.github.errors import RefusedError
from lessonguard.record import record
from lessonguard.render.links import Links
from lessonguard.render.selection import for_pull_request, introduced
from lessonguard.scan import ScanOptions, read_library, scan_change

if TYPE_CHECKING:
    from lessonguard.github.client import GitHub  # slow to load; see `_client`

Comments = Literal["findings", "notices", "none"]
"""What a pull request is commented for: findings, notices alone as well, or nothing."""


@record
class ReviewOptions:
    """How to review.

    `base` and `head` are for events that name no commits. `directory` may be in a checkout.
    `reports` is where the report files go, `report` the JSON report of another run to post.
    `announce` hears the report before anything is said on the pull request.
    """

    scan: ScanOptions
    lessons_folder: str
    base: str | None
    head: str | None
    comments: Comments
    max_comments: int
    skips_drafts: bool
    directory: Path
    reports: Path | None
    report: Path | None
    announce: Callable[[ScanReport], None]


@record
class Reviewed:
    """What came of it: the report, or None if there was nothing to review; and a line to log."""

    report: ScanReport | None
    words: str


def review(runner: Runner, options: ReviewOptions) -> Reviewed:
    """Judge what the event is about, leave outputs, and say it on the pull request, if there is one.

    Outputs come first, and need no token. A token that may not write is no error: what it would
    have said stands in the outputs. Raise `GitError`, `EngineError` or `GitHubError` if the change
    cannot be judged or the review not delivered.
    """
    subject = find_subject(runner, base=options.base, head=options.head)
    if isinstance(subject, Subject) and subject.is_draft and options.skips_drafts:
        subject = Nothing(reason=f"pull request {subject.pull} is a draft")
    if isinstance(subject, Nothing):
        write_nothing(runner, subject.reason)
        return Reviewed(report=None, words=f"Nothing to review: {subject.reason}.")
    github = _client(runner)
    origin = Origin(runner, github)
    if isinstance(subject, Handover):
        return _hand_over(subject, runner, options, origin=origin, github=github)

    commits = origin.find(subject)
    report, hunks = _judge(subject, commits, options, origin=origin)
    write_outputs(runner, report, folder=options.reports)
    options.announce(report)
    if subject.pull is None or options.comments == "none":
        return Reviewed(report=report, words="")
    message = _message(subject.pull, report, options, hunks=hunks, links=_links(runner, commits))
    return Reviewed(report=report, words=_say(github(), message))


def _client(runner: Runner) -> Callable[[], GitHub]:
    """Start to load what talks to GitHub, which takes as long as Git needs to ask the server."""
    Thread(target=import_module, args=("lessonguard.github.client",), daemon=True).start()

    @cache
    def client() -> GitHub:
        from lessonguard.github.client import GitHub  # noqa: PLC0415 - waits for the thread

        return GitHub(
            runner.repository,
            token=runner.token,
            api_url=runner.api_url,
            graphql_url=runner.graphql_url,
        )

    return client


def _judge(
    subject: Subject, commits: Commits, options: ReviewOptions, *, origin: Origin
) -> tuple[ScanReport, Hunks]:
    options.scan.step("fetching the commits")
    semgrep = find_semgrep()
    with origin.open(commits, directory=options.directory, head_refs=subject.head_refs) as repository:
        change = open_change(commits, repository)
        library = read_library(repository, change.tip, folder=options.lessons_folder)
        report = scan_change(
            library, repository, change, engine=semgrep, languages=semgrep.languages, options=options.scan
        )
        return report, _hunks(repository, change, report)


def _hunks(repository: Repository, change: Change, report: ScanReport) -> Hunks:
    """Give the hunks of the files that something was introduced into, as GitHub shows them."""
    last_lines: dict[str, int] = {}
    for item in introduced(for_pull_request(report)):
        last_lines[item.path] = max(item.end.line, last_lines.get(item.path, 0))
    files = [file for file in change.files if file.path in last_lines]
    pairs = {file.path: (file.base.blob, file.head.blob) for file in files if file.base and file.head}
    shown = repository.shown_hunks(pairs.values())
    return {
        # A new file is one hunk; how much of it there is below the last match does not matter.
        **{path: [_from_top(last)] for path, last in last_lines.items()},
        **{path: shown[pair] for path, pair in pairs.items()},
    }


def _from_top(last: int) -> Hunk:
    return Hunk(base_start=0, base_count=0, head_start=1, head_count=last)


def _hand_over(
    handover: Handover,
    runner: Runner,
    options: ReviewOptions,
    *,
    origin: Origin,
    github: Callable[[], GitHub],
) -> Reviewed:
    """Post the report of another run, on the pull request that GitHub says it was for."""
    if options.report is None:
        hint = "Download it in a step before this one, and name it: --report."
        raise UsageError("After workflow_run, the report of the other run is needed.", hint=hint)
    pulls = [pull for pull in github().open_pull_requests(handover.label) if pull.head == handover.head]
    if not pulls:
        reason = f"no open pull request has {handover.head[:12]} as its head any more"
        return Reviewed(report=None, words=f"Nothing to review: {reason}.")
    pull, branch = pulls[0].number, f"refs/heads/{pulls[0].base_ref}"
    commits = origin.find(Subject(base=branch, head=handover.head, judge=branch))
    if commits.merge_base is None:
        raise GitError(f"Cannot tell where pull request {pull} began, because GitHub does not say.")
    with origin.fetch([commits.judge]) as repository:
        library = read_library(repository, commits.judge, folder=options.lessons_folder)
    report = read_handover(options.report, library, base=commits.merge_base, head=commits.head)
    message = _message(pull, report, options, hunks=None, links=_links(runner, commits))
    return Reviewed(report=None, words=_words(post_review(github(), message), pull))


def _message(
    pull: int, report: ScanReport, options: ReviewOptions, *, hunks: Hunks | None, links: Links
) -> Message:
    return Message(
        pull=pull,
        report=for_pull_request(report),
        hunks=hunks,
        links=links,
        max_comments=options.max_comments,
        says_notices=options.comments == "notices",
    )


def _links(runner: Runner, commits: Commits) -> Links:
    return Links(server=runner.server_url, repository=runner.repository, tip=commits.judge, head=commits.head)


def _say(github: GitHub, message: Message) -> str:
    """Post, unless the token may not: then say so, since all of it stands in the outputs."""
    try:
        return _words(post_review(github, message), message.pull)
    except RefusedError as error:
        return f"{error.message} The summary of this job and its annotations say the same."


def _words(delivery: Delivery, pull: int) -> str:
    if delivery.is_late:
        return f"Pull request {pull} has moved on, and the run for its new head speaks for it."
    counts = {"posted": delivery.posted, "kept": delivery.kept, "settled": delivery.settled}
    done = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    return f"Pull request {pull}: comments {done}." if done else ""
