"""Judge what a push would bring to a remote, before it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from lessonguard.errors import EngineError, GitError
from lessonguard.git.changes import Change, CommitId, empty_tree
from lessonguard.git.push_refs import RefUpdate
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Library
from lessonguard.push.result import PushedRef, agree
from lessonguard.record import record
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.scan import ScanOptions, scan_change
from lessonguard.semgrep.installed import Semgrep


@record
class NewWork:
    """A ref whose commits are new to the remote, and the changes that they are: one for each base.

    `tip` is the commit whose lessons judge them.
    """

    update: RefUpdate
    commits: int
    tip: CommitId
    changes: tuple[Change, ...]


def find_new_work(
    updates: Sequence[RefUpdate], repository: Repository, *, remote: str
) -> tuple[NewWork, ...]:
    """Find what of a push is new to the remote: its name, or an address; each commit counts once.

    A ref without a new commit is left out: a deletion, a tag on what is there, a branch that begins at
    what is there. So is a tag of something that is no commit, which has no files of its own to judge.
    Lessons are those at the tip of the remote's default branch; if it was never fetched, those of the
    commit that the work grew from, or else its own. Raise `GitError` if Git cannot tell.
    """
    published = repository.published(remote)
    known = [update.remote for update in updates if update.remote]
    found: list[NewWork] = []
    for update in updates:
        head = _commit(repository, update)
        if head is None:
            continue
        new = published.unpushed(head, ref=update.local_ref, published=known)
        known.append(head)
        if not new.count:
            continue
        is_whole = new.bases == (empty_tree(head),)
        tip = published.default_branch or (head if is_whole else new.bases[0])
        changes = (
            Change(base=base, tip=tip, head=head, files=repository.changed_files(base, head))
            for base in new.bases
        )
        found.append(NewWork(update=update, commits=new.count, tip=tip, changes=tuple(changes)))
    return tuple(found)


def judge_push(
    work: Iterable[NewWork],
    repository: Repository,
    *,
    read_library: Callable[[CommitId], Library],
    semgrep: Semgrep,
    options: ScanOptions,
) -> tuple[PushedRef, ...]:
    """Say what each ref introduces, by one run of Semgrep for all that the same lessons judge.

    Raise `GitError` or `EngineError` if any of it cannot be done.
    """
    by_tip: dict[CommitId, list[NewWork]] = {}
    for each in work:
        by_tip.setdefault(each.tip, []).append(each)
    pushed: list[PushedRef] = []
    for tip, together in by_tip.items():
        changes = [change for each in together for change in each.changes]
        reports = iter(_scan(read_library(tip), repository, changes, semgrep=semgrep, options=options))
        pushed += [_conclude(each, [next(reports) for _ in each.changes]) for each in together]
    return tuple(pushed)


def _scan(
    library: Library,
    repository: Repository,
    changes: Sequence[Change],
    *,
    semgrep: Semgrep,
    options: ScanOptions,
) -> Sequence[ScanReport]:
    if len(changes) == 1:
        languages = semgrep.languages
        return [
            scan_change(library, repository, changes[0], engine=semgrep, languages=languages, options=options)
        ]
    # Loaded here, because most pushes are of one branch, and wait for this.
    from lessonguard.scan.many import DatedChange, Deadline, Replay  # noqa: PLC0415

    replay = Replay(
        library,
        repository,
        engine=semgrep,
        languages=semgrep.languages,
        options=options,
        deadline=Deadline(at=None),
    )
    questions = [DatedChange(change=change, today=options.today) for change in changes]
    return [_answered(report) for report in replay.scan(questions)]


def _answered(report: ScanReport | EngineError) -> ScanReport:
    if isinstance(report, EngineError):
        raise report
    return report


def _conclude(work: NewWork, reports: Sequence[ScanReport]) -> PushedRef:
    paths = [{file.path for file in change.files} for change in work.changes]
    return PushedRef(
        local_ref=work.update.local_ref,
        remote_ref=work.update.remote_ref,
        commits=work.commits,
        is_whole=work.changes[0].base == empty_tree(work.changes[0].head),
        report=agree(reports, files=len(set.intersection(*paths))),
    )


def _commit(repository: Repository, update: RefUpdate) -> CommitId | None:
    """Give the commit that is pushed; None for a deletion, and for a tag of something else."""
    if update.local is None:
        return None
    try:
        return repository.resolve(update.local)
    except GitError:
        return None
