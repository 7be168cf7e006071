"""What every test starts from: nobody's settings, an empty home, and Git's plain defaults."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.hub.server import Hub
from tests.support.pushing import Pusher
from tests.support.shop import Shop

collect_ignore = ["cases"]

_PROGRAMS = {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "subprocess.Popen"}

# Runners differ in speed, so no example has a deadline; on one, the same examples every time.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("fast", deadline=None, max_examples=20)
settings.load_profile("ci" if os.environ.get("CI") else "local")  # noqa: TID251 - read before it is cleared

# What a shell starts in the background ignores ^C, and so would all that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_FOREIGN = ("CI", "CLICOLOR", "COLUMNS", "EDITOR", "FORCE_COLOR", "LINES", "NO_COLOR", "PAGER", "VISUAL")
_LOOPBACK = "localhost,127.0.0.1,::1"
_FOREIGN_PREFIXES = ("GH_", "GIT_", "GITHUB_", "INPUT_", "LC_", "LESSONGUARD_", "RUNNER_", "SEMGREP_", "XDG_")

# In the home and not in `GIT_*` variables, because lessonguard drops most of those.
_GITCONFIG = """\
[user]
\tname = Test Author
\temail = author@example.com
[init]
\tdefaultBranch = main
[commit]
\tgpgSign = false
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--fast`: leave each test where it starts a program, be it Git, Semgrep or lessonguard itself."""
    parser.addoption("--fast", action="store_true", help="skip tests as soon as they start a program")


def pytest_configure(config: pytest.Config) -> None:
    """With `--fast`, watch for programs, of which Python tells before they start, and try fewer examples.

    Not where pytest-xdist starts its workers: no test runs there.
    """
    if config.getoption("--fast") and not config.getoption("numprocesses", default=None):
        settings.load_profile("fast")

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            del arguments
            if event in _PROGRAMS and "PYTEST_CURRENT_TEST" in os.environ:  # noqa: TID251 - pytest sets it
                pytest.skip("starts a program; `make test` runs it")

        sys.addaudithook(watch)


@pytest.fixture(scope="session", autouse=True)
def _plain_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take away what the developer or the runner has set, for fixtures of every scope."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):  # noqa: TID251 - children inherit this
            if name in _FOREIGN or name.startswith(_FOREIGN_PREFIXES):
                patch.delenv(name)
        # Coverage costs each child 0.1 s, and hangs now and then in one that is interrupted. Commands run in
        # the process of the test, which measures them; only `Terminal` needs the coverage of its children.
        patch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("NO_PROXY", _LOOPBACK)  # servers of tests are not reached through any
        patch.setenv("no_proxy", _LOOPBACK)
        patch.setenv("LANG", "C.UTF-8")
        patch.setenv("TZ", "UTC")
        _move_home(patch, tmp_path_factory.mktemp("shared-home"))
        yield


@pytest.fixture(autouse=True)
def _empty_home(
    _plain_environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Give each test a home of its own, so that caches and settings do not leak."""
    _move_home(monkeypatch, tmp_path_factory.mktemp("home"))


def _move_home(patch: pytest.MonkeyPatch, home: Path) -> None:
    (home / ".gitconfig").write_text(_GITCONFIG, encoding="utf-8")
    patch.setenv("HOME", str(home))
    patch.setenv("USERPROFILE", str(home))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Pusher:
    """Make a clone with a hook and its remote once, for each test to have a copy."""
    return Pusher(tmp_path_factory.mktemp("made"))


@pytest.fixture
def pusher(made: Pusher, tmp_path: Path) -> Pusher:
    """Provide a clone with the hook of lessonguard, and the repository that it pushes to."""
    return made.copy(tmp_path)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """Run a GitHub on the loopback."""
    with Hub(tmp_path) as hub:
        yield hub


@pytest.fixture
def shop(hub: Hub, tmp_path: Path) -> Shop:
    """Make a repository on it, to open pull requests in."""
    return Shop(hub, tmp_path)
