"""The token on its way to the server: who gets to see it, and who does not."""

from __future__ import annotations

import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId
from lessonguard.git.credentials import access_variables, public_address
from lessonguard.git.repository import Repository
from lessonguard.git.temporary_clone import fetch_commits
from tests.support.git_server import GitServer
from tests.support.hub.handler import Incoming, Outgoing
from tests.support.repo import Repo

_TOKEN = "ghs_0123456789abcdefSECRET"
_LOGIN = b64encode(f"x-access-token:{_TOKEN}".encode()).decode()
_AUTHORIZATION = f"basic {_LOGIN}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    """Provide a server of Git that wants the token."""

    def guard(incoming: Incoming) -> Outgoing | None:
        if incoming.headers.get("authorization") == _AUTHORIZATION:
            return None
        return Outgoing(status=401, headers={"WWW-Authenticate": 'Basic realm="GitHub"'})

    with GitServer(tmp_path / "server") as running:
        running.instead = guard
        yield running


@pytest.fixture
def shop(server: GitServer) -> Repo:
    """Provide a repository with one commit on that server."""
    repo = Repo(server.folder / "shop")
    repo.config(uploadpack__allowFilter="true", uploadpack__allowAnySHA1InWant="true")
    repo.commit("Start", {"a.py": "a\n"})
    return repo


def _fetch(server: GitServer, repo: Repo, token: str | None = _TOKEN) -> Repository:
    url = server.url(repo)
    return fetch_commits(url, wanted={CommitId(repo.head): ()}, variables=access_variables(url, token))


def _read(repository: Repository, repo: Repo) -> None:
    [(_, blob)] = repository.tree_entries(CommitId(repo.head), ".")
    assert repository.read_blobs([blob], limit=9) == {blob: b"a\n"}


def _files(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        with suppress(OSError):  # others come and go
            yield path.read_bytes()


def test_every_request_carries_the_token(server: GitServer, shop: Repo) -> None:
    with _fetch(server, shop) as repository:
        _read(repository, shop)

    assert len(server.asked) == 4
    assert {asked.authorization for asked in server.asked} == {_AUTHORIZATION}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_the_token_is_in_no_argument_and_no_file(server: GitServer, shop: Repo) -> None:
    guard, arguments, files = server.instead, list[bytes](), list[bytes]()

    def look(incoming: Incoming) -> Outgoing | None:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # others come and go
                arguments.append(path.read_bytes())
        for folder in Path(tempfile.gettempdir()).glob("lessonguard-*"):
            files.extend(_files(folder))
        return guard(incoming)

    server.instead = look

    with _fetch(server, shop) as repository:
        _read(repository, shop)
        files.extend(_files(repository.git_directory))

    assert any(b"remote-http" in line and server.url(shop).encode() in line for line in arguments)
    assert any(b"[core]" in content for content in files)
    for secret in (_TOKEN.encode(), _LOGIN.encode()):
        assert not any(secret in content for content in (*arguments, *files))


def test_the_token_is_in_no_log_that_somebody_keeps_of_git(
    server: GitServer, shop: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in (
        "TRACE",
        "TRACE_CURL",
        "TRACE_PACKET",
        "TRACE_SETUP",
        "TRACE2",
        "TRACE2_EVENT",
        "TRACE2_PERF",
    ):
        monkeypatch.setenv(f"GIT_{name}", str(logs / name))
    monkeypatch.setenv("GIT_TRACE_REDACT", "0")
    monkeypatch.setenv("GIT_CURL_VERBOSE", "1")
    targets = {f"trace2.{name}": str(logs / name) for name in ("normalTarget", "eventTarget", "perfTarget")}
    _configure(**targets, **{"trace2.configParams": "http.*", "trace2.envVars": "GIT_CONFIG_VALUE_3"})

    with _fetch(server, shop) as repository:
        _read(repository, shop)

    assert not any(_LOGIN.encode() in content for content in _files(logs))


def test_the_token_does_not_follow_a_redirect(server: GitServer, shop: Repo, tmp_path: Path) -> None:
    with GitServer(tmp_path / "server") as other:
        where = other.url(shop)
        server.instead = lambda _: Outgoing(status=302, headers={"Location": f"{where}/info/refs"})

        with pytest.raises(GitError, match="302"):
            _fetch(server, shop)

        assert other.asked == []


def test_the_token_takes_the_place_of_headers_that_the_user_has_set(server: GitServer, shop: Repo) -> None:
    guard, seen = server.instead, set[str]()

    def note(incoming: Incoming) -> Outgoing | None:
        seen.update(incoming.headers)
        return guard(incoming)

    server.instead = note
    _configure(**{f"http.{server.address}.extraHeader": "X-Old: as good as a second AUTHORIZATION"})

    _fetch(server, shop).close()

    assert "authorization" in seen
    assert "x-old" not in seen


def test_settings_in_the_environment_stay_in_force(
    server: GitServer, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard, agents = server.instead, list[str]()

    def note(incoming: Incoming) -> Outgoing | None:
        agents.append(incoming.headers["user-agent"])
        return guard(incoming)

    server.instead = note
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    for name, value in _numbered({"fetch.parallel": "1", "http.userAgent": "proxied"}).items():
        monkeypatch.setenv(name, value)

    _fetch(server, shop).close()

    assert set(agents) == {"proxied"}


def test_settings_in_the_environment_that_git_cannot_count_are_an_error(
    server: GitServer, shop: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "two")

    with pytest.raises(GitError, match="GIT_CONFIG_COUNT is not a number: 'two'"):
        _fetch(server, shop)


@pytest.mark.parametrize("token", [None, "expired"])
def test_no_program_and_no_terminal_is_asked_for_a_password(
    token: str | None, server: GitServer, shop: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    program = tmp_path / "ask"
    program.write_text(f"#!/bin/sh\necho password\ntouch '{asked}'\n", encoding="utf-8")
    program.chmod(0o700)
    _configure(
        **{
            "core.askPass": str(program),
            "credential.helper": str(program),
            f"credential.{server.address}.helper": str(program),
        }
    )
    monkeypatch.setenv("GIT_ASKPASS", str(program))
    monkeypatch.setenv("SSH_ASKPASS", str(program))

    with pytest.raises(GitError, match="terminal prompts disabled") as caught:
        _fetch(server, shop, token)

    assert "GITHUB_TOKEN" in caught.value.hint
    assert not asked.exists()


@pytest.mark.parametrize(
    ("url", "is_http"),
    [
        ("https://github.com/acme/shop", True),
        ("http://ghes.example:8443/acme/shop.git", True),
        ("file:///srv/shop", False),
        ("ssh://git@github.com/acme/shop", False),
        ("git@github.com:acme/shop", False),
    ],
)
def test_a_token_is_for_http_alone(url: str, is_http: bool) -> None:
    assert any(_LOGIN in value for value in access_variables(url, _TOKEN).values()) == is_http


def test_an_address_is_shown_without_user_and_password() -> None:
    assert public_address("https://me:secret@ghes.example:8443/a/b?c") == "https://ghes.example:8443/a/b?c"
    assert public_address("https://github.com/acme/shop") == "https://github.com/acme/shop"


def _configure(**settings: str) -> None:
    """Set the user's own settings."""
    sections = [(name.partition("."), value) for name, value in settings.items()]
    with (Path.home() / ".gitconfig").open("a", encoding="utf-8") as file:
        for (section, _, rest), value in sections:
            middle, _, name = rest.rpartition(".")
            file.write(f'[{section} "{middle}"]\n' if middle else f"[{section}]\n")
            file.write(f'\t{name} = "{value}"\n')


def _numbered(settings: Mapping[str, str]) -> dict[str, str]:
    keys = {f"GIT_CONFIG_KEY_{number}": name for number, name in enumerate(settings)}
    return keys | {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(settings.values())}
