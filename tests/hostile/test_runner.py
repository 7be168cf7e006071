"""Hostile pull requests: nothing that lessonguard prints or writes is a command or an output of theirs.

SECURITY.md names each of these tests next to its promise.
"""

from __future__ import annotations

import json
from pathlib import Path
from unicodedata import category
from urllib.parse import unquote_to_bytes

import pytest

from tests.support.cli import lessonguard
from tests.support.code import BAD, UNLOCKED
from tests.support.hostile import COMMANDS, commands, file_names, literal, said, teach
from tests.support.report import HOSTILE
from tests.support.shop import Reviewed, Shop, ours

OUTPUTS = ["introduced", "blocking", "accepted", "unchecked", "report", "sarif"]


def call(text: str) -> bytes:
    return b"import requests\n\nrequests.get(" + literal(text) + b")\n"


def asked_for(reviewed: Reviewed) -> list[str]:
    """Return the annotations that were asked for; all that was printed to standard output must be one."""
    lines = reviewed.outcome.stdout.removesuffix("\n").split("\n")
    assert len(commands(reviewed.outcome.stdout)) == len(lines)
    assert set(commands(reviewed.outcome.stdout)) <= {"error", "warning", "notice"}
    return lines


def test_names_and_code_give_no_command(shop: Shop) -> None:
    teach(shop, "LOCK", rules="rules:\n  - {languages: [python], pattern: charge($X), message: Charges $X}\n")
    files = {name: b"charge(" + literal(name) + b")\n" for name in file_names(COMMANDS)}
    pull = shop.pull({**files, **{f"bad/{name}": call(name) for name in file_names(COMMANDS)}})

    reviewed = shop.review(pull, expect=1)

    assert len(asked_for(reviewed)) == 20
    assert commands(reviewed.outcome.stderr) == []


def test_files_that_cannot_be_checked_give_no_command(shop: Shop) -> None:
    pull = shop.pull(dict.fromkeys(file_names([*COMMANDS, *HOSTILE]), "def (:\n" + "charge(1)\n"))

    reviewed = shop.review(pull)

    assert [line.split("::")[1] for line in asked_for(reviewed)] == ["warning title=Not checked"]
    assert commands(reviewed.outcome.stderr) == []


def test_lessons_of_the_change_give_no_command(shop: Shop) -> None:
    names = [f"lessons/{index}{text}.yaml" for index, text in enumerate(COMMANDS)]
    pull = shop.pull({name: f"incident: {json.dumps(name)}\n{json.dumps(name)}: 1\n" for name in names})

    reviewed = shop.review(pull, expect=2)

    assert "lessons in this change" in reviewed.run.summary
    assert commands(said(reviewed)) == []


@pytest.mark.parametrize("status", [403, 422])
def test_error_texts_of_github_give_no_command(shop: Shop, status: int) -> None:
    pull = shop.pull({"pay.py": UNLOCKED})
    words = " and ".join(COMMANDS)
    body = {"message": words, "errors": [{"message": words}, words]}
    shop.hub.fail("POST", "/pulls/7/reviews$", status, body=body, times=1 if status == 403 else 3)

    reviewed = shop.review(pull, expect=0 if status == 403 else 3)

    assert "add-mask" in reviewed.outcome.stderr
    assert commands(said(reviewed)) == ["warning"]
    assert len(commands(words)) > 5, "these are none"


BRANCHES = [
    "--upload-pack=touch${IFS}pwned",
    "@octocat",
    "%0A%3A%3Aerror",
    "$(touch${IFS}pwned)",
    "';touch${IFS}p",
    "#1",
]


@pytest.mark.parametrize("branch", BRANCHES)
def test_names_of_branches_and_commit_messages_give_no_command(shop: Shop, branch: str) -> None:
    shop.repo.git("update-ref", f"refs/heads/{branch}", "main")
    head = shop.commit({"app.py": BAD})
    message = "\n".join(COMMANDS)
    head = shop.repo.git("commit-tree", "-p", "main", "-m", message, f"{head}^{{tree}}")
    pull = shop.hosted.pull(7, head=head, base=branch, branch=branch)

    there = shop.review(pull, expect=1)
    shop.repo.git("update-ref", "-d", f"refs/heads/{branch}")
    gone = lessonguard("review", cwd=Path(there.run["GITHUB_WORKSPACE"]), expect=3, **there.run)

    assert len(ours(pull)) == 1
    assert branch in gone.stderr
    assert commands(said(there)) == ["error"]
    assert commands(gone.stdout + gone.stderr) == []
    assert not list(shop.hub.folder.rglob("pwned"))


def test_outputs_are_correct_and_no_other_file_of_the_runner_is_changed(shop: Shop) -> None:
    evil = "a\nintroduced=0\nblocking<<lessonguard-0\n0\nlessonguard-0\n.py"
    pull = shop.pull({evil: BAD, "b.py": BAD + f"# {evil}\n"})

    reviewed = shop.review(pull, expect=1)

    outputs = reviewed.run.outputs
    assert list(outputs) == OUTPUTS
    assert (outputs["introduced"], outputs["blocking"]) == ("2", "2")
    for name in ("GITHUB_ENV", "GITHUB_PATH"):
        assert Path(reviewed.run[name]).read_bytes() == b""
    assert reviewed.run.summary.splitlines()[0] == "### lessonguard: 2 new findings (2 blocking)"


def test_report_files_are_valid_with_any_names_and_code(shop: Shop) -> None:
    texts = [*COMMANDS, *HOSTILE, '"}]}', "\x1b[2J\u202e"]
    names = file_names(texts)
    pull = shop.pull({name: call(text) for name, text in zip(names, texts, strict=True)})

    reviewed = shop.review(pull, expect=1)

    files = [Path(reviewed.run.outputs[kind]).read_bytes() for kind in ("report", "sarif")]
    report, sarif = (json.loads(file) for file in files)
    written = [name.encode("utf-8", "surrogateescape") for name in names]
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in sarif["runs"][0]["results"]
    ]
    assert sorted(unquote_to_bytes(uri["uri"]) for uri in uris) == sorted(map(posix, written))
    assert len(report["findings"]) == len(names)
    for file in files:
        assert not [
            sign for sign in file.decode() if sign == "\u202e" or (category(sign) == "Cc" and sign != "\n")
        ]


def posix(name: bytes) -> bytes:
    return b"/".join(part for part in name.split(b"/") if part)
