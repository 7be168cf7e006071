"""Reviews without a checkout: what is fetched of a server, and that it is no more than it takes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, ChangedFile, CommitId
from lessonguard.git.credentials import access_variables
from lessonguard.git.repository import Repository
from lessonguard.git.temporary_clone import fetch_commits
from tests.support.git_server import GitServer
from tests.support.hub.handler import Incoming, Outgoing
from tests.support.repo import Repo

_LINES = "".join(f"line {number}\n" for number in range(50))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    """Give a server of Git over HTTP."""
    with GitServer(tmp_path / "server") as running:
        yield running


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a repository to copy."""
    repo = _build(tmp_path_factory.mktemp("original") / "shop")
    repo.git("gc", "--quiet")
    return repo.path


@pytest.fixture
def shop(server: GitServer, original: Path) -> Repo:
    """Give a repository on the server; `change` left `main` at the tag `fork`, 30 commits ago."""
    shutil.copytree(original, server.folder / "shop")
    return Repo(server.folder / "shop", create=False)


def _build(path: Path, *options: str) -> Repo:
    repo = Repo(path, options=options)
    repo.config(uploadpack__allowFilter="true", uploadpack__allowAnySHA1InWant="true")
    files = {f"src/{number}.py": f"{number}\n" for number in range(100)}
    repo.commit("Start", {**files, "old.py": _LINES, "dead.py": "dead\n"})
    _advance(repo, 70)
    repo.git("tag", "fork")
    repo.branch("change").commit("Edit", {f"src/{number}.py": f"new {number}\n" for number in range(20)})
    repo.commit("Move", {"old.py": None, "dead.py": None, "new.py": f"{_LINES}more\n", "added.py": "added\n"})
    _advance(repo.switch("main"), 30)
    repo.commit("Learn", {"lessons/INC-1.yaml": "incident: INC-1\n"})
    return repo


def _advance(repo: Repo, count: int) -> None:
    for number in range(count):
        repo.commit(f"Advance {number}", {"src/99.py": f"{repo.head} {number}\n"})


def _commit(repo: Repo, revision: str) -> CommitId:
    return CommitId(repo.git("rev-parse", revision))


def _fetch(server: GitServer, repo: Repo, *revisions: str, refs: Sequence[str] = ()) -> Repository:
    url = server.url(repo)
    wanted = {_commit(repo, revision): refs for revision in revisions}
    return fetch_commits(url, wanted=wanted, variables=access_variables(url, None))


def _blobs(files: Sequence[ChangedFile]) -> list[BlobId]:
    return [version.blob for file in files for version in (file.base, file.head) if version]


def _kinds(repository: Repository) -> list[str]:
    """List the kinds of all objects that were fetched."""
    copy = Repo(repository.git_directory, create=False)
    return copy.git("cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split()


def test_a_change_is_what_it_is_in_a_clone(server: GitServer, shop: Repo) -> None:
    base, tip, head = (_commit(shop, name) for name in ("fork", "main", "change"))

    with _fetch(server, shop, "fork", "main", "change") as fetched, Repository.open(shop.path) as clone:
        for repository in (fetched, clone):
            repository.prefetch(base, head, tip=tip, folder="lessons")
        files = fetched.changed_files(base, head)
        pairs = [(file.base.blob, file.head.blob) for file in files if file.base and file.head]

        assert len(files) == 23
        assert files == clone.changed_files(base, head)
        assert fetched.tree_entries(tip, "lessons") == clone.tree_entries(tip, "lessons")
        assert fetched.read_blobs(_blobs(files), limit=99) == clone.read_blobs(_blobs(files), limit=99)
        assert fetched.hunks(pairs) == clone.hunks(pairs)
        assert fetched.shown_hunks(pairs) == clone.shown_hunks(pairs)


def test_commits_come_in_one_fetch_and_all_that_a_scan_reads_in_another(
    server: GitServer, shop: Repo
) -> None:
    base, tip, head = (_commit(shop, name) for name in ("fork", "main", "change"))

    with _fetch(server, shop, "fork", "main", "change") as repository:
        assert server.visits == 1
        assert _kinds(repository).count("commit") == 3
        assert "blob" not in _kinds(repository)

        repository.prefetch(base, head, tip=tip, folder="lessons")
        files = repository.changed_files(base, head)
        lessons = [blob for _, blob in repository.tree_entries(tip, "lessons")]
        repository.read_blobs([*lessons, *_blobs(files)], limit=99)
        repository.shown_hunks((file.base.blob, file.head.blob) for file in files if file.base and file.head)

        assert server.visits == 2
        assert _kinds(repository).count("blob") == len({*lessons, *_blobs(files)})
        assert server.sent < 20_000


def test_what_was_not_fetched_ahead_comes_when_it_is_read(server: GitServer, shop: Repo) -> None:
    with _fetch(server, shop, "main", "main~1") as repository:
        [(path, lesson)] = repository.tree_entries(_commit(shop, "main"), "lessons")

        assert path == "lessons/INC-1.yaml"
        assert repository.read_blobs([lesson], limit=99) == {lesson: b"incident: INC-1\n"}
        assert server.visits == 2


def test_git_itself_knows_nowhere_to_fetch_from(server: GitServer, shop: Repo) -> None:
    with _fetch(server, shop, "main") as repository:
        copy = Repo(repository.git_directory, create=False)
        blob = shop.git("rev-parse", "main:src/1.py")

        assert copy.git("remote") == ""
        assert copy.git("cat-file", "--batch-check", stdin=blob.encode()) == f"{blob} missing"
        assert server.visits == 1


def test_names_may_be_those_of_sha256(server: GitServer) -> None:
    repo = _build(server.folder / "sha256", "--object-format=sha256")

    with _fetch(server, repo, "fork", "change") as repository:
        files = repository.changed_files(_commit(repo, "fork"), _commit(repo, "change"))

    assert len(files) == 23


def test_a_server_that_cannot_leave_contents_out_sends_those_of_the_commits_alone(
    server: GitServer, shop: Repo
) -> None:
    shop.config(uploadpack__allowFilter="false")

    with _fetch(server, shop, "fork", "change") as repository:
        files = repository.changed_files(_commit(shop, "fork"), _commit(shop, "change"))
        repository.read_blobs(_blobs(files), limit=99)

        assert _kinds(repository).count("commit") == 2
        assert server.visits == 1


def test_the_merge_base_is_found_with_no_more_history_than_it_takes(server: GitServer, shop: Repo) -> None:
    with _fetch(server, shop, "main", "change") as repository:
        before = _kinds(repository).count("tree")
        found = repository.merge_base(_commit(shop, "main"), _commit(shop, "change"))

        assert found == _commit(shop, "fork")
        assert _kinds(repository).count("commit") < 90
        assert _kinds(repository).count("tree") <= before + 2
        assert "blob" not in _kinds(repository)
        assert len(repository.changed_files(found, _commit(shop, "change"))) == 23


def test_a_merge_base_whose_tree_is_here_takes_no_fetch(server: GitServer, shop: Repo) -> None:
    with _fetch(server, shop, "fork", "main") as repository:
        repository.merge_base(_commit(shop, "main"), _commit(shop, "fork"))
        visits = server.visits
        repository.merge_base(_commit(shop, "main"), _commit(shop, "fork"))

        assert server.visits == visits


def test_closing_removes_everything(server: GitServer, shop: Repo) -> None:
    repository = _fetch(server, shop, "main")
    folder = repository.git_directory
    assert folder.exists()

    repository.close()

    assert not folder.exists()


def test_a_failure_or_an_interruption_leaves_nothing_behind(
    server: GitServer, shop: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = """
import sys
from lessonguard.git.temporary_clone import fetch_commits
with fetch_commits(sys.argv[1], wanted={sys.argv[2]: ()}, variables={}):
    raise KeyboardInterrupt
"""
    monkeypatch.setenv("TMPDIR", str(temporary))

    for commit, outcome in (shop.head, b"KeyboardInterrupt"), ("1" * 40, b"GitError"):
        argv = [sys.executable, "-c", code, server.url(shop), commit]
        result = subprocess.run(argv, capture_output=True, check=False)

        assert outcome in result.stderr
        assert list(temporary.iterdir()) == []


def test_a_commit_that_the_server_lacks_is_an_error_with_the_remedy(server: GitServer, shop: Repo) -> None:
    url = server.url(shop)
    wanted: dict[CommitId, Sequence[str]] = {CommitId("1" * 40): (), _commit(shop, "main"): ()}

    with pytest.raises(GitError, match=rf"Cannot fetch commit 1{{40}} from {url}: .*not our ref") as caught:
        fetch_commits(url, wanted=wanted, variables={})

    assert "fetch-depth: 0" in caught.value.hint
    assert server.visits == 1


@pytest.fixture
def strict(shop: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Give a repository of which only what refs stand for can be had, as over the first protocol."""
    shop.config(uploadpack__allowAnySHA1InWant="false")
    for name, value in {"COUNT": "1", "KEY_0": "protocol.version", "VALUE_0": "0"}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    return shop


def test_a_commit_that_is_not_handed_out_by_name_is_taken_from_its_ref(
    server: GitServer, strict: Repo
) -> None:
    hidden = _commit(strict, "change")
    strict.git("update-ref", "refs/pull/7/head", hidden)
    strict.config(uploadpack__hideRefs="refs/heads/change")
    strict.git("update-ref", "refs/pull/8/refs/pull/7/head", "main~3")

    with _fetch(server, strict, "change", refs=["refs/gone", "refs/pull/7/head"]) as repository:
        assert repository.has([hidden])
        assert _kinds(repository).count("commit") == 1


def test_a_commit_that_was_replaced_is_an_error_and_never_another_commit(
    server: GitServer, strict: Repo
) -> None:
    strict.git("update-ref", "refs/pull/7/head", "change")
    url, replaced, now = server.url(strict), _commit(strict, "change~1"), _commit(strict, "change")

    with pytest.raises(GitError, match=f"{replaced} .* refs/pull/7/head is {now} by now"):
        fetch_commits(url, wanted={replaced: ["refs/pull/7/head"]}, variables={})


def test_a_server_that_nobody_answers_for_is_an_error_without_the_password(tmp_path: Path) -> None:
    with GitServer(tmp_path) as stopped:
        url = f"{stopped.address}shop.git".replace("//", "//somebody:secret@")

    with pytest.raises(GitError, match=r"from http://127\.0\.0\.1:\d+/shop\.git: ") as caught:
        fetch_commits(url, wanted={CommitId("1" * 40): ()}, variables=access_variables(url, "token"))

    assert "secret" not in f"{caught.value.message}{caught.value.hint}"
    assert "http.proxy" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "`permissions: contents: read`"),
        (403, "`permissions: contents: read`"),
        (404, "`permissions: contents: read`"),
        (301, "moved"),
        (500, "Try again"),
    ],
)
def test_a_refusal_is_an_error_with_what_helps(status: int, hint: str, server: GitServer, shop: Repo) -> None:
    def refuse(_: Incoming) -> Outgoing:
        where = {"Location": "/elsewhere/info/refs"} if status == 301 else {}
        asking = {"WWW-Authenticate": 'Basic realm="GitHub"'} if status == 401 else {}
        return Outgoing(status=status, headers={**where, **asking})

    server.instead = refuse
    url = server.url(shop)

    with pytest.raises(GitError, match="Cannot fetch commit") as caught:
        fetch_commits(url, wanted={_commit(shop, "main"): ()}, variables=access_variables(url, "token"))

    assert hint in caught.value.hint
    assert caught.value.exit_code == 3
    assert len(server.asked) == 1
