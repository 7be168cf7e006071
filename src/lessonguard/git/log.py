"""The history of a branch: which changes came into it, and which files each of them touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timezone

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, ChangedFile, CommitId, empty_tree, short
from lessonguard.git.command import Git, error_text
from lessonguard.git.diff import LISTING, RENAMES, parse_listings, parse_raw, parse_raw_blobs
from lessonguard.git.merge_base import cut_commits
from lessonguard.git.objects import ObjectReader
from lessonguard.git.past_changes import PastChanges, choose_landed, parse_commit, window

# Bytes of a commit object that are read, so that no giant message fills the memory; a larger commit has
# neither a date nor a subject.
_LARGEST_COMMIT = 1_000_000

_Step = tuple[CommitId, CommitId]


class History:
    """Reads many commits by one run of Git, because a process for each of 500 takes longer than Semgrep.

    `provide` fetches contents before Git needs them to find renames; it is None for a
    repository that has all of them.
    """

    def __init__(self, git: Git, *, provide: Callable[[Iterable[BlobId]], None] | None) -> None:
        self._git = git
        self._provide = provide

    def name(self, branch: str) -> str:
        """Return the branch that a name such as `origin/HEAD` stands for, or else the name itself."""
        found = self._git.attempt("symbolic-ref", "--quiet", "--short", f"refs/remotes/{branch}")
        return found.stdout.decode("utf-8", "surrogateescape").strip() or branch

    def past_changes(
        self,
        tip: CommitId,
        *,
        branch: str,
        last: int | None = None,
        since: date | None = None,
        after: CommitId | None = None,
    ) -> PastChanges:
        """Return what came into a branch, of which `tip` is the newest commit and `branch` the name.

        These are the `last` changes, those `since` a day (UTC), or those that are not in `after`, the
        newest first. See `choose_landed` for what a change is.
        """
        limits = [f"--max-count={window(last)}"] if last else []
        if since:
            midnight = datetime(since.year, since.month, since.day, tzinfo=timezone.utc)
            limits.append(f"--max-age={int(midnight.timestamp())}")
        revisions = [tip, *([f"^{after}"] if after else [])]
        listing = self._git.run(
            "rev-list", "--first-parent", "--parents", *limits, *revisions, to="read the history"
        )
        rows = [line.split() for line in listing.decode().splitlines()]
        are_merges, steps = choose_landed(rows)
        cuts = cut_commits(self._git) if last is None or len(steps) < last else frozenset()
        wanted = steps[:last]
        contents = self.read_commits(commit for commit, _ in wanted)
        return PastChanges(
            changes=tuple(
                parse_commit(content, commit=commit, base=base)
                for content, (commit, base) in zip(contents, wanted, strict=True)
            ),
            branch=branch,
            are_merges=are_merges,
            limit=last,
            since=since,
            cut=next((CommitId(row[0]) for row in rows if row[0] in cuts), None),
        )

    def changed_files(self, steps: Sequence[_Step]) -> list[tuple[ChangedFile, ...]]:
        """Return for each commit with its base what `Repository.changed_files` would, by one run of Git.

        What a partial clone lacks of both sides is fetched, all at once.
        """
        if self._provide:
            differing = self._compare(steps, *LISTING, "--no-renames")
            self._provide([blob for listing in differing for blob in parse_raw_blobs(listing)])
        return [parse_raw(listing) for listing in self._compare(steps, *LISTING, *RENAMES)]

    def all_files(self, commit: CommitId) -> tuple[ChangedFile, ...]:
        """Return the regular files of a commit as if it added all of them, sorted by path; fetch none."""
        trees = empty_tree(commit), commit
        return parse_raw(self._git.run("diff-tree", *LISTING, "--no-renames", *trees, to=f"list {commit}"))

    def fetch(self, files: Iterable[ChangedFile]) -> None:
        """Fetch at once, where this is a partial clone, the contents of files that will be read."""
        if self._provide:
            self._provide([side.blob for file in files for side in (file.base, file.head) if side])

    def is_in(self, commit: CommitId, later: CommitId) -> bool:
        """Return whether a commit is `later` or one of its ancestors."""
        result = self._git.attempt("merge-base", "--is-ancestor", commit, later)
        if result.returncode > 1:
            raise GitError(f"Cannot find {short(commit)} in {short(later)}: {error_text(result.stderr)}.")
        return not result.returncode

    def read_commits(self, commits: Iterable[CommitId]) -> list[bytes]:
        """Return commit objects as they are, in order; b"" for one that is missing or too large."""
        objects = ObjectReader(self._git)
        try:
            found = objects.read(commits, limit=_LARGEST_COMMIT)
        finally:
            objects.close()
        return [each.content if each and each.content else b"" for each in found]

    def _compare(self, steps: Sequence[_Step], *options: str) -> Iterator[bytes]:
        """Return the listing of each step, in order."""
        # `--always`, or else Git leaves out commits that differ in nothing.
        listings = parse_listings(
            self._git.run(
                *("diff-tree", "--stdin", "--always", *options),
                to="compare commits",
                stdin="".join(f"{commit} {base}\n" for commit, base in steps).encode(),
            )
        )
        names = [name for name, _ in listings]
        if names != [commit for commit, _ in steps]:
            raise GitError("Cannot compare the commits: Git left some of them out.")
        return (listing for _, listing in listings)
