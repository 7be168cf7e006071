"""The programs that manage hooks, run for real: pre-commit, prek and lefthook, by the recipes of the docs."""

from __future__ import annotations

import os
import re
import shutil
import site
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import lessonguard
from tests.support.code import BAD, SAFE
from tests.support.pushing import Pusher
from tests.support.repo import Repo

_ROOT = Path(__file__).parents[2]
_BIN = Path(sys.executable).parent
_PACKAGED = (".pre-commit-hooks.yaml", "LICENSE", "README.md", "docs", "lessons", "pyproject.toml", "src")


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Make a repository of lessonguard as it is now, for the programs to install from."""
    repo = Repo(tmp_path_factory.mktemp("tool"))
    for name in _PACKAGED:
        source, target = _ROOT / name, repo.path / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    repo.commit("As it is")
    return repo


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Set a home for the programs, with all that lessonguard needs to be installed without a network.

    They install lessonguard itself from its repository, and it finds what it depends on where these tests do.
    """
    with pytest.MonkeyPatch.context() as patch:
        homes = tmp_path_factory.mktemp("homes")
        patch.setenv("PRE_COMMIT_HOME", str(homes / "pre-commit"))
        patch.setenv("PREK_HOME", str(homes / "prek"))
        patch.setenv("UV_CACHE_DIR", str(homes / "uv"))
        patch.setenv("PYTHONPATH", os.pathsep.join(site.getsitepackages()))
        patch.setenv("PIP_NO_DEPS", "1")
        patch.setenv("PIP_NO_BUILD_ISOLATION", "0")  # which means that there is none
        patch.setenv("UV_NO_DEPS", "1")
        patch.setenv("UV_NO_BUILD_ISOLATION", "1")
        patch.setenv("PATH", f"{_BIN}{os.pathsep}{os.environ['PATH']}")  # noqa: TID251 - children inherit it
        yield


@pytest.fixture
def pusher(pusher: Pusher) -> Pusher:
    """Return a clone in which nobody has installed a hook."""
    lessonguard("hook", "uninstall", cwd=pusher.repo.path)
    return pusher


def recipe(name: str) -> str:
    """Return the file of this name that docs/pre-push.md shows."""
    text = (_ROOT / "docs" / "pre-push.md").read_text(encoding="utf-8")
    found = re.search(
        rf"^<!-- file: {re.escape(name)} -->\n```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"docs/pre-push.md shows no {name}"
    return found[1]


def run(*argv: str, cwd: Path) -> str:
    result = subprocess.run([_BIN / argv[0], *argv[1:]], cwd=cwd, capture_output=True, check=False)
    said = (result.stdout + result.stderr).decode(errors="replace")
    assert not result.returncode, said
    return said


def commit(pusher: Pusher, *options: str) -> tuple[int, str]:
    """Run `git commit` with the hooks that are installed."""
    argv = ["git", "commit", "--message", "Change", *options]
    result = subprocess.run(argv, cwd=pusher.repo.path, capture_output=True, check=False)
    return result.returncode, (result.stdout + result.stderr).decode(errors="replace")


def managed(pusher: Pusher, tool: Repo, program: str) -> None:
    """Let a program manage the hooks of the clone, by the recipe of the docs."""
    config = recipe(".pre-commit-config.yaml")
    config = config.replace("https://github.com/OWNER/lessonguard", str(tool.path)).replace("v1", tool.head)
    pusher.commit({".pre-commit-config.yaml": config})
    pusher.repo.git("push", "--quiet", "origin", "main")
    run(program, "install", "--install-hooks", cwd=pusher.repo.path)


@pytest.mark.usefixtures("homes")
@pytest.mark.parametrize("program", ["pre-commit", "prek"])
def test_pre_commit_and_prek_judge_commits_and_pushes(pusher: Pusher, tool: Repo, program: str) -> None:
    managed(pusher, tool, program)
    repo = pusher.repo
    repo.branch("feature").write({"new.py": BAD})

    # What is staged is judged, and by `git commit FILE` what that file would be.
    repo.git("add", "new.py")
    code, said = commit(pusher)
    assert (code, "new.py:5:12  blocked: this change adds code like" in said) == (1, True)
    repo.write({"new.py": SAFE}).git("add", "new.py")
    assert commit(pusher)[0] == 0
    repo.write({"new.py": BAD})
    assert commit(pusher, "new.py")[0] == 1
    assert commit(pusher, "--all")[0] == 1
    repo.git("commit", "--quiet", "--no-verify", "--all", "--message", "All the same")

    # What is pushed is judged, whatever is checked out.
    repo.switch("main")
    pushed = pusher.push("origin", "feature")
    assert (pushed.code, pusher.arrived("refs/heads/feature")) == (1, None)
    assert "new.py:5:12  blocked: this change adds code like" in pushed.said
    assert "lessonguard · feature · 2 new commits" in pushed.said
    assert pusher.push("origin", "main:release").code == 0


@pytest.mark.usefixtures("homes")
@pytest.mark.parametrize("program", ["pre-commit", "prek"])
def test_our_hook_and_theirs_live_together(pusher: Pusher, tool: Repo, program: str) -> None:
    managed(pusher, tool, program)
    pusher.repo.branch("feature")
    lessonguard("hook", "install", cwd=pusher.repo.path)
    bad = pusher.commit({"app.py": BAD})
    assert pusher.push("origin", "feature").code == 1

    run(program, "install", cwd=pusher.repo.path)  # which takes ours for the one that was there before
    assert pusher.push("origin", "feature").code == 1
    good = pusher.commit({"app.py": SAFE})
    pushed = pusher.push("origin", "feature")

    assert (pushed.code, pusher.arrived("refs/heads/feature")) == (0, good), pushed.said
    assert bad != good


@pytest.mark.usefixtures("homes")
def test_pre_commit_run_by_hand_judges_head(pusher: Pusher, tool: Repo) -> None:
    managed(pusher, tool, "pre-commit")
    pusher.commit({"app.py": BAD})

    argv = [str(_BIN / "pre-commit"), "run", "--hook-stage", "pre-push", "lessonguard"]
    result = subprocess.run(
        argv, cwd=pusher.repo.path, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )

    assert (result.returncode, b"HEAD \xc2\xb7 1 new commit" in result.stdout) == (1, True)


@pytest.mark.usefixtures("homes")
def test_the_first_push_of_all_with_pre_commit(tool: Repo, tmp_path: Path) -> None:
    empty = Repo(tmp_path / "server.git", options=("--bare",))
    pusher = Pusher(tmp_path / "other")
    pusher.repo.git("remote", "set-url", "origin", empty.path.as_uri())
    pusher.repo.git("update-ref", "-d", "refs/remotes/origin/main")
    lessonguard("hook", "uninstall", cwd=pusher.repo.path)
    config = recipe(".pre-commit-config.yaml")
    config = config.replace("https://github.com/OWNER/lessonguard", str(tool.path)).replace("v1", tool.head)
    pusher.commit({".pre-commit-config.yaml": config, "app.py": BAD})
    run("pre-commit", "install", cwd=pusher.repo.path)

    pushed = pusher.push("origin", "main")

    assert (pushed.code, "main · 2 new commits · nothing of it is on the remote yet" in pushed.said) == (
        1,
        True,
    )


@pytest.mark.usefixtures("homes")
def test_lefthook_judges_pushes(pusher: Pusher) -> None:
    pusher.commit({name: recipe(name) for name in ("lefthook.yml", ".lefthook/pre-push/lessonguard.sh")})
    pusher.repo.git("push", "--quiet", "origin", "main")
    run("lefthook", "install", cwd=pusher.repo.path)
    refused = lessonguard("hook", "install", cwd=pusher.repo.path, expect=2)
    pusher.repo.branch("feature")
    pusher.commit({"app.py": BAD})
    pusher.repo.switch("main")

    stopped = pusher.push("origin", "feature", "main:other")
    passed = pusher.push("origin", "main:other")

    assert "error: lefthook writes the hooks of this repository" in refused.stderr
    assert (stopped.code, pusher.arrived("refs/heads/feature")) == (1, None)
    assert "app.py:5:12  blocked: this change removes the protection of this line" in stopped.said
    assert (passed.code, pusher.arrived("refs/heads/other")) == (0, pusher.repo.head)
