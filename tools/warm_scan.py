"""Run `lessonguard scan` once under a profiler, and say which functions of lessonguard ran."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_LESSON = "openai-2023-03-redis-cancel.yaml"
_FILE = "cache.py"
_CODE = """\
async def get(pool, key):
    connection = await pool.take()
    try:
        await connection.send("GET", key)
        return await connection.read_reply()
    except BaseException:
        await connection.close()
        raise
    finally:
        pool.release(connection)
"""
_DRIVER = """\
import inspect, json, os, sys, threading

target = sys.argv.pop(1)
codes = set()
leave = os._exit


def profile(frame, event, _):
    if event == "call":
        codes.add(frame.f_code)


def finish(code):
    sys.setprofile(None)
    threading.setprofile(None)
    functions = [code for code in codes if code.co_flags & inspect.CO_OPTIMIZED and code.co_name[0] != "<"]
    with open(target, "w") as file:
        json.dump([[code.co_filename, code.co_name, code.co_firstlineno] for code in functions], file)
    leave(code)


os._exit = finish  # lessonguard leaves by it, without cleaning up
sys.setprofile(profile)
threading.setprofile(profile)
from lessonguard.__main__ import main

main()
"""
_IDENTITY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Sam Author",
    "GIT_AUTHOR_EMAIL": "sam@example.com",
    "GIT_COMMITTER_NAME": "Sam Author",
    "GIT_COMMITTER_EMAIL": "sam@example.com",
}


def functions_of_a_warm_scan(checkout: Path) -> set[tuple[str, str, int]]:
    """Return the functions that run when one changed file is scanned: file, name and first line.

    The repository is a clone with one lesson, and one commit that changes one Python file so that the
    lesson matches; the caches are warm. Comprehensions and lambdas count as parts of their function, and
    the bodies of modules and classes do not count. Raise `CalledProcessError` if the scan fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        programs = os.environ["PATH"]  # noqa: TID251 - where Git is
        source = checkout.resolve() / "src"
        environment = {"PATH": programs, "HOME": name, "PYTHONPATH": str(source), **_IDENTITY}
        repository = _make_repository(checkout, folder, environment)
        _run([sys.executable, "-m", "lessonguard", "scan"], repository, environment)
        found = folder / "functions.json"
        _run([sys.executable, "-c", _DRIVER, str(found), "scan"], repository, environment)
        top = f"{source / 'lessonguard'}{os.sep}"
        return {
            (file.removeprefix(top), function, line)
            for file, function, line in json.loads(found.read_bytes())
            if file.startswith(top)
        }


def _make_repository(checkout: Path, folder: Path, environment: dict[str, str]) -> Path:
    origin, clone = folder / "origin", folder / "clone"
    _run(["git", "init", "--quiet", "--initial-branch=main", str(origin)], folder, environment)
    (origin / "lessons").mkdir()
    shutil.copy(checkout / "lessons" / _LESSON, origin / "lessons")
    _commit(_CODE, origin, environment)
    _run(["git", "clone", "--quiet", str(origin), str(clone)], folder, environment)
    _run(["git", "switch", "--quiet", "--create", "narrow-except"], clone, environment)
    _commit(_CODE.replace("BaseException", "OSError"), clone, environment)
    return clone


def _commit(code: str, repository: Path, environment: dict[str, str]) -> None:
    (repository / _FILE).write_text(code, encoding="utf-8")
    _run(["git", "add", "--all"], repository, environment)
    _run(["git", "commit", "--quiet", "--message=Change the cache"], repository, environment)


def _run(argv: list[str], folder: Path, environment: dict[str, str]) -> None:
    subprocess.run(argv, cwd=folder, env=environment, check=True, capture_output=True)
