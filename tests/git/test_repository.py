"""What a repository says has changed, whatever it, its users and its attributes are set to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessonguard.errors import GitError
from lessonguard.git.changes import BlobId, ChangedFile, CommitId, Hunk, LineMap
from lessonguard.git.diff import parse_patch_hunks
from lessonguard.git.repository import Repository
from tests.support.repo import Repo

Pair = tuple[BlobId, BlobId]
Edit = Callable[[Repo], object]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All that a scan learns about a change."""

    base: CommitId
    files: tuple[ChangedFile, ...]
    blobs: Mapping[BlobId, bytes | int]
    hunks: Mapping[Pair, tuple[Hunk, ...]]
    shown: Mapping[Pair, tuple[Hunk, ...]]


def _pair(file: ChangedFile) -> Pair:
    assert file.base
    assert file.head
    return file.base.blob, file.head.blob


def _see(path: Path, base: str = "main", head: str = "change") -> Seen:
    with Repository.open(path) as repository:
        tip = repository.resolve(head)
        start = repository.merge_base(repository.resolve(base), tip)
        files = repository.changed_files(start, tip)
        versions = [version for file in files for version in (file.base, file.head) if version]
        pairs = [_pair(file) for file in files if file.base and file.head]
        return Seen(
            base=start,
            files=files,
            blobs=repository.read_blobs([version.blob for version in versions], limit=1_000_000),
            hunks=repository.hunks(pairs),
            shown=repository.shown_hunks(pairs),
        )


_LINES = "".join(f"line {number}\n" for number in range(30))


def _build(path: Path) -> Repo:
    """Make a repository whose branch `change` does one of everything to files."""
    repo = Repo(path)
    repo.commit(
        "Start",
        {
            "kept.py": "kept\n",
            "edited.py": _LINES,
            "old.py": _LINES + "moved\n",
            "dead.py": "dead\n",
            "run.sh": "run\n",
            "crlf.py": "a\r\nb\r\n",
            "data.bin": b"\0\1\2\n\3\n",
            "notes.txt": "note\n",
        },
    )
    repo.branch("change")
    for name in ("dead.py", "old.py"):
        (repo.path / name).unlink()
    (repo.path / "run.sh").chmod(0o755)
    (repo.path / "link.py").symlink_to("kept.py")
    repo.write(
        {
            "edited.py": _LINES.replace("line 3\n", "line three\n").replace("line 9\n", "") + "end",
            "new.py": _LINES + "moved here\n",
            "added.py": "added\n",
            "crlf.py": "a\nb\nc\n",
            "data.bin": b"\0\1\2\n\4\n",
            'a "b"\t\n\\ä.py': "odd\n",
        }
    )
    (repo.path / os.fsdecode(b"\xff.py")).write_bytes(b"latin\n")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},module")
    repo.commit("Change")
    repo.switch("main").commit("Meanwhile", {"kept.py": "kept otherwise\n"})
    return repo


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a repository where nothing is set, to copy."""
    return _build(tmp_path_factory.mktemp("original") / "repo").path


@pytest.fixture(scope="module")
def ordinary(original: Path) -> Seen:
    """Give what the change looks like where nothing is set."""
    return _see(original)


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Repo:
    """Give a repository with the same change, to set things in."""
    shutil.copytree(original, tmp_path / "repo", symlinks=True)
    return Repo(tmp_path / "repo", create=False)


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


def test_a_change_knows_what_became_executable(ordinary: Seen) -> None:
    [script] = [file for file in ordinary.files if file.path == "run.sh"]

    assert script.base
    assert script.head
    assert (script.base.executable, script.head.executable) == (False, True)
    assert ordinary.hunks[_pair(script)] == ()


def test_contents_are_those_that_were_committed(ordinary: Seen) -> None:
    contents = {file.path: ordinary.blobs[file.head.blob] for file in ordinary.files if file.head}

    assert contents["crlf.py"] == b"a\nb\nc\n"
    assert contents["data.bin"] == b"\0\1\2\n\4\n"
    assert contents["\udcff.py"] == b"latin\n"


def _numbers(hunks: Iterable[Hunk]) -> list[tuple[int, int, int, int]]:
    return [(hunk.base_start, hunk.base_count, hunk.head_start, hunk.head_count) for hunk in hunks]


def _hunks(seen: Seen, path: str) -> list[tuple[int, int, int, int]]:
    [file] = [file for file in seen.files if file.path == path]
    return _numbers(seen.hunks[_pair(file)])


def test_hunks_are_exact_also_for_renamed_binary_and_converted_files(ordinary: Seen) -> None:
    assert _hunks(ordinary, "edited.py") == [(4, 1, 4, 1), (10, 1, 9, 0), (30, 0, 30, 1)]
    assert _hunks(ordinary, "new.py") == [(31, 1, 31, 1)]
    assert _hunks(ordinary, "data.bin") == [(2, 1, 2, 1)]
    assert _hunks(ordinary, "crlf.py") == [(2, 0, 3, 1)]


def test_hunks_are_shown_with_context_and_every_difference_but_not_of_binary_files(ordinary: Seen) -> None:
    shown = {
        file.path: _numbers(ordinary.shown[_pair(file)]) for file in ordinary.files if file.base and file.head
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

            assert ordinary.shown[_pair(file)] == parse_patch_hunks(patch)


_CONFIGS: dict[str, dict[str, str]] = {
    "colours": {"color.ui": "always", "color.diff": "always", "diff.colorMoved": "zebra"},
    "prefixes": {"diff.noprefix": "true", "diff.mnemonicPrefix": "true", "diff.srcPrefix": "x/"},
    "an external diff": {"diff.external": "false"},
    "no renames": {"diff.renames": "false", "diff.renameLimit": "1"},
    "copies": {"diff.renames": "copies"},
    "an order file": {"diff.orderFile": "order"},
    "a missing order file": {"diff.orderFile": "/nowhere"},
    "much context": {"diff.context": "9", "diff.interHunkContext": "99"},
    "another algorithm": {"diff.algorithm": "patience", "diff.indentHeuristic": "false"},
    "relative names": {"diff.relative": "true"},
    "quoted names": {"core.quotePath": "true"},
    "short ids": {"core.abbrev": "4"},
    "submodules as logs": {"diff.submodule": "log", "diff.ignoreSubmodules": "all"},
    "white space": {
        "core.whitespace": "cr-at-eol",
        "diff.wsErrorHighlight": "all",
        "apply.whitespace": "fix",
    },
    "no modes": {"core.fileMode": "false"},
    "no symlinks": {"core.symlinks": "false"},
    "line endings": {"core.autocrlf": "true", "core.eol": "crlf", "core.safecrlf": "true"},
    "small big files": {"core.bigFileThreshold": "1"},
    "blank context": {"diff.suppressBlankEmpty": "true", "diff.noPrefix": "true"},
    "statistics": {"diff.statGraphWidth": "1", "diff.dirstat": "lines,0"},
    "word diffs": {"diff.wordRegex": "."},
    "hooks": {"core.hooksPath": "hooks"},
    "a file system monitor": {"core.fsmonitor": "false-program"},
    "untracked cache and split index": {"core.untrackedCache": "true", "core.splitIndex": "true"},
    "another work tree": {"core.worktree": "/"},
    "a pager": {"core.pager": "false", "pager.diff-tree": "true"},
    "signatures": {"log.showSignature": "true"},
    "abbreviated commands": {"alias.diff-tree": "!false", "help.autoCorrect": "1"},
    "a driver for every file": {
        "diff.odd.command": "false",
        "diff.odd.textconv": "false",
        "diff.odd.binary": "true",
        "diff.odd.xfuncname": "^(.*)$",
        "diff.odd.algorithm": "patience",
        "filter.odd.smudge": "false",
        "filter.odd.clean": "false",
        "filter.odd.required": "true",
    },
}
_ATTRIBUTES = {
    "no attributes": "",
    "binary": "* -diff\n* binary\n",
    "a driver and a filter": "* diff=odd filter=odd\n",
    "a built-in driver": "* diff=python\n",
    "encodings": "* text=auto eol=crlf working-tree-encoding=UTF-16\n",
    "left out of archives": "* export-ignore linguist-generated\n",
}


@pytest.mark.parametrize("where", ["repository", "home"])
@pytest.mark.parametrize("config", _CONFIGS)
def test_no_setting_changes_what_is_seen(config: str, where: str, copy: Repo, ordinary: Seen) -> None:
    copy.write({"order": "z*\n"})
    if where == "repository":
        (copy.path / ".git/info/attributes").write_text(_ATTRIBUTES["a driver and a filter"])
    scope = ["--local"] if where == "repository" else ["--file", str(Path.home() / ".gitconfig")]
    for name, value in _CONFIGS[config].items():
        copy.git("config", *scope, name, value)

    assert _see(copy.path) == ordinary


@pytest.mark.parametrize("where", ["a file of the user's", "the user's default file"])
@pytest.mark.parametrize("attributes", _ATTRIBUTES)
def test_no_attributes_change_what_is_seen(attributes: str, where: str, copy: Repo, ordinary: Seen) -> None:
    for name, value in _CONFIGS["a driver for every file"].items():
        copy.git("config", name, value)
    text = _ATTRIBUTES[attributes]
    (copy.path / ".git/info/attributes").write_text(text)
    (Path.home() / "attributes").write_text(text)
    (Path.home() / ".config/git").mkdir(parents=True)
    (Path.home() / ".config/git/attributes").write_text(text)
    if where == "a file of the user's":
        copy.git("config", "core.attributesFile", str(Path.home() / "attributes"))
    copy.write({".gitattributes": text})

    assert _see(copy.path) == ordinary


def test_attributes_that_the_change_brings_do_not_hide_it(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit("Start", {"a.py": "a\n"})
    repo.branch("change").commit("Hide", {"a.py": "b\n", ".gitattributes": "*.py -diff binary\n"})

    assert _hunks(_see(tmp_path), "a.py") == [(1, 1, 1, 1)]


@pytest.mark.parametrize(
    "variable", ["GIT_EXTERNAL_DIFF", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"]
)
def test_what_git_exports_to_hooks_does_not_matter(
    variable: str, copy: Repo, ordinary: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy.path
    monkeypatch.setenv(variable, "/nowhere")

    assert _see(path) == ordinary


def test_replaced_and_grafted_history_is_seen_as_it_was_committed(copy: Repo, ordinary: Seen) -> None:
    other = copy.branch("other").commit("Other", {"edited.py": "something else\n"})
    copy.git("replace", "change", other)
    (copy.path / ".git/info/grafts").write_text(f"{copy.git('rev-parse', 'main')}\n")

    assert _see(copy.path) == ordinary


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

    assert _see(place(copy)) == ordinary


def test_a_repository_knows_its_top_and_what_its_work_trees_share(tmp_path: Path) -> None:
    repo = _build(tmp_path / 'odd \x0c: "name"')
    linked, bare = _linked(repo), _bare(repo)

    with Repository.open(_below(repo)) as repository:
        assert (repository.top, repository.git_directory) == (repo.path, repo.path / ".git")
    with Repository.open(linked) as repository:
        assert (repository.top, repository.git_directory) == (linked.resolve(), repo.path / ".git")
    with Repository.open(bare) as repository:
        assert (repository.top, repository.git_directory) == (None, bare.resolve())


def test_a_folder_outside_any_repository_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="is not in a Git repository") as caught:
        Repository.open(tmp_path)

    assert caught.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_is_refused_with_what_git_wants(tmp_path: Path) -> None:
    path = Repo(tmp_path / "repo").path
    os.chown(path, 12_345, 12_345)
    os.chown(path / ".git", 12_345, 12_345)

    with pytest.raises(GitError, match="belongs to another user") as caught:
        Repository.open(path)

    assert f"git config --global --add safe.directory '{path}'" in caught.value.hint


def test_a_repository_with_sha256_names_works_alike(tmp_path: Path) -> None:
    repo = Repo(tmp_path, options=("--object-format=sha256",))
    repo.commit("Start", {"a.py": "a\nb\n"})
    repo.branch("change").commit("Change", {"a.py": "a\nc\n"})

    seen = _see(tmp_path)

    assert len(seen.base) == 64
    assert _hunks(seen, "a.py") == [(2, 1, 2, 1)]
    assert sorted(map(str, seen.blobs.values())) == ["b'a\\nb\\n'", "b'a\\nc\\n'"]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Give a repository with one commit."""
    repo = Repo(tmp_path / "repo")
    repo.commit("Start", {"a.py": "a\n", "lessons/one.yaml": "1\n"})
    return repo


@pytest.fixture
def repository(repo: Repo) -> Iterator[Repository]:
    """Give the same, opened."""
    with Repository.open(repo.path) as opened:
        yield opened


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


@pytest.mark.parametrize(
    "revision",
    [
        "",
        "mian",
        "HEAD:a.py",
        "HEAD^{tree}",
        "HEAD~7",
        "HEAD@{99}",
        "@{upstream}",
        "a b",
        "ä",
        "\udcff",
        "main\nmain",
        "main\0",
        "--output=x",
        "-h",
        "--all",
        "0" * 40,
        "1" * 40,
        "x" * 10_000,
    ],
)
def test_a_revision_that_is_no_commit_is_named_with_what_to_do(revision: str, repository: Repository) -> None:
    with pytest.raises(GitError, match="There is no commit") as caught:
        repository.resolve(revision)

    assert repr(revision) in caught.value.message
    assert "git fetch origin" in caught.value.hint
    assert repository.resolve("main")  # the next question is answered


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


def test_a_blob_above_the_limit_is_only_measured(repo: Repo, repository: Repository) -> None:
    repo.commit("Big", {"big": b"x" * 3_000_000, "small": b"y" * 1000, "edge": b"z" * 1001})
    blobs = [BlobId(repo.git("rev-parse", f"HEAD:{name}")) for name in ("big", "small", "edge", "a.py")]

    contents = repository.read_blobs(blobs, limit=1000)

    assert list(contents.values()) == [3_000_000, b"y" * 1000, 1001, b"a\n"]


def test_thousands_of_blobs_are_read_by_one_git(repo: Repo, repository: Repository) -> None:
    contents = [b"%d\n" % number * (number % 50) for number in range(10_000)]
    stream = b"".join(b"blob\ndata %d\n%s\n" % (len(content), content) for content in contents)
    repo.git("fast-import", "--quiet", stdin=stream)
    listing = repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
    blobs = [BlobId(line.split()[0]) for line in listing.splitlines() if line.endswith(" blob")]

    found = repository.read_blobs(blobs, limit=1_000)

    assert set(contents) <= set(found.values())


def test_a_missing_blob_is_an_error_and_never_an_empty_file(repository: Repository) -> None:
    with pytest.raises(GitError, match="missing from this repository") as caught:
        repository.read_blobs([BlobId("1" * 40)], limit=10)

    assert "git fsck" in caught.value.hint


def test_a_broken_blob_is_an_error_in_words_of_git(repo: Repo) -> None:
    blob = repo.git("rev-parse", "HEAD:a.py")
    path = repo.path / ".git/objects" / blob[:2] / blob[2:]
    path.chmod(0o644)
    path.write_bytes(b"broken")

    with Repository.open(repo.path) as repository, pytest.raises(GitError, match=blob):
        repository.read_blobs([BlobId(blob)], limit=10)


def test_nothing_to_read_or_compare_asks_nothing(repository: Repository) -> None:
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
    hunks = repository.hunks(_pair(file) for file in files)

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
    """Give a repository to put blobs into."""
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
