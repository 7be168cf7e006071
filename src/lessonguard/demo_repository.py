"""Build the repository of `lessonguard demo`: an incident, its fix, its lesson and three later branches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lessonguard.errors import GitError
from lessonguard.lessons.builtin import builtin_folder
from lessonguard.process import run
from lessonguard.record import record

# The sources of the story are in the file of this lesson.
INCIDENT = "openai-2023-03-redis-cancel"

INTRODUCTION = f"""
In March 2023 ChatGPT showed some users the data of others. A cancelled request left its reply on a
pooled connection, and the next user of that connection read it. The fix was to close the
connection. This small shop had the same bug and fixed it, and its lesson is in
lessons/{INCIDENT}.yaml. Months later, there are three new branches.
"""

# Otherwise commits would have other names for every user and at every moment.
_IDENTITY = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Sam Author",
    "GIT_AUTHOR_EMAIL": "sam@example.com",
    "GIT_AUTHOR_DATE": "2026-05-14T09:00:00+00:00",
    "GIT_COMMITTER_NAME": "Sam Author",
    "GIT_COMMITTER_EMAIL": "sam@example.com",
    "GIT_COMMITTER_DATE": "2026-05-14T09:00:00+00:00",
}
_HEADER = '''\
"""{title}"""

import json

from shop.wire import Connection, ConnectionPool


'''
_CACHE = '''\
class {name}Cache:
    """Read {name}s over a small pool of connections."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    async def get(self, key: int) -> dict[str, str] | None:
        """Return one, or None if it is not in the cache."""
        reply = await self._ask(b"GET", b"{name}:%d" % key)
        return None if reply is None else json.loads(reply)

    async def _ask(self, *command: bytes) -> bytes | None:
        connection: Connection = await self._pool.acquire()
        try:
            await connection.send_command(*command)
            return await connection.read_reply()
        finally:
            self._pool.release(connection)
'''
_GUARD = """\
        except BaseException:
            await connection.close()
            raise
"""
_TOTALS = '''\
def total(lines: list[dict[str, int]]) -> int:
    """Add up a cart, in cents."""
    return sum(line["price"] * line["count"] for line in lines)


def discounted(cents: int, percent: int) -> int:
    """Take a discount off, rounding in favour of the customer."""
    return cents * (100 - percent) // 100


def shipping(cents: int) -> int:
    """Charge for shipping below 50 euros."""
    return 0 if cents >= 5000 else 490


'''


def _cache(name: str, *, guarded: bool) -> str:
    code = _CACHE.replace("{name}", name)
    return code.replace("        finally:\n", f"{_GUARD}        finally:\n") if guarded else code


def _module(title: str, code: str) -> str:
    return _HEADER.replace("{title}", title) + code


_PROFILES = _module("Profiles of signed-in users.", _cache("Profile", guarded=True))


@record
class Commit:
    """A commit to make: its subject, and contents of files by path.

    Commits of other branches than main, which all start at main, have a `story` that explains them.
    """

    subject: str
    files: Mapping[str, str]
    branch: str = "main"
    story: str = ""


def history() -> tuple[Commit, ...]:
    """Return the commits of the demonstration: three on main, then one for each branch."""
    carts = _module("Carts.", _TOTALS + _cache("Cart", guarded=False))
    lesson = f"lessons/{INCIDENT}.yaml"
    return (
        Commit(
            subject="Read profiles and carts over pooled connections",
            files={
                "shop/profiles.py": _PROFILES.replace(_GUARD, ""),
                "shop/carts.py": carts,
            },
        ),
        Commit(
            subject="Close a connection whose request was cancelled",
            files={"shop/profiles.py": _PROFILES},
        ),
        Commit(
            subject=f"Keep the lesson of {INCIDENT}",
            files={lesson: (builtin_folder() / f"{INCIDENT}.yaml").read_text(encoding="utf-8")},
        ),
        Commit(
            branch="narrow-except",
            subject="Do not catch everything, as the linter asks",
            story="A linter warns about `except BaseException`, so somebody narrows it. One line changes, "
            "and the code that it protected is not even in the diff. A cancelled request raises "
            "CancelledError, which is no OSError: the incident is back.",
            files={"shop/profiles.py": _PROFILES.replace("BaseException", "OSError")},
        ),
        Commit(
            branch="add-sessions",
            subject="Keep sessions in the cache too",
            story="A new file repeats the mistake. Its author has never heard of the incident.",
            files={"shop/sessions.py": _module("Sessions.", _cache("Session", guarded=False))},
        ),
        Commit(
            branch="split-carts",
            subject="Give the cart cache a module of its own",
            story="A harmless refactoring moves old code to another file. That code has the same mistake, "
            "but it had it before, so it is listed as moved, and nothing is blocked.",
            files={
                "shop/carts.py": '"""Carts."""\n\n\n' + _TOTALS.rstrip() + "\n",
                "shop/cart_cache.py": _module("Carts in the cache.", _cache("Cart", guarded=False)),
            },
        ),
    )


def build_demo(folder: Path) -> None:
    """Build the repository in an empty folder. Raise `GitError` if Git cannot."""
    _git(folder, "init", "--quiet", "--initial-branch=main")
    for commit in history():
        if commit.branch != "main":
            _git(folder, "checkout", "--quiet", "-b", commit.branch, "main")
        for name, content in commit.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        _git(folder, "add", "--all")
        _git(folder, "commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message", commit.subject)
    _git(folder, "checkout", "--quiet", "main")


def _git(folder: Path, *argv: str) -> None:
    result = run(["git", *argv], cwd=folder, variables=_IDENTITY)
    if result.returncode:
        error = result.stderr.decode("utf-8", "replace").strip()
        raise GitError(f"Cannot build the repository of the demo: {error}", hint="Is `git` installed?")
