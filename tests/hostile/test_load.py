"""Hostile pull requests: every review ends, with limited memory, and lists what it left out.

SECURITY.md names each of these tests next to its promise. `make bench` reviews 3,000 changed files.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.cli import LESSONGUARD
from tests.support.code import BAD, SAFE
from tests.support.hub.pull import Pull
from tests.support.hub.run import Run
from tests.support.repo import Files
from tests.support.shop import Shop, ours, places, summaries

MOST = 500  # megabytes of the largest process
UNIT = 1_000_000 if sys.platform == "darwin" else 1_000  # of `ru_maxrss` in a megabyte, about

LAUNCHER = """\
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""


def review(shop: Shop, pull: Pull, *, expect: int) -> Run:
    """Review within the memory that is promised.

    A child counts what its parent had when it was started, so another process starts the command.
    """
    run = shop.hub.runner("pull_request", shop.hosted.events.pull_request(pull), token=shop.token)
    result = subprocess.run(
        [sys.executable, "-c", LAUNCHER, str(LESSONGUARD), "review"],
        cwd=run["GITHUB_WORKSPACE"],
        env={**os.environ, **run},  # noqa: TID251 - a child inherits what tests set
        capture_output=True,
        check=False,
    )
    assert result.returncode == expect, result.stderr.decode()
    assert int(result.stderr.split()[-1]) / UNIT < MOST
    return run


def test_a_file_of_50_megabytes_is_listed_and_not_read(shop: Shop) -> None:
    pull = shop.pull({"huge.py": "requests.get(url)  # and on\n" * 1_800_000, "app.py": BAD})

    run = review(shop, pull, expect=1)

    assert places(pull) == ["app.py:5 **This looks like"]
    assert "`huge.py` it is larger than 1,000,000 bytes (50,400,000)" in run.summary


def test_a_line_of_a_megabyte_with_hundreds_of_matches_is_held_once(shop: Shop) -> None:
    line = "requests.get(u); " * 700 + f"x = '{'a' * 900_000}'\n"
    pull = shop.pull({"line.py": f"import requests\n{line}"})

    run = review(shop, pull, expect=1)

    assert run.outputs["introduced"] == "700"
    assert len(summaries(pull)) == 1
    assert all(len(comment.body) < 5_000 for comment in ours(pull))


def test_thousands_of_findings_become_twenty_comments_and_one_text(shop: Shop) -> None:
    calls = "".join(f"requests.get(u{number})\n" for number in range(100))
    pull = shop.pull({f"p/m{number}.py": f"import requests\n{calls}" for number in range(200)})

    run = review(shop, pull, expect=1)

    assert run.outputs["introduced"] == "20000"
    assert len(ours(pull)) == 20
    assert [len(review.body) < 65_536 for review in summaries(pull)] == [True]
    assert len(run.summary.encode()) < 1_048_576


def test_hundreds_of_changed_files_are_all_checked(shop: Shop) -> None:
    files: dict[str, str | bytes | None] = {f"p/m{number}.py": SAFE for number in range(400)}
    shop.repo.commit("Grow", files)
    pull = shop.pull({name: BAD if name.endswith("00.py") else f"{SAFE}x = 1\n" for name in files})

    run = review(shop, pull, expect=1)

    assert sorted(comment.path for comment in ours(pull)) == [f"p/m{number}00.py" for number in (1, 2, 3)]
    assert run.outputs["unchecked"] == "0"


HEAVY: dict[str, Files] = {
    "accept comments": {"m.py": "# lessonguard: accept TIMEOUT\n" * 30_000 + "import requests\n"},
    "a line of brackets": {"m.py": f"requests = {'[' * 100_000}{']' * 100_000}\n"},
    "calls in calls": {"m.py": f"import requests\n{'requests.get(' * 300}u{')' * 300}\n"},
    "a call with 50,000 arguments": {"m.py": f"charge({'f(x), ' * 50_000})\n"},
    "empty lines": {"m.py": "\n" * 500_000 + "charge(1)\n"},
}


@pytest.mark.parametrize("files", HEAVY.values(), ids=HEAVY)
def test_code_that_is_slow_to_parse_is_checked_or_listed(shop: Shop, files: Files) -> None:
    pull = shop.pull({**files, "app.py": BAD})

    review(shop, pull, expect=1)

    assert "app.py:5 **This looks like" in places(pull)
