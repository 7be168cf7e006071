"""What a repository says about a change: its files, its lines, and the branch it is compared with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, CommitId, Hunk, LineMap
from lessonguard.git.diff import parse_patch_hunks
from lessonguard.git.repository import Repository
from tests.support.change import Seen, build_change, hunks_of, numbers, pair_of, see
from tests.support.repo import Repo

Edit = Callable[[Repo], object]


def test_a_change_lists_regular_files_with_both_names_and_in_order(ordinary: Seen) -> None:
    shown = [(file.previous_path, file.path, bool(file.base), bool(file.head)) for file in ordinary.files]

    assert shown == [
        (None, 'a "b"\t\n\\ä.py', False, True),
        (None, "added.py", False, True),
        (None, "crlf.py", True, True),
        (None, "data.bin", True, True),
        (None, "dead.py", True, False),
        (None, "edited.py", True, True),
        ("old.py", "new.py", True, True),
        (None, "run.sh", True, True),
        (None, "\udcff.py", False, True),
    ]


def test_a_change_has_the_files_that_became_executable(ordinary: Seen) -> None:
    [script] = [file for file in ordinary.files if file.path == "run.sh"]

    assert script.base
    assert script.head
    assert (script.base.executable, script.head.executable) == (False, True)
    assert ordinary.hunks[pair_of(script)] == ()


def test_contents_are_those_that_were_committed(ordinary: Seen) -> None:
    contents = {file.path: ordinary.blobs[file.head.blob] for file in ordinary.files if file.head}

    assert contents["crlf.py"] == b"a\nb\nc\n"
    assert contents["data.bin"] == b"\0\1\2\n\4\n"
    assert contents["\udcff.py"] == b"latin\n"


def test_hunks_are_exact_also_for_renamed_binary_and_converted_files(ordinary: Seen) -> None:
    assert hunks_of(ordinary, "edited.py") == [(4, 1, 4, 1), (10, 1, 9, 0), (30, 0, 30, 1)]
    assert hunks_of(ordinary, "new.py") == [(31, 1, 31, 1)]
    assert hunks_of(ordinary, "data.bin") == [(2, 1, 2, 1)]
    assert hunks_of(ordinary, "crlf.py") == [(2, 0, 3, 1)]


def test_hunks_are_shown_with_context_and_every_difference_but_not_of_binary_files(ordinary: Seen) -> None:
    shown = {
        file.path: numbers(ordinary.shown[pair_of(file)])
        for file in ordinary.files
        if file.base and file.head
    }

    assert shown == {
        "crlf.py": [(1, 2, 1, 3)],
        "data.bin": [],
        "edited.py": [(1, 13, 1, 12), (28, 3, 27, 4)],
        "new.py": [(28, 4, 28, 4)],
        "run.sh": [],
    }


def test_shown_hunks_are_those_of_git_diff_as_it_comes(copy: Repo, ordinary: Seen) -> None:
    for file in ordinary.files:
        if file.base and file.head:
            patch = copy.git("diff", file.base.blob, file.head.blob)

            assert ordinary.shown[pair_of(file)] == parse_patch_hunks(patch)


def _linked(repo: Repo) -> Path:
    repo.git("worktree", "add", "--quiet", "--detach", "../linked", "main")
    return repo.path / "../linked"


def _bare(repo: Repo) -> Path:
    repo.git("clone", "--quiet", "--bare", ".", "../bare")
    return repo.path / "../bare"


def _below(repo: Repo) -> Path:
    folder = repo.path / "deep/er"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("place", [_linked, _bare, _below, lambda repo: repo.path / ".git"])
def test_a_repository_opens_from_wherever_git_finds_it(
    place: Callable[[Repo], Path], copy: Repo, ordinary: Seen
) -> None:

    assert see(place(copy)) == ordinary


def test_a_repository_has_its_top_and_what_its_work_trees_share(tmp_path: Path) -> None:
    repo = build_change(tmp_path / 'odd \x0c: "name"')
    linked, bare = _linked(repo), _bare(repo)

    with Repository.open(_below(repo)) as repository:
        assert (repository.top, repository.git_directory) == (repo.path, repo.path / ".git")
    with Repository.open(linked) as repository:
        assert (repository.top, repository.git_directory) == (linked.resolve(), repo.path / ".git")
    with Repository.open(bare) as repository:
        assert (repository.top, repository.git_directory) == (None, bare.resolve())


def test_a_repository_with_sha256_names_works_alike(tmp_path: Path) -> None:
    repo = Repo(tmp_path, options=("--object-format=sha256",))
    repo.commit("Start", {"a.py": "a\nb\n"})
    repo.branch("change").commit("Change", {"a.py": "a\nc\n"})

    seen = see(tmp_path)

    assert len(seen.base) == 64
    assert hunks_of(seen, "a.py") == [(2, 1, 2, 1)]
    assert sorted(map(str, seen.blobs.values())) == ["b'a\\nb\\n'", "b'a\\nc\\n'"]


def test_a_revision_may_be_a_branch_a_tag_a_search_or_part_of_a_name(
    repo: Repo, repository: Repository
) -> None:
    repo.git("tag", "--annotate", "--message=one", "v1")
    repo.git("tag", "--annotate", "--message=two", "v2", "v1")

    for revision in (
        "main",
        "HEAD",
        "@",
        "v1",
        "v2",
        "refs/tags/v2",
        ":/Start",
        "HEAD^{/Start}",
        repo.head[:7],
    ):
        assert repository.resolve(revision) == repo.head


def test_the_head_of_an_empty_repository_is_no_commit(tmp_path: Path) -> None:
    with (
        Repository.open(Repo(tmp_path).path) as repository,
        pytest.raises(GitError, match="There is no commit 'HEAD'"),
    ):
        repository.resolve("HEAD")


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        (["origin/HEAD", "origin/main", "upstream/HEAD"], "origin/HEAD"),
        (["origin/main", "origin/master"], "origin/main"),
        (["origin/master", "upstream/HEAD"], "origin/master"),
        (["upstream/main"], "upstream/main"),
        (["other/main"], "main"),
        ([], "main"),
    ],
)
def test_the_default_base_is_where_changes_most_likely_go(
    references: list[str], expected: str, repo: Repo, repository: Repository
) -> None:
    for name in references:
        repo.git("update-ref", f"refs/remotes/{name}", "HEAD")

    assert repository.default_base() == expected


def test_the_default_base_may_be_asked_for_another_remote(repo: Repo, repository: Repository) -> None:
    for name in ("origin/main", "fork/main"):
        repo.git("update-ref", f"refs/remotes/{name}", "HEAD")

    assert repository.default_base(remote="fork") == "fork/main"


def test_no_default_base_is_an_error_that_asks_for_one(repo: Repo, repository: Repository) -> None:
    repo.git("branch", "--move", "trunk")

    with pytest.raises(GitError, match="Cannot find the branch to compare with") as caught:
        repository.default_base()

    assert "--base" in caught.value.hint


def test_files_of_a_folder_are_listed_and_only_regular_ones(repo: Repo, repository: Repository) -> None:
    (repo.path / "lessons/link.yaml").symlink_to("one.yaml")
    repo.write({"lessons/b/two.yaml": "2\n", "lessons.yaml": "", "lessons-old/x": "", ":(top)/x": "x"})
    commit = CommitId(repo.commit())

    def names(folder: str) -> list[str]:
        return [path for path, _ in repository.tree_entries(commit, folder)]

    assert names("lessons") == ["lessons/b/two.yaml", "lessons/one.yaml"]
    assert names("lessons/b") == ["lessons/b/two.yaml"]
    assert names(":(top)") == [":(top)/x"]
    assert names("gone") == names("*") == names("lessons.yaml") == []
    assert len(names(".")) == 6


def test_nothing_to_read_or_compare_is_an_empty_answer(repository: Repository) -> None:
    blob = BlobId("1" * 40)

    assert repository.read_blobs([], limit=10) == {}
    assert repository.hunks([]) == {}
    assert repository.hunks([(blob, blob)]) == {(blob, blob): ()}


def test_thousands_of_pairs_are_compared_at_once(repo: Repo, repository: Repository) -> None:
    folder = "a" * 200
    for text in ("old", "new"):
        for number in range(2_000):
            repo.write({f"{folder}/{number:0200}": f"{number}\n{text} {number}\n"})
        repo.commit(text)

    files = repository.changed_files(repository.resolve("HEAD~1"), repository.resolve("HEAD"))
    hunks = repository.hunks(pair_of(file) for file in files)

    assert len(hunks) == 2_000
    assert set(hunks.values()) == {(Hunk(base_start=2, base_count=1, head_start=2, head_count=1),)}


def test_nothing_is_left_behind_when_a_repository_is_closed(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / 'odd: "temporary" \\folder'
    temporary.mkdir()
    before = _snapshot(repo.path)

    code = """
import sys, tempfile
from pathlib import Path
from lessonguard.git.repository import Repository
with Repository.open(Path(sys.argv[1])) as repository:
    repository.resolve("HEAD")
    assert repository.tree_entries(repository.worktree(), ".")
    assert list(Path(tempfile.gettempdir()).iterdir())
    raise KeyboardInterrupt
"""
    monkeypatch.setenv("TMPDIR", str(temporary))
    result = subprocess.run([sys.executable, "-c", code, str(repo.path)], capture_output=True, check=False)

    assert b"KeyboardInterrupt" in result.stderr
    assert list(temporary.iterdir()) == []
    assert _snapshot(repo.path) == before


def _snapshot(path: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}


def _squeeze(line: bytes) -> bytes:
    return b"".join(line.split())


def _lines(content: bytes) -> list[bytes]:
    lines = content.split(b"\n")
    return lines if lines[-1] else lines[:-1]


_WORDS = st.sampled_from([b"a", b"b", b"if x:", b"--- a", b"+++ b", b"@@ -1 +1 @@", b"\\ No", b"\xff\0", b""])


_SPACE = st.sampled_from([b"", b" ", b"\t", b"    ", b"\r", b"\x0c", b"\xe2\x80\xa8"])


_LINE = st.tuples(_SPACE, _WORDS, _SPACE).map(b"".join)


_TEXT = st.tuples(st.lists(_LINE, max_size=12).map(b"\n".join), st.sampled_from([b"", b"\n"])).map(b"".join)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Provide a repository to put blobs into."""
    return Repo(tmp_path_factory.mktemp("store"))


@settings(max_examples=60)
@given(texts=st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=20))
def test_lines_outside_the_hunks_are_the_same_but_for_white_space(
    texts: list[tuple[bytes, bytes]], store: Repo
) -> None:
    pairs = {}
    for number, (base, head) in enumerate(texts):
        store.write({f"{number}.base": base, f"{number}.head": head})
    names = "".join(f"{number}.base\n{number}.head\n" for number in range(len(texts)))
    blobs = store.git("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=names.encode()).split()
    for number, text in enumerate(texts):
        pairs[BlobId(blobs[2 * number]), BlobId(blobs[2 * number + 1])] = text

    with Repository.open(store.path) as repository:
        hunks = repository.hunks(pairs)

    assert hunks.keys() == pairs.keys()
    for pair, (base, head) in pairs.items():
        _assert_lines_correspond(_lines(base), _lines(head), hunks[pair])


def _assert_lines_correspond(base: list[bytes], head: list[bytes], hunks: tuple[Hunk, ...]) -> None:
    lines = LineMap(hunks)
    mapped = {number: lines.to_base(number) for number in range(1, len(head) + 1)}
    kept = {number: origin for number, origin in mapped.items() if origin is not None}

    assert all(_squeeze(head[number - 1]) == _squeeze(base[origin - 1]) for number, origin in kept.items())
    deleted = {number for hunk in hunks for number in hunk.base_lines}
    assert sorted(kept.values()) == [number for number in range(1, len(base) + 1) if number not in deleted]
