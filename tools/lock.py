"""Write the locks: the packages of a checkout and of the GitHub Action, with the hash of each file.

    make lock

All three have the same versions, the newest that run on every supported Python, so that users run what was
tested. No lock names an index: pip uses its own configuration, and compares the hashes.
"""

from __future__ import annotations

import re
import subprocess
import sysconfig
import tempfile
from collections.abc import Collection, Sequence
from itertools import product
from pathlib import Path

from hatchling.build import get_requires_for_build_editable

_ROOT = Path(__file__).parents[1]
_UV = Path(sysconfig.get_path("scripts")) / "uv"
_DEVELOP = Path("requirements/dev.txt")
_RUN = Path("requirements/run.txt")
_ACTION = Path("action/requirements.txt")
_HEADS = {
    _DEVELOP: "what `make test` and `make lint` install, on Python 3.10 and newer, with the hashes of all\n"
    "# its files. The versions that `make demo` and the GitHub Action install are among these.",
    _RUN: "what `make demo` installs: what lessonguard needs to be built and to run on Python 3.10 and\n"
    "# newer, with the hashes of all its files.",
    _ACTION: "what lessonguard needs to run on Python 3.10 and newer, with the hashes of all\n"
    "# its files. Only the engine of Semgrep is used, so what its own command line needs is left out.",
}
_OURS = "lessonguard (pyproject.toml)"
_BUILD = "the build of lessonguard"
_ENTRY = re.compile(r"(?P<pins>(?P<name>\S+)==.*?)    # via (?P<parents>[^\n]+)\n", re.DOTALL)

# One version for all Pythons, because an older linter on one of them would find something else there.
_COMPILE = ("pip", "compile", "--quiet", "--universal", "--python-version=3.10", "--fork-strategy=fewest")
_FORM = ("--generate-hashes", "--no-header", "--annotation-style=line")
# Its bound for one platform would hold for all, since uv prefers one version. Without the bound, uv sees by
# `required-environments` in pyproject.toml where a version has no wheel, and takes an older one there alone.
_OVERRIDE = "semgrep"
_PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
_PLATFORMS = (
    "x86_64-manylinux_2_35",
    "aarch64-manylinux_2_35",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
)


def main() -> None:
    """Choose the newest versions that go together, and write the three locks."""
    run = _compile("--no-build")
    _write(_RUN, run)
    _write(_DEVELOP, _compile("--extra=dev", f"--constraint={_RUN}"))
    _write(_ACTION, _without_unused(run))
    _check_wheels()


def _compile(*options: str) -> str:
    """Return a lock of what it takes to build and run lessonguard, in the form of a requirements file."""
    with tempfile.TemporaryDirectory() as folder:
        build, override = Path(folder, "build.txt"), Path(folder, "override.txt")
        build.write_text("\n".join(_build_requirements()), encoding="utf-8")
        override.write_text(_OVERRIDE, encoding="utf-8")
        lock = _uv(*_COMPILE, *_FORM, *options, f"--override={override}", "pyproject.toml", str(build))
    return re.sub(r"(?<=    # via ).*", _parents, lock.replace(f"-r {build}", _BUILD))


def _parents(found: re.Match[str]) -> str:
    """Return who asks for a package, without the files that only choose its version."""
    return ", ".join(parent for parent in found[0].split(", ") if not parent.startswith("-"))


def _build_requirements() -> Sequence[str]:
    """List what an editable install needs: pip takes it from the lock, with --no-build-isolation."""
    project = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    requires = project.partition("\nrequires = [")[2].partition("]\n")[0]
    return re.findall(r'"(.+?)"', requires) + get_requires_for_build_editable()


def _without_unused(lock: str) -> str:
    """Return the lock without what only the build or the command line of Semgrep needs."""
    entries = list(_ENTRY.finditer(lock))
    needed = _needed([(each["name"], parent) for each in entries for parent in each["parents"].split(", ")])
    return "".join(
        each["pins"] + f"    # via {', '.join(asking)}\n"
        for each in entries
        if (asking := [parent for parent in each["parents"].split(", ") if parent in needed - {"semgrep"}])
    )


def _needed(edges: Collection[tuple[str, str]]) -> set[str]:
    """Return lessonguard and its dependencies, without those of Semgrep; edges are (package, dependent)."""
    needed, before = {_OURS}, 0
    while len(needed) > before:
        before = len(needed)
        needed |= {name for name, asking in edges if asking in needed - {"semgrep"}}
    return needed


def _write(lock: Path, entries: str) -> None:
    path = _ROOT / lock
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"# Written by `make lock`: {_HEADS[lock]}\n{entries}", encoding="utf-8")
    print(f"wrote {lock}: {len(_ENTRY.findall(entries))} packages")


def _check_wheels() -> None:
    """Fail unless there is a wheel of each package for every Python and platform: users need not compile."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--quiet", "--dry-run", "--no-build", "--target", folder, "--requirements", str(_RUN))
        for python, platform in product(_PYTHONS, _PLATFORMS):
            _uv("pip", "install", *options, f"--python-version={python}", f"--python-platform={platform}")


def _uv(*arguments: str) -> str:
    """Return what uv prints; its complaints go to standard error."""
    argv = [str(_UV), *arguments]
    return subprocess.run(argv, cwd=_ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout


if __name__ == "__main__":
    main()
