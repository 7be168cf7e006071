"""Find which commits of a push its remote does not have yet, as far as this clone shows; ask no server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from lessonguard.git.changes import CommitId, empty_tree
from lessonguard.git.command import Git
from lessonguard.git.merge_base import cut_commits
from lessonguard.git.objects import Object
from lessonguard.record import record

# Where the remotes are, and what each branch follows: https://git-scm.com/docs/git-config
_SETTINGS = r"^(remote\..*\.(url|pushurl)|branch\..*\.(remote|merge))$"
_BRANCHES = "refs/heads/"

# `refs/remotes/origin/HEAD` is what `git clone` sets; without it, the usual names.
_DEFAULT_BRANCHES = ("HEAD", "main", "master")


@record
class Unpushed:
    """How many commits have not been published, and the published commits that they started from.

    `bases` is the empty tree alone for a history that shares no commit with what is published. They are
    several after a merge of branches that have both been published; none is an ancestor of another.
    """

    count: int
    bases: tuple[CommitId, ...]


class Published:
    """What a remote has, and the default branches of the other remotes, as they were when last fetched.

    The others count because whoever pushes to a fork has taken commits from the repository that it was
    forked from. In a shallow clone, the commits at which history was cut came from a remote.
    """

    def __init__(
        self, git: Git, remote: str, *, find: Callable[[Sequence[str]], Sequence[Object | None]]
    ) -> None:
        """Take the remote of a push: its name, or an address. `find` returns the object of each name."""
        self._git = git
        self._given = remote
        self._find = find

    @cached_property
    def remote(self) -> str:
        """Return the name of the remote; of an address, the remote that has it, or else the address."""
        having = (name for name, addresses in self._addresses.items() if self._given in addresses)
        return self._given if self._given in self._addresses else next(having, self._given)

    @property
    def default_branch(self) -> CommitId | None:
        """Return the tip of the remote's default branch, if it was ever fetched."""
        return self._tips.get(self.remote)

    def unpushed(
        self, tips: Sequence[tuple[str, CommitId]], *, published: Iterable[CommitId]
    ) -> tuple[Unpushed, ...]:
        """Return for each tip, a local ref and its commit, what was not published; each commit counts once.

        The objects `published` were, as far as they are here, and so was what the refs' branches are set to
        follow (`@{upstream}`). Git is run once for all tips: a push of tags may have thousands.
        """
        parents = self._new_commits(tips, [*published, *self._followed(ref for ref, _ in tips)])
        counted: set[CommitId] = set()
        found = []
        for _, head in tips:
            count, bases = _take(head, parents, counted)
            if len(bases) > 1:
                independent = self._git.run("merge-base", "--independent", *bases, to="find what was merged")
                bases = [CommitId(name) for name in independent.decode().split()]
            found.append(Unpushed(count=count, bases=tuple(sorted(bases)) or (empty_tree(head),)))
        return tuple(found)

    def _new_commits(
        self, tips: Iterable[tuple[str, CommitId]], published: Iterable[CommitId]
    ) -> Mapping[CommitId, Sequence[CommitId]]:
        """Return the commits that were not published, each with its parents."""
        branches = [f"--remotes={self.remote}"] if self.remote in self._addresses else []
        excluded = [*published, *self._tips.values(), *sorted(cut_commits(self._git))]
        names = [head for _, head in tips] + [f"^{commit}" for commit in excluded]
        # `--ignore-missing`, because after a forced push the remote's commit may not be here.
        # See https://git-scm.com/docs/git-rev-list
        listing = self._git.run(
            *("rev-list", "--parents", "--ignore-missing", "--stdin", "--not", *branches),
            to="find what was not published",
            stdin="".join(f"{name}\n" for name in dict.fromkeys(names)).encode(),
        )
        rows = (line.split() for line in listing.decode().splitlines())
        return {CommitId(row[0]): [CommitId(name) for name in row[1:]] for row in rows}

    @cached_property
    def _tips(self) -> Mapping[str, CommitId]:
        """The tip of each remote's default branch, by the name of the remote."""
        candidates = {
            remote: self._commits([f"refs/remotes/{remote}/{branch}" for branch in _DEFAULT_BRANCHES])
            for remote in self._addresses
        }
        return {remote: commits[0] for remote, commits in candidates.items() if commits}

    def _followed(self, refs: Iterable[str]) -> list[CommitId]:
        names = []
        for ref in dict.fromkeys(refs):
            branch = ref.removeprefix(_BRANCHES)
            settings = self._settings.get(("branch", branch), {}) if branch != ref else {}
            remote, merged = (settings.get(key, [""])[-1] for key in ("remote", "merge"))
            if remote in self._addresses and merged.startswith(_BRANCHES):
                names.append(f"refs/remotes/{remote}/{merged.removeprefix(_BRANCHES)}")
        return self._commits(names) if names else []

    def _commits(self, names: Sequence[str]) -> list[CommitId]:
        """Return the commits that these names stand for; leave out all other names."""
        return [CommitId(each.name) for each in self._find(names) if each and each.kind == "commit"]

    @property
    def _addresses(self) -> Mapping[str, Sequence[str]]:
        return {
            name: [address for addresses in settings.values() for address in addresses]
            for (section, name), settings in self._settings.items()
            if section == "remote"
        }

    @cached_property
    def _settings(self) -> Mapping[tuple[str, str], Mapping[str, list[str]]]:
        """The settings of remotes and branches by section and name; a key may have several values."""
        result = self._git.attempt("config", "-z", "--get-regexp", _SETTINGS)
        rows = result.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
        settings: defaultdict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
        for key, value in (row.split("\n", 1) for row in rows):
            section, _, rest = key.partition(".")
            name, _, variable = rest.rpartition(".")
            settings[section, name].setdefault(variable, []).append(value)
        return settings


def _take(
    head: CommitId, parents: Mapping[CommitId, Sequence[CommitId]], counted: set[CommitId]
) -> tuple[int, list[CommitId]]:
    """Count the commits of `head` that are in `parents` and not `counted` yet, and list where they start."""
    own: set[CommitId] = set()
    bases: set[CommitId] = set()
    waiting = [head]
    while waiting:
        commit = waiting.pop()
        if commit in counted or commit not in parents:
            bases.add(commit)
        elif commit not in own:
            own.add(commit)
            waiting += parents[commit]
    counted |= own
    return len(own), sorted(bases)
