"""Hostile pull requests: none can weaken, suppress or replace its own check.

SECURITY.md names each of these tests next to its promise.
"""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path
from zlib import compress

from tests.support.cli import lessonguard
from tests.support.code import BAD, SAFE, UNLOCKED
from tests.support.hostile import MARKER, bodies
from tests.support.hub.pull import Pull
from tests.support.repo import Repo
from tests.support.shop import Shop, ours, places


def lesson(shop: Shop, name: str) -> str:
    return (shop.repo.path / "lessons" / f"{name}.yaml").read_text(encoding="utf-8")


def test_failing_lessons_of_the_change_do_not_stop_the_review(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD, "lessons/MINE.yaml": lesson(shop, "LOCK").replace("LOCK", "MINE")})
    shop.hub.fail("POST", "/git-upload-pack$", 500, times=1_000)  # of the past the API gives nothing

    reviewed = shop.review(pull, expect=3)

    assert places(pull) == ["app.py:5 **This looks like"]
    assert reviewed.run.outputs["blocking"] == "1"
    assert "TIMEOUT" in reviewed.run.summary


def test_slow_lessons_of_the_change_do_not_delay_the_review(shop: Shop) -> None:
    arguments = ", ".join(map(str, range(400)))
    slow = (
        lesson(shop, "LOCK")
        .replace("LOCK", "SLOW")
        .replace(
            "pattern: charge(...)", "pattern: charge(..., $A, ..., $B, ..., $C, ..., $D, ..., $E, ..., 500)"
        )
    )
    examples = "".join(f"  - bad: charge({arguments}, {number})\n" for number in range(100))
    pull = shop.pull({"app.py": BAD, "lessons/SLOW.yaml": slow + examples})

    reviewed = shop.review(pull, "--timeout", "0.2", expect=3)

    assert "Semgrep did not finish within 2.4 seconds" in reviewed.outcome.stderr
    assert places(pull) == ["app.py:5 **This looks like"]
    assert reviewed.run.outputs["blocking"] == "1"


def test_attributes_and_settings_of_the_change_hide_no_file(shop: Shop) -> None:
    attributes = "* -diff -text binary filter=x diff=x merge=x export-ignore linguist-generated\n"
    pull = shop.pull(
        {
            ".gitattributes": attributes,
            "web/.gitattributes": attributes,
            ".semgrepignore": "*\n",
            ".mailmap": "Octocat <octocat@github.example> <author@example.com>\n",
            "web/client.py": BAD,
        }
    )

    shop.review(pull, expect=1)

    assert places(pull) == ["web/client.py:5 **This looks like"]


def test_code_in_the_folder_of_lessons_is_checked(shop: Shop) -> None:
    pull = shop.pull({"app.py": "import lessons.client\n", "lessons/client.py": BAD})

    shop.review(pull, expect=1)

    assert places(pull) == ["lessons/client.py:5 **This looks like"]


def test_only_accept_comments_with_a_reason_accept_findings(shop: Shop) -> None:
    words = [
        "nosemgrep",
        "nosemgrep: TIMEOUT.1",
        "noqa",
        "lessonguard: ignore TIMEOUT",
        "lessonguard: accept TIMEOUT",
        'lessonguard: accept TIMEOUT reason=""',
        'lessonguard: accept TIMEOUT reason="…"',
        'lessonguard: accept LOCK reason="another"',
        'lessonguard: accept TIMEOUT until=2020-01-01 reason="long ago"',
    ]
    code = BAD.rstrip("\n")
    pull = shop.pull({f"m{index}.py": f"{code}  # {text}\n" for index, text in enumerate(words)})

    reviewed = shop.review(pull, expect=1)

    assert len(ours(pull)) == len(words)
    assert reviewed.run.outputs["accepted"] == "0"


def test_lessons_that_the_change_edits_are_used_as_they_were_before(shop: Shop) -> None:
    theirs = (
        lesson(shop, "TIMEOUT")
        .replace("mode: block", "mode: monitor")
        .replace("exclude: [tests/]", "exclude: [.]")
    )
    pull = shop.pull({"app.py": BAD, "lessons/TIMEOUT.yaml": theirs, "lessons/AGAIN.yaml": theirs})

    reviewed = shop.review(pull, expect=2)

    assert places(pull) == ["app.py:5 **This looks like"]
    assert reviewed.run.outputs["blocking"] == "1"
    assert "this change weakens the lesson of TIMEOUT" in reviewed.run.summary
    assert any("this change weakens the lesson of TIMEOUT" in body for body in bodies(pull))


def test_a_comment_of_another_login_is_ignored_and_not_edited(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED})
    shop.review(pull, expect=1)
    forged = [*bodies(pull), MARKER]
    pull.comments.clear()
    pull.reviews.clear()
    for login, body in product(("mallory", "github-actions"), forged):
        pull.comment(login, body, path="app.py", line=5, side="RIGHT")
        pull.review(login, body)
    theirs = {number: comment.body for number, comment in pull.comments.items()}
    reviews = {number: review.body for number, review in pull.reviews.items()}

    shop.review(pull, expect=1)
    shop.push(pull, {"app.py": SAFE, "pay.py": None})
    shop.review(pull)

    assert [comment.body[:4] for comment in ours(pull)] == ["✓ **", "✓ **"]
    assert {number: pull.comments[number].body for number in theirs} == theirs
    assert {number: pull.reviews[number].body for number in reviews} == reviews


def test_a_tag_or_branch_with_the_name_of_the_base_branch_is_not_used_instead(shop: Shop) -> None:
    lessons = [f"lessons/{path.name}" for path in (shop.repo.path / "lessons").glob("*.yaml")]
    without = shop.commit(dict.fromkeys(lessons), branch="evil")
    pull = shop.pull({"app.py": BAD})
    for ref in ("refs/tags/main", "refs/heads/refs/heads/main", "refs/heads/heads/main", "refs/main"):
        shop.repo.git("update-ref", ref, without)

    shop.review(pull, expect=1)

    assert places(pull) == ["app.py:5 **This looks like"]


def test_a_head_that_was_replaced_gets_no_comments(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    payload = shop.hosted.events.pull_request(pull)
    shop.push(pull, {"app.py": SAFE})

    late = shop.run("pull_request", payload, expect=1)

    assert late.writes == []
    assert pull.comments == {}


def test_links_and_submodules_are_not_followed(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text(BAD, encoding="utf-8")
    shop.repo.git("checkout", "--quiet", "-B", "feature", "main")
    (shop.repo.path / "a.py").symlink_to(tmp_path / "outside.py")
    (shop.repo.path / "b.py").symlink_to("requests.get(u)")
    (shop.repo.path / "lessons" / "c.yaml").symlink_to("/proc/self/environ")
    shop.repo.git("update-index", "--add", "--cacheinfo", f"160000,{shop.base},module.py")
    head = shop.repo.commit("Link")
    shop.repo.switch("main")

    reviewed = shop.review(shop.hosted.pull(7, head=head))

    assert reviewed.writes == []
    assert reviewed.outcome.stdout == ""


def test_files_that_cannot_be_checked_are_never_called_clean(shop: Shop) -> None:
    files: dict[str, str | bytes | None] = {
        "huge.py": BAD + "# more\n" * 150_000,
        "binary.py": BAD.encode() + b"\0",
        "broken.py": "import requests\ndef (:\n",
    }
    pull = shop.pull(files)

    reviewed = shop.review(pull)

    assert reviewed.run.outputs["unchecked"] == "3"
    assert "no new findings in the files that were checked" in reviewed.run.summary
    for name in files:
        assert name in reviewed.run.summary
        assert name in reviewed.outcome.stdout


def check_out(shop: Shop, pull: Pull, folder: Path) -> Path:
    """Check a pull request out, as a step before this one may do, with what it takes to review it."""
    checkout = Repo(folder)
    checkout.git("fetch", "--quiet", shop.repo.path.as_uri(), "main", "feature")
    checkout.git("checkout", "--quiet", "--detach", pull.head)
    return folder


def test_no_code_in_a_checkout_of_the_change_is_run(shop: Shop, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    trap = f"open({str(sprung)!r}, 'w')\n"
    names = ["yaml", "github", "click", "requests", "json", "lessonguard", "semgrep", "sitecustomize"]
    files: dict[str, str | bytes | None] = {"app.py": BAD}
    files |= {f"{name}.py": trap for name in names} | {f"{name}/__init__.py": trap for name in names}
    files |= dict.fromkeys(("git", "semgrep-core"), f"#!/bin/sh\ntouch '{sprung}'\n")
    pull = shop.pull(files)
    checkout = check_out(shop, pull, tmp_path / "checkout")
    for name in ("git", "semgrep-core"):
        (checkout / name).chmod(0o755)

    run = shop.hub.runner("pull_request", shop.hosted.events.pull_request(pull), token=shop.token)
    lessonguard("review", cwd=checkout, expect=1, **run)

    assert places(pull) == ["app.py:5 **This looks like"]
    assert not sprung.exists()
    subprocess.run([sys.executable, "-c", "import yaml"], cwd=checkout, check=True)
    assert sprung.exists(), "these traps would never have sprung"


def test_a_folder_that_looks_like_a_repository_is_not_used_as_one(shop: Shop, tmp_path: Path) -> None:
    lessons = shop.repo.git("rev-parse", "main:lessons")
    looks: dict[str, str | bytes | None] = {
        "sub/HEAD": "ref: refs/heads/main\n",
        "sub/config": "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n",
        "sub/refs/keep": "",
        "sub/objects/info/alternates": "../../.git/objects\n",
        f"sub/objects/{lessons[:2]}/{lessons[2:]}": compress(b"tree 0\0"),
    }
    pull = shop.pull({**looks, "app.py": BAD})
    checkout = check_out(shop, pull, tmp_path / "checkout")

    shop.review(pull, "-C", str(checkout / "sub"), expect=1)

    assert places(pull) == ["app.py:5 **This looks like"]
