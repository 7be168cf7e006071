"""`lessonguard prove` as authors use it: what it is asked for, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import lessonguard
from tests.support.prove import BAD, HEAD
from tests.support.repo import Repo

RULE = """\
rules:
  - languages: [python]
    pattern: {pattern}
examples:
  - bad: requests.get(url)
    good: session.get(url)
"""


def lesson(name: str, pattern: str = "requests.get(...)") -> str:
    return HEAD.format(name=name) + RULE.format(pattern=pattern)


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "shop")
    repo.write({"lessons/INC-1.yaml": lesson("INC-1"), "lessons/old/INC-2.yaml": lesson("INC-2")})
    return repo


def test_all_lessons_of_the_work_tree_are_proven(shop: Repo) -> None:
    outcome = lessonguard("prove", cwd=shop.path)

    assert outcome.stdout == "✓ INC-1  1 bad, 1 good\n✓ INC-2  1 bad, 1 good\n\n2 rules proven\n"
    assert outcome.stderr == ""


def test_a_rule_that_is_not_proven_ends_with_2(shop: Repo) -> None:
    shop.write({"lessons/INC-3.yaml": lesson("INC-3", "$X.get(...)")})

    outcome = lessonguard("prove", cwd=shop.path, expect=2)

    assert outcome.stdout.endswith("\n1 of 3 rules not proven\n")
    assert outcome.stderr == ""


@pytest.mark.parametrize("name", ["INC-2", "lessons/old/INC-2.yaml", "lessons/old"])
def test_a_lesson_is_named_by_its_incident_its_file_or_its_folder(shop: Repo, name: str) -> None:
    outcome = lessonguard("prove", name, cwd=shop.path)

    assert outcome.stdout == "✓ INC-2  1 bad, 1 good\n\n1 rule proven\n"


def test_names_of_both_kinds_go_together_from_any_folder(shop: Repo) -> None:
    outcome = lessonguard("prove", "INC-2", "INC-1.yaml", "INC-1", cwd=shop.path / "lessons")

    assert outcome.stdout.count("✓") == 2


def test_a_draft_in_another_folder_can_be_proven(shop: Repo) -> None:
    shop.write({"drafts/INC-9.yaml": lesson("INC-9")})

    assert "✓ INC-9" in lessonguard("prove", "drafts/INC-9.yaml", cwd=shop.path).stdout


def test_an_unknown_incident_suggests_a_known_one(shop: Repo) -> None:
    outcome = lessonguard("prove", "INC1", cwd=shop.path, expect=2)

    assert outcome.stderr == "error: There is no lesson about INC1.\nhint: Did you mean INC-1?\n"


def test_an_unknown_file_is_named(shop: Repo) -> None:
    outcome = lessonguard("prove", "lessons/INC-7.yaml", cwd=shop.path, expect=2)

    assert outcome.stderr.startswith("error: There is no file or folder lessons/INC-7.yaml.\n")


def test_an_invalid_lesson_is_named_after_the_others_are_proven(shop: Repo) -> None:
    shop.write({"lessons/INC-3.yaml": lesson("INC-3").replace("severity: P1\n", "")})

    outcome = lessonguard("prove", cwd=shop.path, expect=2)

    assert outcome.stdout.endswith("\n2 rules proven\n")
    assert (
        outcome.stderr
        == 'error: lessons/INC-3.yaml:1:1: the lesson has no "severity"; add it: P0 (worst) to P3\n'
    )


def test_an_invalid_lesson_that_was_not_asked_for_is_ignored(shop: Repo) -> None:
    shop.write({"lessons/INC-3.yaml": "incident: ["})

    assert lessonguard("prove", "INC-1", cwd=shop.path).stderr == ""


def test_an_invalid_lesson_that_was_asked_for_is_named(shop: Repo) -> None:
    shop.write({"lessons/INC-3.yaml": "incident: ["})

    for name in ("INC-3", "lessons/INC-3.yaml"):
        assert "lessons/INC-3.yaml:" in lessonguard("prove", name, cwd=shop.path, expect=2).stderr


def test_lessons_of_a_folder_without_a_repository_are_proven_too(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "INC-1.yaml").write_text(lesson("INC-1"), encoding="utf-8")

    assert "1 rule proven" in lessonguard("prove", cwd=tmp_path).stdout


def test_a_repository_without_lessons_gets_a_hint_how_to_start(tmp_path: Path) -> None:
    outcome = lessonguard("prove", cwd=Repo(tmp_path / "shop").path, expect=2)

    assert "there is no such folder" in outcome.stderr
    assert "lessonguard init" in outcome.stderr


def test_another_repository_and_folder_can_be_named(shop: Repo, tmp_path: Path) -> None:
    shop.write({"learned/INC-8.yaml": lesson("INC-8")})

    outcome = lessonguard("prove", "-C", "shop", "--lessons-folder", "learned/", cwd=tmp_path)

    assert outcome.stdout.startswith("✓ INC-8  ")


def test_commits_elsewhere_are_fetched_when_asked(shop: Repo, tmp_path: Path) -> None:
    upstream = Repo(tmp_path / "upstream").config(
        uploadpack__allowFilter="true", uploadpack__allowAnySHA1InWant="true"
    )
    broken = upstream.commit(files={"pay.py": BAD.replace("post", "get")})
    fixed = upstream.commit(files={"pay.py": "session.get(url)\n"})
    proof = f"proof: {{broken: '{broken}', fixed: '{fixed}', repository: '{upstream.path.as_uri()}'}}\n"
    shop.write({"lessons/INC-1.yaml": lesson("INC-1") + proof})

    without = lessonguard("prove", "INC-1", cwd=shop.path).stdout
    fetched = lessonguard("prove", "INC-1", "--fetch", cwd=shop.path).stdout

    assert "--fetch fetches them" in " ".join(without.split())
    assert fetched == (
        f"✓ INC-1  1 bad, 1 good, proven at {broken[:10]} → {fixed[:10]}\n"
        "    matches pay.py:5-8 before the fix\n\n1 rule proven\n"
    )


def test_json_is_written_to_a_file(shop: Repo) -> None:
    outcome = lessonguard("prove", "--format", "json", "--output", "proof.json", cwd=shop.path)

    assert outcome.stdout == ""
    report = json.loads((shop.path / "proof.json").read_text(encoding="utf-8"))
    assert report["proven"] is True
    assert [rule["rule"] for rule in report["rules"]] == ["INC-1", "INC-2"]
