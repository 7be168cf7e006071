"""Find the merge base of a change, also in a shallow clone, whose history was cut off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId, short
from lessonguard.git.command import Git, error_text

# How many commits below each end of a cut history to fetch, one time after the other: each fetch starts
# anew at the ends that it finds, so six of them reach 67,650 commits back, and 50 do for a fresh branch.
_STEPS = (50, 200, 800, 3_200, 12_800, 51_200)

_UNRELATED = "Name a commit that the change started from: `--base`."
_DEEPEN = "Fetch all of the history: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout."


def find_merge_base(
    git: Git,
    *,
    base: CommitId,
    head: CommitId,
    remotes: Sequence[str] = (),
    options: Sequence[str] = (),
) -> CommitId:
    """Return the commit where head left base; fetch more of a shallow history if it takes that.

    Where criss-cross merges leave several, it is the newest by commit date, then the smallest by
    name. `git diff base...head` takes the newest, too, and has no rule for equal dates; see
    https://git-scm.com/docs/git-merge-base#_discussion

    A shallow history can hide a better merge base, or all of them, behind the commits at which
    it was cut: it is deepened until it cannot, from the first of `remotes` (by default all that
    there are) that has more, by a fetch with these `options`. Raise `GitError` if that fails, or if
    base and head have nothing in common.
    """
    found: list[CommitId] = []
    for step in (*_STEPS, None):
        result = git.attempt("merge-base", "--all", base, head)
        if result.returncode > 1:  # 1 means that there is none: https://git-scm.com/docs/git-merge-base
            reason = error_text(result.stderr)
            raise GitError(f"Cannot compare {short(base)} with {short(head)}: {reason}.", hint=_DEEPEN)
        found = [CommitId(line) for line in result.stdout.decode().split()]
        cuts = cut_commits(git)
        hiding = _hiding(git, cuts, base=base, head=head, found=found) if cuts else None
        if not hiding:
            break
        _deepen(git, hiding, step, remotes=remotes or _remotes(git), options=options)
    if not found:
        raise GitError(f"{short(head)} and {short(base)} have no commit in common.", hint=_UNRELATED)
    if len(found) == 1:
        return found[0]
    dated = git.run("rev-list", "--no-walk=unsorted", "--timestamp", *found, to="date the merge bases")
    rows = [line.split() for line in dated.decode().splitlines()]
    return min((-int(date), CommitId(name)) for date, name in rows)[1]


def cut_commits(git: Git) -> frozenset[str]:
    """Return the commits whose parents were not fetched; see https://git-scm.com/docs/shallow."""
    try:
        return frozenset((git.common / "shallow").read_text("ascii").split())
    except FileNotFoundError:
        return frozenset()


def _hiding(
    git: Git, cuts: frozenset[str], *, base: CommitId, head: CommitId, found: list[CommitId]
) -> frozenset[str]:
    """Return the cut commits behind which there may be a better merge base than those found.

    A common ancestor that we do not see as one is reached from base or head only through a
    commit at which history was cut. If that commit is an ancestor of every merge base found,
    then so is what lies behind it, and it is no better; else it may be.
    """
    if found in ([base], [head]):
        return frozenset()
    exclusions = [[f"^{commit}"] for commit in found] or [[]]
    seen = [git.run("rev-list", base, head, *exclusion, to="read history") for exclusion in exclusions]
    return cuts.intersection(b" ".join(seen).decode().split())


def _deepen(
    git: Git, cuts: Iterable[str], step: int | None, *, remotes: Iterable[str], options: Iterable[str]
) -> None:
    """Fetch `step` commits below the cuts, from the first remote that has them.

    Raise `GitError` if that changes nothing, or if there is no further `step`.
    """
    # With `--deepen` the server counts from the cuts that its own branches lead to, and does nothing if one
    # of them is gone there; with `--depth` it counts from what is wanted, the cuts themselves.
    # See https://git-scm.com/docs/git-fetch
    before, failures = cut_commits(git), []
    for remote in remotes if step else ():
        failures.append(git.fetch(remote, f"--depth={step}", *options, wanted=cuts))
        if cut_commits(git) != before:
            return
    why = "; ".join(filter(None, failures)) or "no remote has more"
    raise GitError(f"Cannot find the merge base, because this clone is shallow: {why}.", hint=_DEEPEN)


def _remotes(git: Git) -> list[str]:
    """List the names of the remotes: `origin` first, then by name."""
    names = git.run("remote", to="list the remotes").decode("utf-8", "surrogateescape").splitlines()
    return sorted(names, key=lambda name: (name != "origin", name))
