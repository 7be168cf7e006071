"""What is measured of the pre-push hook: what it adds to a push."""

from __future__ import annotations

import shlex
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from bench import contenders
from bench.measure import Case, Contender
from bench.repositories import Benchmark, run_git
from bench.workbench import LESSONS, Workbench

GROUP = "push"
NOTHING = "no lesson applies to what is pushed"
TEN = "10 changed files are pushed"
HOOK = "the pre-push hook"

_SCRIPTS = Path(sysconfig.get_path("scripts"))
_TOLD = "refs/heads/{branch} {commit} refs/heads/{branch} " + "0" * 40


def push_cases(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    """Return the cases: a new branch is pushed to a repository that has main."""
    del quick
    for name, changed in ((NOTHING, 0), (TEN, 10)):
        benchmark = workbench.repository(lessons=LESSONS, changed=changed)
        _publish(benchmark)
        # Git runs the hook in a dry run, too, and every round pushes the same.
        programs = (
            _hook(benchmark),
            contenders.lessonguard(benchmark),
            _push(benchmark, name="git push"),
            _push(benchmark, "--no-verify", name="git push --no-verify"),
        )
        yield Case(group=GROUP, name=name, contenders=programs)


def _publish(benchmark: Benchmark) -> None:
    """Add a remote with main, and the hook, to the repository."""
    remote = benchmark.path.with_name(f"{benchmark.path.name}.git")
    run_git(benchmark.path, "init", "--quiet", "--bare", str(remote))
    run_git(benchmark.path, "remote", "add", "origin", str(remote))
    run_git(benchmark.path, "push", "--quiet", "origin", "main")
    install = [str(_SCRIPTS / "lessonguard"), "hook", "install"]
    subprocess.run(install, cwd=benchmark.path, check=True, stdout=subprocess.DEVNULL)


def _hook(benchmark: Benchmark) -> Contender:
    """Run the hook as Git would."""
    argv = ["git", "rev-parse", benchmark.branch]
    commit = subprocess.run(
        argv, cwd=benchmark.path, check=True, stdout=subprocess.PIPE, encoding="ascii"
    ).stdout
    told = _TOLD.format(branch=benchmark.branch, commit=commit.strip())
    script = f"echo {shlex.quote(told)} | .git/hooks/pre-push origin ../server"
    return Contender(name=HOOK, argv=("sh", "-c", script), directory=benchmark.path)


def _push(benchmark: Benchmark, *options: str, name: str) -> Contender:
    argv = ("git", "push", "--quiet", "--dry-run", *options, "origin", benchmark.branch)
    return Contender(name=name, argv=argv, directory=benchmark.path)
