"""How Git is run: nothing that users, repositories or attributes set changes what it says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.command import Git, error_text
from lessonguard.git.repository import Repository
from tests.support.change import Seen, hunks_of, see
from tests.support.repo import Repo

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
def test_no_setting_changes_what_is_read(config: str, where: str, copy: Repo, ordinary: Seen) -> None:
    copy.write({"order": "z*\n"})
    if where == "repository":
        (copy.path / ".git/info/attributes").write_text(_ATTRIBUTES["a driver and a filter"])
    scope = ["--local"] if where == "repository" else ["--file", str(Path.home() / ".gitconfig")]
    for name, value in _CONFIGS[config].items():
        copy.git("config", *scope, name, value)

    assert see(copy.path) == ordinary


@pytest.mark.parametrize("where", ["a file of the user's", "the user's default file"])
@pytest.mark.parametrize("attributes", _ATTRIBUTES)
def test_no_attributes_change_what_is_read(attributes: str, where: str, copy: Repo, ordinary: Seen) -> None:
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

    assert see(copy.path) == ordinary


def test_attributes_that_the_change_brings_do_not_hide_it(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.commit("Start", {"a.py": "a\n"})
    repo.branch("change").commit("Hide", {"a.py": "b\n", ".gitattributes": "*.py -diff binary\n"})

    assert hunks_of(see(tmp_path), "a.py") == [(1, 1, 1, 1)]


@pytest.mark.parametrize(
    "variable", ["GIT_EXTERNAL_DIFF", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"]
)
def test_what_git_exports_to_hooks_does_not_matter(
    variable: str, copy: Repo, ordinary: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy.path
    monkeypatch.setenv(variable, "/nowhere")

    assert see(path) == ordinary


def test_replaced_and_grafted_history_is_read_as_it_was_committed(copy: Repo, ordinary: Seen) -> None:
    other = copy.branch("other").commit("Other", {"edited.py": "something else\n"})
    copy.git("replace", "change", other)
    (copy.path / ".git/info/grafts").write_text(f"{copy.git('rev-parse', 'main')}\n")

    assert see(copy.path) == ordinary


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


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        (b"fatal: bad object x\n", "bad object x"),
        (b"warning: odd\nerror: one.\nfatal: two\nhint: try this\n", "one; two"),
        (b"remote error: not ours\n", "not ours"),
        (b"something else\nhint: try this\n\nand more\n", "something else; and more"),
        (b"fatal: \xff\n", "\\xff"),
        (b"", ""),
    ],
)
def test_the_reason_of_a_failure_is_what_git_calls_an_error_or_else_all_that_it_wrote(
    stderr: bytes, expected: str
) -> None:
    assert error_text(stderr) == expected


def test_a_command_that_fails_is_an_error_with_its_purpose_and_a_hint(repo: Repo) -> None:
    git = Git(directory=repo.path / ".git", common=repo.path / ".git", top=repo.path)

    with pytest.raises(GitError, match=r"^Cannot read it: .+\.$") as caught:
        git.run("cat-file", "commit", "1" * 40, to="read it")

    assert "git fsck" in caught.value.hint
