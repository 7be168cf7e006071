"""Hostile pull requests: only the server of the token gets to see it.

SECURITY.md names each of these tests next to its promise.
"""

from __future__ import annotations

import os
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.code import BAD, UNLOCKED
from tests.support.hostile import files_below, said
from tests.support.hub.server import Hub
from tests.support.shop import Shop, ours

WATCHING = """\
#!/bin/sh
printf '%s\\n' "$@" >> '{log}'
grep -rl -e '{secret}' -e '{encoded}' '{temporary}' "$RUNNER_TEMP" "$HOME" >> '{leaks}' 2> /dev/null
exec '{git}' "$@"
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with Hub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def shop(hub: Hub, tmp_path: Path) -> Shop:
    (tmp_path / "shop").mkdir()
    shop = Shop(hub, tmp_path / "shop")
    shop.hosted.is_private = True
    return shop


def secrets(shop: Shop) -> tuple[str, str]:
    """Return the token as it is, and as Git sends it."""
    return shop.token.value, b64encode(f"x-access-token:{shop.token.value}".encode()).decode()


def test_the_token_is_in_no_argument_file_address_or_log(shop: Shop, tmp_path: Path) -> None:
    names = {name: tmp_path / name for name in ("log", "leaks", "temporary", "programs", "helped")}
    for name in ("temporary", "programs"):
        names[name].mkdir()
    secret, encoded = secrets(shop)
    git = names["programs"] / "git"
    watching = WATCHING.format(**names, secret=secret, encoded=encoded, git=shutil.which("git"))
    git.write_text(watching, encoding="utf-8")
    git.chmod(0o755)
    with (Path.home() / ".gitconfig").open("a", encoding="utf-8") as settings:
        settings.write(f'[credential]\n\thelper = "!cat >> {names["helped"]}; true"\n')
    pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED})

    path = f"{names['programs']}:{os.environ['PATH']}"  # noqa: TID251 - a child inherits it
    variables = {"GIT_TRACE": str(names["log"]), "GIT_CURL_VERBOSE": "1", "PATH": path}
    variables["TMPDIR"] = str(names["temporary"])

    reviewed = shop.review(pull, expect=1, variables=variables)
    shop.review(pull, expect=3, variables={**variables, "GITHUB_TOKEN": "ghs_expired"})

    assert len(ours(pull)) == 2
    assert "fetch" in names["log"].read_text(encoding="utf-8")
    assert not names["leaks"].read_bytes()
    assert not names["helped"].exists()
    for each in (secret, encoded):
        assert each not in said(reviewed)
        holding = [path for path, content in files_below(tmp_path, Path.home()) if each.encode() in content]
        assert holding == [git]


@pytest.mark.parametrize("status", [301, 302, 307])
def test_the_token_does_not_follow_a_redirect_to_another_server(
    shop: Shop, tmp_path: Path, status: int
) -> None:
    pull = shop.pull({"app.py": BAD})
    with Hub(tmp_path / "other") as other:
        shop.hub.fail("GET", "/pulls/7/comments$", status, headers={"Location": f"{other.api_url}/evil"})

        reviewed = shop.review(pull, expect=3)

        assert "redirects to" in reviewed.outcome.stderr
        assert other.calls == []


def test_the_token_does_not_follow_a_next_page_link_to_another_server(shop: Shop, tmp_path: Path) -> None:
    pull = shop.pull({"app.py": BAD})
    with Hub(tmp_path / "other") as other:
        following = {"Link": f'<{other.api_url}/repos/acme/shop/pulls/7/comments?page=2>; rel="next"'}
        shop.hub.fail("GET", "/pulls/7/comments$", 200, body=[], headers=following)

        shop.review(pull, expect=1)

        assert len(ours(pull)) == 1
        assert other.calls == []


@pytest.mark.parametrize("status", [403, 422])
def test_a_token_in_an_answer_is_not_shown(shop: Shop, status: int) -> None:
    pull = shop.pull({"app.py": BAD})
    words = f"Cannot use {shop.token.value}"
    body = {"message": words, "errors": [{"message": words}]}
    shop.hub.fail("POST", "/pulls/7/reviews$", status, body=body, times=3 if status == 422 else 1)

    reviewed = shop.review(pull, expect=3 if status == 422 else 1)

    assert "Cannot use ***" in reviewed.outcome.stderr
    assert shop.token.value not in said(reviewed)
