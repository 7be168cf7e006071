"""Where Git's transport fails: trees and contents come from elsewhere, or nothing does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lessonguard.errors import GitError, LessonguardError
from lessonguard.git.changes import BlobId, ChangedFile, CommitId
from lessonguard.git.repository import Repository
from lessonguard.git.temporary_clone import fetch_commits
from lessonguard.github.pull_request import TreeEntry
from tests.support.git_server import GitServer
from tests.support.hub.handler import Incoming, Outgoing
from tests.support.repo import Repo

_LINES = "".join(f"line {number}\n" for number in range(50))
_BROKEN = Outgoing(status=503)


class Stored:
    """Objects of a repository, one by one, with a note of each that was asked for."""

    def __init__(self, repo: Repo) -> None:
        self.asked: list[str] = []
        self._repo = repo

    def root_tree(self, commit: str) -> str:
        """Return the name of a commit's tree."""
        return self._repo.git("rev-parse", f"{commit}^{{tree}}")

    def tree(self, name: str) -> list[TreeEntry]:
        """List a tree with all trees below it."""
        self.asked.append(name)
        rows = self._repo.git("ls-tree", "-r", "-t", "-z", name).split("\0")[:-1]
        return [_entry(*row.split("\t", 1)) for row in rows]

    def blob(self, name: str) -> bytes:
        """Return the contents of a blob."""
        self.asked.append(name)
        return f"{self._repo.git('cat-file', 'blob', name)}\n".encode("utf-8", "surrogateescape")


def _entry(about: str, path: str) -> TreeEntry:
    mode, kind, name = about.split(" ")
    fields: dict[str, Any] = {"kind": kind}
    return TreeEntry(path=path, mode=mode, name=name, **fields)


@pytest.fixture
def shop(server: GitServer) -> Repo:
    """Provide a repository on the server with a bit of everything, and `change`, which left `main`."""
    repo = Repo(server.folder / "shop")
    repo.config(uploadpack__allowFilter="true", uploadpack__allowAnySHA1InWant="true")
    repo.write({"src/deep/er/a.py": "a\n", "src/b c.py": "b\n", "src-b.py": "b\n", "old.py": _LINES})
    repo.write({'odd "name"\t\n\\ä': "odd\n", "run.sh": "#!/bin/sh\n"})
    (repo.path / "run.sh").chmod(0o755)
    (repo.path / "link").symlink_to("src")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    repo.commit("Start", {"lessons/INC-1.yaml": "incident: INC-1\n"})
    repo.branch("change").commit("Edit", {"src/deep/er/a.py": "new\n", "new.py": "new\n"})
    repo.commit("Move", {"old.py": None, "src/moved.py": f"{_LINES}more\n"})
    repo.switch("main").commit("Learn", {"lessons/INC-2.yaml": "incident: INC-2\n"})
    return repo


def _commit(repo: Repo, revision: str) -> CommitId:
    return CommitId(repo.git("rev-parse", revision))


def _fetch(server: GitServer, repo: Repo, *revisions: str, api: Stored | None) -> Repository:
    wanted = {
        _commit(repo, revision): [f"refs/heads/{revision}"] if revision in {"main", "change"} else []
        for revision in revisions
    }
    return fetch_commits(server.url(repo), wanted=wanted, variables={}, api=api)


def _blobs(files: Sequence[ChangedFile]) -> list[BlobId]:
    return [version.blob for file in files for version in (file.base, file.head) if version]


def test_a_change_is_the_same_where_git_gets_nothing_from_the_server(server: GitServer, shop: Repo) -> None:
    server.instead = lambda _: _BROKEN
    base, tip, head = (_commit(shop, name) for name in ("main~1", "main", "change"))
    stored = Stored(shop)

    with (
        _fetch(server, shop, "main~1", "main", "change", api=stored) as rebuilt,
        Repository.open(shop.path) as clone,
    ):
        rebuilt.prefetch(base, head, tip=tip, folder="lessons")
        files = rebuilt.changed_files(base, head)
        lessons = rebuilt.tree_entries(tip, "lessons")
        wanted = [*_blobs(files), *(blob for _, blob in lessons)]
        pairs = [(file.base.blob, file.head.blob) for file in files if file.base and file.head]

        assert [file.previous_path for file in files] == [None, None, "old.py"]
        assert files == clone.changed_files(base, head)
        assert lessons == clone.tree_entries(tip, "lessons")
        assert rebuilt.tree_entries(tip, ".") == clone.tree_entries(tip, ".")
        assert rebuilt.read_blobs(wanted, limit=999) == clone.read_blobs(wanted, limit=999)
        assert rebuilt.hunks(pairs) == clone.hunks(pairs)
        assert rebuilt.shown_hunks(pairs) == clone.shown_hunks(pairs)

    trees = [stored.root_tree(commit) for commit in (base, tip, head)]
    assert sorted(stored.asked) == sorted({*trees, *wanted}), "each was asked for once"
    assert server.visits == 1, "what does not work is not tried again"


def test_only_what_git_does_not_get_by_name_comes_from_the_api(
    server: GitServer, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.config(uploadpack__allowAnySHA1InWant="false")
    for name, value in {"COUNT": "1", "KEY_0": "protocol.version", "VALUE_0": "0"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    base, head = _commit(shop, "main~1"), _commit(shop, "change")
    stored = Stored(shop)

    with _fetch(server, shop, "main~1", "main", "change", api=stored) as repository:
        assert stored.asked == [stored.root_tree(base)]
        files = repository.changed_files(base, head)
        contents = repository.read_blobs(_blobs(files), limit=999)

    assert len(files) == 3
    assert set(stored.asked[1:]) == contents.keys()


def test_the_tree_of_a_merge_base_may_come_from_the_api(server: GitServer, shop: Repo) -> None:
    stored = Stored(shop)
    base, head = _commit(shop, "main~1"), _commit(shop, "change")

    def break_after_history(_: Incoming) -> Outgoing | None:
        return _BROKEN if server.visits > 2 else None

    server.instead = break_after_history

    with _fetch(server, shop, "main", "change", api=stored) as repository:
        assert repository.merge_base(_commit(shop, "main"), head) == base
        assert stored.asked == [stored.root_tree(base)]
        assert len(repository.changed_files(base, head)) == 3


def test_too_many_contents_are_not_taken_from_the_api(server: GitServer, shop: Repo) -> None:
    shop.switch("change").commit("Grow", {f"many/{number}.py": f"{number}\n" for number in range(301)})
    server.instead = lambda _: _BROKEN
    stored = Stored(shop)

    with (
        _fetch(server, shop, "change~1", "change", api=stored) as repository,
        pytest.raises(
            GitError, match=r"contents of 301 files .*: .*503; GitHub's API is asked for 300 at most"
        ) as caught,
    ):
        repository.changed_files(_commit(shop, "change~1"), _commit(shop, "change"))

    assert "fetch-depth: 0" in caught.value.hint
    assert len(stored.asked) == 2


def _alter(entries: list[TreeEntry], which: str, **fields: Any) -> list[TreeEntry]:  # noqa: ANN401 - as in replace
    return [replace(entry, **fields) if entry.path == which else entry for entry in entries]


_LIES: dict[str, Callable[[list[TreeEntry]], list[TreeEntry]]] = {
    "other contents": lambda entries: _alter(entries, "src-b.py", name="1" * 40),
    "other contents further down": lambda entries: _alter(entries, "src/deep/er/a.py", name="1" * 40),
    "another mode": lambda entries: _alter(entries, "run.sh", mode="100644"),
    "another name": lambda entries: _alter(entries, "src/b c.py", path="src/b.py"),
    "the first of them only": lambda entries: entries[:-1],
    "nothing": lambda _: [],
    "a file twice": lambda entries: [*entries, entries[-1]],
    "a file in a folder that is not there": lambda entries: _alter(entries, "src-b.py", path="no/b.py"),
    "trees that do not hold together": lambda entries: _alter(entries, "src/deep", name="1" * 40),
    "what is no entry": lambda entries: _alter(entries, "src-b.py", mode="644 x"),
}


@pytest.mark.parametrize("lie", _LIES)
def test_a_tree_that_is_not_what_its_name_says_is_refused(lie: str, server: GitServer, shop: Repo) -> None:
    class Liar(Stored):
        def tree(self, name: str) -> list[TreeEntry]:
            return _LIES[lie](super().tree(name))

    server.instead = lambda _: _BROKEN

    with pytest.raises(GitError, match=r"503; nor by GitHub's API: (Cannot use tree|Cannot rebuild tree)"):
        _fetch(server, shop, "main", api=Liar(shop))


def test_contents_that_are_not_what_their_name_says_are_refused(server: GitServer, shop: Repo) -> None:
    class Liar(Stored):
        def blob(self, name: str) -> bytes:
            return super().blob(name) + b"and more"

    server.instead = lambda _: _BROKEN

    with (
        _fetch(server, shop, "main", "main~1", api=Liar(shop)) as repository,
        pytest.raises(GitError, match=r"Cannot use blob [0-9a-f]{40}: what the API sent has another name"),
    ):
        repository.changed_files(_commit(shop, "main~1"), _commit(shop, "main"))


def test_where_the_api_fails_too_both_reasons_are_given(server: GitServer, shop: Repo) -> None:
    class Silent(Stored):
        def tree(self, name: str) -> list[TreeEntry]:
            raise LessonguardError(f"Cannot list {name[:4]}.")

    server.instead = lambda _: _BROKEN

    with pytest.raises(GitError, match=r"shop/\.git: .*503; nor by GitHub's API: Cannot list [0-9a-f]{4}\.$"):
        _fetch(server, shop, "main", api=Silent(shop))


def test_without_an_api_contents_that_cannot_be_fetched_are_an_error(server: GitServer, shop: Repo) -> None:
    with _fetch(server, shop, "main", "main~1", api=None) as repository:
        server.instead = lambda _: _BROKEN

        with pytest.raises(GitError, match=r"Cannot fetch the contents of 1 files from .*503"):
            repository.changed_files(_commit(shop, "main~1"), _commit(shop, "main"))
