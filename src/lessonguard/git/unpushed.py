"""What has been published already, and what a push adds to it: as far as this clone knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from lessonguard.git.changes import CommitId, empty_tree
from lessonguard.git.command import Git
from lessonguard.git.merge_base import cut_commits
from lessonguard.git.objects import Object
from lessonguard.record import record

_SETTINGS = r"^(remote\..*\.(url|pushurl)|branch\..*\.(remote|merge))$"
_BRANCHES = "refs/heads/"
_DEFAULT_BRANCHES = ("HEAD", "main", "master")


@record
class Unpushed:
    """Commits that have not been published, `count` of them, and what they were made on.

    `bases` are published commits, or the tree without anything for a history that shares none. They are
    several after a merge of branches that have both been published; none is an ancestor of another.
    """

    count: int
    bases: tuple[CommitId, ...]


class Published:
    """What a remote has, and the default branches of the other remotes; nobody is asked.

    The others count because whoever pushes to a fork has taken commits from the repository that it was
    forked from. Where history was cut (a shallow clone), what lies at the cut came from a remote.
    """

    def __init__(
        self, git: Git, remote: str, *, find: Callable[[Sequence[str]], Sequence[Object | None]]
    ) -> None:
        """Take the remote of a push: its name, or an address. `find` gives the object of each name."""
        self._git = git
        self._asked = remote
        self._find = find

    @cached_property
    def remote(self) -> str:
        """Name the remote; if it was given by an address, the one that has it, or else the address."""
        having = (name for name, addresses in self._addresses.items() if self._asked in addresses)
        return self._asked if self._asked in self._addresses else next(having, self._asked)

    @property
    def default_branch(self) -> CommitId | None:
        """Give the tip of the remote's default branch, if it was ever fetched."""
        return self._tips.get(self.remote)

    def unpushed(self, head: CommitId, *, ref: str, known: Iterable[CommitId]) -> Unpushed:
        """Find what of `head` was not published.

        `known` objects were, as far as they are here, and so was what the branch `ref` is set to follow
        (`@{upstream}`).
        """
        branches = [f"--remotes={self.remote}"] if self.remote in self._addresses else []
        excluded = [*known, *self._tips.values(), *self._followed(ref), *sorted(cut_commits(self._git))]
        listing = self._git.run(
            *("rev-list", "--boundary", "--ignore-missing", "--stdin", head, "--not", *branches),
            to=f"tell what of {head} was not published",
            stdin="".join(f"^{commit}\n" for commit in dict.fromkeys(excluded)).encode(),
        )
        rows = listing.decode().split()
        bases = [CommitId(row[1:]) for row in rows if row.startswith("-")]
        return Unpushed(count=len(rows) - len(bases), bases=self._independent(bases) or (empty_tree(head),))

    def _independent(self, commits: Sequence[CommitId]) -> tuple[CommitId, ...]:
        if len(commits) <= 1:
            return tuple(commits)
        found = self._git.run("merge-base", "--independent", *commits, to="find what was merged")
        return tuple(sorted(CommitId(name) for name in found.decode().split()))

    @cached_property
    def _tips(self) -> Mapping[str, CommitId]:
        """Give the tip of each remote's default branch, by the name of the remote."""
        candidates = {
            remote: self._commits([f"refs/remotes/{remote}/{branch}" for branch in _DEFAULT_BRANCHES])
            for remote in self._addresses
        }
        return {remote: commits[0] for remote, commits in candidates.items() if commits}

    def _followed(self, ref: str) -> list[CommitId]:
        branch = ref.removeprefix(_BRANCHES)
        settings = self._settings.get(("branch", branch), {}) if branch != ref else {}
        remote, merged = (settings.get(key, [""])[-1] for key in ("remote", "merge"))
        if remote not in self._addresses or not merged.startswith(_BRANCHES):
            return []
        return self._commits([f"refs/remotes/{remote}/{merged.removeprefix(_BRANCHES)}"])

    def _commits(self, names: Sequence[str]) -> list[CommitId]:
        """Give those of the names that stand for a commit."""
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
        """Give the settings of remotes and branches by section and name; a key may have several values."""
        result = self._git.attempt("config", "-z", "--get-regexp", _SETTINGS)
        rows = result.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
        settings: defaultdict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
        for key, value in (row.split("\n", 1) for row in rows):
            section, _, rest = key.partition(".")
            name, _, variable = rest.rpartition(".")
            settings[section, name].setdefault(variable, []).append(value)
        return settings
