"""The hook: where it is written, what it keeps, and what the script does when things are missing."""

from __future__ import annotations

import shlex
import stat
import subprocess
import sys
from pathlib import Path
from shutil import copytree, which

import pytest

from tests.support.cli import LESSONGUARD, lessonguard
from tests.support.code import BAD, SAFE, UNLOCKED
from tests.support.pushing import Pusher, lessons, push
from tests.support.repo import Repo

_DASH = which("dash")


_SAYS = """#!/bin/sh
echo "theirs: $0 $*" >&2
sed 's/^/theirs: /' >&2
exit ${THEIRS:-0}
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "shop")
    repo.commit("Begin", {"app.py": SAFE})
    return repo


def hook_of(repo: Repo) -> Path:
    return repo.path / ".git" / "hooks" / "pre-push"


def stranger(path: Path, text: str = _SAYS, *, mode: int = 0o755) -> Path:
    """Write somebody else's hook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def gone(pusher: Pusher) -> Path:
    """Let the hook look for lessonguard where there is none, and give a PATH without it."""
    hook = hook_of(pusher.repo)
    hook.write_text(
        hook.read_text(encoding="utf-8").replace(sys.executable, "/nowhere/python"), encoding="utf-8"
    )
    return hook


def bare_path(tmp_path: Path) -> str:
    """Give a PATH with Git and the shell's tools, and without lessonguard."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("git", "sh", "cat", "dirname", "grep", "sed"):
        (folder / name).symlink_to(which(name) or name)
    return str(folder)


def test_the_script_follows_the_umask(repo: Repo) -> None:
    subprocess.run(
        ["sh", "-c", f"umask 077; exec {shlex.quote(str(LESSONGUARD))} hook install"],
        cwd=repo.path,
        check=True,
        capture_output=True,
    )

    assert stat.S_IMODE(hook_of(repo).stat().st_mode) == 0o700


def test_the_hook_judges_as_it_was_installed(pusher: Pusher) -> None:
    folder = "docs/what we learned"
    moved = {f"{folder}/{name.removeprefix('lessons/')}": text for name, text in lessons().items()}
    pusher.commit({**dict.fromkeys(lessons()), **moved})
    pusher.repo.git("push", "--quiet", "--no-verify", "origin", "main")
    lessonguard("hook", "install", "--lessons-folder", folder, "--fail-on", "comment", cwd=pusher.repo.path)
    pusher.commit({"pay.py": UNLOCKED})

    pushed = pusher.push("origin", "main")

    assert (pushed.code, "pay.py:2:5" in pushed.said) == (1, True)


def test_the_script_is_one_that_every_shell_reads(repo: Repo) -> None:
    lessonguard("hook", "install", cwd=repo.path)

    for shell in filter(None, (_DASH, which("bash"))):
        subprocess.run([shell, "-n", hook_of(repo)], check=True)


def test_a_hook_that_was_there_is_kept_and_runs_with_the_same_input(pusher: Pusher) -> None:
    lessonguard("hook", "uninstall", cwd=pusher.repo.path)
    stranger(hook_of(pusher.repo))
    outcome = lessonguard("hook", "install", cwd=pusher.repo.path)
    commit = pusher.commit({"app.py": SAFE + "x = 1\n"})

    pushed = pusher.push("origin", "main", "main:refs/tags/v1")

    assert "The existing hook keeps running, after it, as pre-push.before-lessonguard.\n" in outcome.stdout
    zeros = "0" * 40
    told = [line for line in pushed.said.splitlines() if line.startswith("theirs: ")]
    assert told[0].endswith(f"pre-push.before-lessonguard origin {pusher.remote.path.as_uri()}")
    assert told[1:] == [
        f"theirs: refs/heads/main {commit} refs/heads/main {pusher.first}",
        f"theirs: refs/heads/main {commit} refs/tags/v1 {zeros}",
    ]
    assert pushed.code == 0


def test_the_hook_that_was_there_can_stop_the_push_too(pusher: Pusher) -> None:
    stranger(hook_of(pusher.repo).with_name("pre-push.before-lessonguard"))
    pusher.commit({"app.py": SAFE + "x = 1\n"})

    assert pusher.push("origin", "main", THEIRS="7").code == 1
    assert pusher.arrived("refs/heads/main") == pusher.first


def test_the_hook_that_was_there_does_not_run_for_a_push_that_is_stopped(pusher: Pusher) -> None:
    stranger(hook_of(pusher.repo).with_name("pre-push.before-lessonguard"))
    pusher.commit({"app.py": BAD})

    pushed = pusher.push("origin", "main")

    assert (pushed.code, "theirs:" in pushed.said) == (1, False)


def test_a_hook_that_reads_nothing_hears_of_many_refs(pusher: Pusher) -> None:
    stranger(hook_of(pusher.repo).with_name("pre-push.before-lessonguard"), "#!/bin/sh\nexit 0\n")
    refs = [f"main:refs/heads/{'x' * 100}{number}" for number in range(800)]

    pushed = pusher.push("origin", *refs)

    assert (pushed.code, "rror" in pushed.said) == (0, False)


def test_a_hook_that_may_not_be_run_is_kept_and_not_run(pusher: Pusher) -> None:
    stranger(hook_of(pusher.repo).with_name("pre-push.before-lessonguard"), mode=0o644)
    pusher.commit({"app.py": SAFE + "x = 1\n"})

    pushed = pusher.push("origin", "main")

    assert (pushed.code, "theirs:" in pushed.said) == (0, False)


@pytest.mark.parametrize("kind", ["file", "unexecutable", "link"])
def test_uninstall_restores_what_was_there(repo: Repo, kind: str) -> None:
    hook = hook_of(repo)
    if kind == "link":
        stranger(repo.path / "scripts" / "push")
        hook.symlink_to("../../scripts/push")
    else:
        stranger(hook, mode=0o755 if kind == "file" else 0o600)
    before = hook.read_bytes(), hook.lstat().st_mode, hook.is_symlink()
    lessonguard("hook", "install", cwd=repo.path)

    outcome = lessonguard("hook", "uninstall", cwd=repo.path)

    assert outcome.stdout == f"Removed {hook}. The hook from before is restored.\n"
    assert (hook.read_bytes(), hook.lstat().st_mode, hook.is_symlink()) == before
    assert not hook.with_name("pre-push.before-lessonguard").exists()


def test_uninstall_leaves_a_strangers_hook_alone(repo: Repo) -> None:
    hook = stranger(hook_of(repo))

    outcome = lessonguard("hook", "uninstall", cwd=repo.path)

    assert outcome.stdout == "There is no pre-push hook of lessonguard here.\n"
    assert hook.read_text(encoding="utf-8") == _SAYS


def test_a_hook_that_replaced_ours_is_not_taken_for_the_one_from_before(repo: Repo) -> None:
    hook = stranger(hook_of(repo))
    lessonguard("hook", "install", cwd=repo.path)
    stranger(hook, "#!/bin/sh\n# a newcomer\n")

    outcome = lessonguard("hook", "install", cwd=repo.path, expect=2)

    assert f"The hook of lessonguard was replaced: {hook} is another one" in outcome.stderr
    assert f"remove {hook}.before-lessonguard, and install again" in outcome.stderr
    assert "newcomer" in hook.read_text(encoding="utf-8")
    assert hook.with_name("pre-push.before-lessonguard").read_text(encoding="utf-8") == _SAYS


@pytest.mark.parametrize("value", ["tools/hooks", "{tmp}/elsewhere"])
def test_core_hooks_path_is_honoured(pusher: Pusher, tmp_path: Path, value: str) -> None:
    lessonguard("hook", "uninstall", cwd=pusher.repo.path)
    pusher.repo.git("config", "core.hooksPath", value.format(tmp=tmp_path))
    below = pusher.repo.path / "docs"
    below.mkdir()

    outcome = lessonguard("hook", "install", cwd=below)
    pusher.commit({"app.py": BAD})

    assert pusher.push("origin", "main").code == 1
    assert not hook_of(pusher.repo).exists()
    assert ("It is in the work tree: commit it" in outcome.stdout) == (value == "tools/hooks")
    lessonguard("hook", "uninstall", cwd=pusher.repo.path)
    assert pusher.push("origin", "main").code == 0


def test_a_hook_that_may_be_committed_names_no_folder_of_this_machine(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", "tools/hooks")

    lessonguard("hook", "install", cwd=repo.path)

    assert sys.prefix not in (repo.path / "tools" / "hooks" / "pre-push").read_text(encoding="utf-8")


def test_hooks_that_are_turned_off_are_refused(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", "/dev/null")

    outcome = lessonguard("hook", "install", cwd=repo.path, expect=2)

    assert (
        "error: Git looks for hooks in /dev/null, which is not a folder: hooks are turned off."
        in outcome.stderr
    )
    assert "hint: " in outcome.stderr


def test_a_folder_in_which_nobody_may_write_is_refused(repo: Repo, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    repo.git("config", "core.hooksPath", str(blocked / "hooks"))

    outcome = lessonguard("hook", "install", cwd=repo.path, expect=3)

    assert (
        f"error: Cannot write the hook {blocked}/hooks/pre-push (core.hooksPath is set in " in outcome.stderr
    )


@pytest.mark.parametrize("folder", [".husky/_", ".husky"])
def test_husky_is_told_what_to_add(repo: Repo, folder: str) -> None:
    repo.git("config", "core.hooksPath", folder)

    outcome = lessonguard("hook", "install", cwd=repo.path, expect=2)

    assert 'hint: Add this line to .husky/pre-push: lessonguard pre-push "$@"' in outcome.stderr
    assert not (repo.path / folder).exists()


def test_a_linked_worktree_shares_the_hook(pusher: Pusher, tmp_path: Path) -> None:
    lessonguard("hook", "uninstall", cwd=pusher.repo.path)
    pusher.repo.git("worktree", "add", "--quiet", "-b", "linked", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", create=False)

    outcome = lessonguard("hook", "install", cwd=linked.path)
    linked.commit("Bad", {"app.py": BAD})

    assert f"Installed {hook_of(pusher.repo)}:" in outcome.stdout
    assert push(linked.path, "origin", "linked").code == 1


def test_a_repository_that_was_moved_is_judged(pusher: Pusher, tmp_path: Path) -> None:
    moved = tmp_path / "moved here"
    pusher.repo.path.rename(moved)
    repo = Repo(moved, create=False)
    repo.commit("Bad", {"app.py": BAD})

    assert push(moved, "origin", "main").code == 1


def test_an_environment_inside_of_the_repository_moves_with_it(pusher: Pusher, tmp_path: Path) -> None:
    inside = pusher.repo.path / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", inside], check=True)
    site = next(inside.glob("lib/python*/site-packages"))
    ours = Path(__file__).parents[2] / "src"
    paths = "\n".join([str(ours), *(path for path in sys.path if path.endswith("site-packages"))])
    (site / "there.pth").write_text(f"{paths}\n", encoding="utf-8")
    start = [str(inside / "bin" / "python"), "-m", "lessonguard", "hook", "install"]
    subprocess.run(start, cwd=pusher.repo.path, check=True, capture_output=True)
    hook = hook_of(pusher.repo)
    assert '"$here"/../../.venv/bin/python' in hook.read_text(encoding="utf-8")
    moved = tmp_path / "moved"
    pusher.repo.path.rename(moved)
    Repo(moved, create=False).commit("Bad", {"app.py": BAD})

    pushed = push(moved, "origin", "main", PATH=bare_path(tmp_path))

    assert (pushed.code, pushed.verdicts) == (1, ["main · 1 new commit"])


def test_without_lessonguard_the_push_goes_on_and_says_so(pusher: Pusher, tmp_path: Path) -> None:
    hook = gone(pusher)
    commit = pusher.commit({"app.py": BAD})

    pushed = pusher.push("origin", "main", PATH=bare_path(tmp_path))

    assert (pushed.code, pusher.arrived("refs/heads/main")) == (0, commit)
    words = [
        "lessonguard is not where it was installed, and not on the PATH",
        str(hook.relative_to(pusher.repo.path)),
    ]
    assert [line for line in pushed.said.splitlines() if line.startswith("lessonguard: ")] == [
        f"lessonguard: This push was not checked: {words[0]}.",
        f"lessonguard: Install it and run `lessonguard hook install` again, or remove this hook: {words[1]}",
        "lessonguard: The push continues.",
    ]


def test_without_lessonguard_the_push_is_stopped_where_it_is_required(pusher: Pusher, tmp_path: Path) -> None:
    lessonguard("hook", "install", "--required", cwd=pusher.repo.path)
    gone(pusher)
    pusher.commit({"app.py": SAFE + "x = 1\n"})

    pushed = pusher.push("origin", "main", PATH=bare_path(tmp_path))

    assert (pushed.code, pusher.arrived("refs/heads/main")) == (1, pusher.first)
    assert (
        "Push stopped: this repository requires the check. To push anyway: git push --no-verify\n"
        in pushed.said
    )


def test_an_environment_that_lost_lessonguard_is_passed_over(pusher: Pusher, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", empty], check=True)
    hook = hook_of(pusher.repo)
    text = hook.read_text(encoding="utf-8").replace(sys.executable, str(empty / "bin" / "python"))
    hook.write_text(text, encoding="utf-8")
    pusher.commit({"app.py": BAD})

    assert pusher.push("origin", "main").code == 1  # by the one on the PATH
    assert pusher.push("origin", "main", PATH=bare_path(tmp_path)).code == 0


def test_a_push_that_cannot_be_judged_goes_on_unless_that_is_required(pusher: Pusher, tmp_path: Path) -> None:
    pusher.commit({"app.py": BAD})
    broken = "#!/bin/sh\ncat > /dev/null\necho 'error: Semgrep did not start' >&2\nexit 3\n"
    gone(pusher)
    tools = bare_path(tmp_path)
    stranger(Path(tools) / "lessonguard", broken)

    pushed = pusher.push("origin", "main", PATH=tools)
    assert pushed.code == 0
    assert (
        "Semgrep did not start\nlessonguard: This push was not checked, or not by all lessons" in pushed.said
    )

    lessonguard("hook", "install", "--required", cwd=pusher.repo.path)
    gone(pusher)
    pusher.commit({"app.py": SAFE})
    assert pusher.push("origin", "main", PATH=tools).code == 1


def test_an_interrupted_judgement_stops_the_push(pusher: Pusher, tmp_path: Path) -> None:
    gone(pusher)
    pusher.commit({"app.py": SAFE})
    tools = bare_path(tmp_path)
    stranger(Path(tools) / "lessonguard", "#!/bin/sh\ncat > /dev/null\nexit 130\n")

    assert pusher.push("origin", "main:new", PATH=tools).code == 1
    assert pusher.arrived("refs/heads/new") is None


def test_nothing_of_the_work_tree_is_imported(pusher: Pusher) -> None:
    evil = "open('evil', 'w').close()\n"
    names = ("lessonguard/__init__.py", "click.py", "sitecustomize.py", "json.py", "yaml.py")
    pusher.commit(dict.fromkeys(names, evil))

    pushed = pusher.push("origin", "main")

    assert (pushed.code, len(pushed.verdicts)) == (0, 1)
    assert not (pusher.repo.path / "evil").exists()


def test_a_copy_of_the_hook_run_by_pre_commit_does_not_start_pre_commit_again(pusher: Pusher) -> None:
    hook = hook_of(pusher.repo)
    legacy = hook.rename(hook.with_name("pre-push.legacy"))
    stranger(
        hook.with_name("pre-push.before-lessonguard"), "#!/bin/sh\n# File generated by pre-commit\nexit 9\n"
    )
    stranger(hook, f'#!/bin/sh\nPRE_COMMIT_RUNNING_LEGACY=1 exec {shlex.quote(str(legacy))} "$@"\n')
    pusher.commit({"app.py": SAFE + "x = 1\n"})

    assert pusher.push("origin", "main").code == 0
    pusher.commit({"app.py": BAD})
    assert pusher.push("origin", "main").code == 1
    assert f"Removed {legacy}." in lessonguard("hook", "uninstall", cwd=pusher.repo.path).stdout


def test_a_copied_repository_is_judged_in_its_new_place(pusher: Pusher, tmp_path: Path) -> None:
    copytree(pusher.repo.path, tmp_path / "copy", symlinks=True)
    copied = Repo(tmp_path / "copy", create=False)
    copied.commit("Bad", {"app.py": BAD})

    assert push(copied.path, "origin", "main").code == 1
