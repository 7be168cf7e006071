"""Find the commits of a push that are new to the remote, and scan what they introduce."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from lessonguard.errors import EngineError, GitError
from lessonguard.git.changes import Change, ChangedFile, CommitId, empty_tree
from lessonguard.git.push_refs import RefUpdate
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Library
from lessonguard.push.result import PushedRef, merge_reports
from lessonguard.record import record
from lessonguard.scan.finding import ScanReport
from lessonguard.scan.scan import ScanOptions, scan_change
from lessonguard.semgrep.installed import Semgrep
from lessonguard.semgrep.interface import NEVER

# A pushed commit, and a commit that it started from.
_Step = tuple[CommitId, CommitId]


@record
class UnpushedRef:
    """A ref with commits that are new to the remote, and their changes: one for each base.

    `commits` counts them. `tip` is the commit that the lessons come from.
    """

    update: RefUpdate
    commits: int
    tip: CommitId
    changes: tuple[Change, ...]


def find_unpushed(
    updates: Sequence[RefUpdate], repository: Repository, *, remote: str
) -> tuple[UnpushedRef, ...]:
    """List the refs of a push that have commits new to `remote`, a name or an address; each counts once.

    A ref without a new commit is left out: a deletion, or a tag or a branch at a commit that the remote
    has. So is a tag of something that is no commit, which has no changed files.
    The lessons are those at the tip of the remote's default branch; if it was never fetched, those of
    the commit that the new ones started from, or else their own. Raise `GitError` if Git fails.
    """
    published = repository.published(remote)
    pushed = [(update, head) for update in updates if (head := _commit(repository, update))]
    unpushed = published.unpushed(
        [(update.local_ref, head) for update, head in pushed],
        published=[update.remote for update in updates if update.remote],
    )
    new = [(*each, found) for each, found in zip(pushed, unpushed, strict=True) if found.count]
    changed = _changed_files(repository, [(head, base) for _, head, found in new for base in found.bases])
    work = []
    for update, head, found in new:
        is_whole = found.bases == (empty_tree(head),)
        tip = published.default_branch or (head if is_whole else found.bases[0])
        changes = tuple(
            Change(base=base, tip=tip, head=head, files=changed[head, base]) for base in found.bases
        )
        work.append(UnpushedRef(update=update, commits=found.count, tip=tip, changes=changes))
    return tuple(work)


def _changed_files(repository: Repository, steps: Sequence[_Step]) -> Mapping[_Step, tuple[ChangedFile, ...]]:
    """Return the files that differ between each head and its base, by few runs of Git."""
    # A commit cannot be compared with a tree together with others, only with another commit.
    together = [(head, base) for head, base in steps if len(steps) > 1 and base != empty_tree(head)]
    alone = [(head, base) for head, base in steps if not together or base == empty_tree(head)]
    found = {(head, base): repository.changed_files(base, head) for head, base in alone}
    if together:
        found |= zip(together, repository.history().changed_files(together), strict=True)
    return found


def scan_push(
    work: Iterable[UnpushedRef],
    repository: Repository,
    *,
    read_library: Callable[[CommitId], Library],
    semgrep: Semgrep,
    options: ScanOptions,
) -> tuple[PushedRef, ...]:
    """Return what each ref introduces, by one run of Semgrep for all with the same lessons.

    Raise `GitError` or `EngineError` if Git or Semgrep fails.
    """
    by_tip: dict[CommitId, list[UnpushedRef]] = {}
    for each in work:
        by_tip.setdefault(each.tip, []).append(each)
    pushed: list[PushedRef] = []
    for tip, together in by_tip.items():
        changes = [change for each in together for change in each.changes]
        reports = iter(_scan(read_library(tip), repository, changes, semgrep=semgrep, options=options))
        for each in together:
            paths = [{file.path for file in change.files} for change in each.changes]
            own = [next(reports) for _ in each.changes]
            pushed.append(
                PushedRef(
                    local_ref=each.update.local_ref,
                    remote_ref=each.update.remote_ref,
                    commits=each.commits,
                    is_whole=each.changes[0].base == empty_tree(each.changes[0].head),
                    report=merge_reports(own, files=len(set.intersection(*paths))),
                )
            )
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
    # Imported here, because most pushes are of one branch, and somebody waits for them.
    from lessonguard.scan.many import DatedChange, Replay  # noqa: PLC0415

    replay = Replay(
        library,
        repository,
        engine=semgrep,
        languages=semgrep.languages,
        options=options,
        deadline=NEVER,
    )
    questions = [DatedChange(change=change, today=options.today) for change in changes]
    reports: list[ScanReport] = []
    for report in replay.scan(questions):
        if isinstance(report, EngineError):
            raise report
        reports.append(report)
    return reports


def _commit(repository: Repository, update: RefUpdate) -> CommitId | None:
    """Return the commit that is pushed; None for a deletion, and for a tag of no commit."""
    if update.local is None:
        return None
    try:
        return repository.resolve(update.local)
    except GitError:
        return None
