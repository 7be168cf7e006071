"""Find which commits of a push its remote does not have yet, as far as this clone shows; ask no server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from lessonguard.git.changes import CommitId, empty_tree, short
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

    def unpushed(self, head: CommitId, *, ref: str, published: Iterable[CommitId]) -> Unpushed:
        """Return what of `head` was not published.

        The objects `published` were, as far as they are here, and so was what the branch `ref` is set to
        follow (`@{upstream}`).
        """
        branches = [f"--remotes={self.remote}"] if self.remote in self._addresses else []
        excluded = [*published, *self._tips.values(), *self._followed(ref), *sorted(cut_commits(self._git))]
        # `--boundary` also lists, with a `-`, the published commits that the new ones start from, also in a
        # shallow clone; `--ignore-missing`, because after a forced push the remote's commit may not be here.
        # See https://git-scm.com/docs/git-rev-list
        listing = self._git.run(
            *("rev-list", "--boundary", "--ignore-missing", "--stdin", head, "--not", *branches),
            to=f"find what of {short(head)} was not published",
            stdin="".join(f"^{commit}\n" for commit in dict.fromkeys(excluded)).encode(),
        )
        rows = listing.decode().split()
        bases = [CommitId(row[1:]) for row in rows if row.startswith("-")]
        count = len(rows) - len(bases)
        if len(bases) > 1:
            found = self._git.run("merge-base", "--independent", *bases, to="find what was merged")
            bases = sorted(CommitId(name) for name in found.decode().split())
        return Unpushed(count=count, bases=tuple(bases) or (empty_tree(head),))

    @cached_property
    def _tips(self) -> Mapping[str, CommitId]:
        """The tip of each remote's default branch, by the name of the remote."""
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
