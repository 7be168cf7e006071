"""The documents of the library are made of the lessons, and every lesson was tried on public code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import IncidentId, Lesson, Proof
from tests.support.gfm import github_html
from tests.support.repo import Repo
from tools.lesson_facts import commit_url, languages, organisation, pairs, provenance
from tools.library_pages import library_documents, page
from tools.survey_record import Finds, Revision, Survey, read_survey, write_survey

ROOT = Path(__file__).parents[2]
LESSONS = load_folder(ROOT / "lessons", name="lessons").lessons
SURVEY = read_survey(ROOT / "docs/survey.json")
BY_INCIDENT = {str(lesson.incident): lesson for lesson in LESSONS}
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) ``` </details> | @someone"

by_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.incident)
REDIS = BY_INCIDENT["openai-2023-03-redis-cancel"]


# The documents ---------------------------------------------------------------------------------


def test_the_documents_are_up_to_date() -> None:
    documents = library_documents(ROOT)
    there = {name: path.read_text("utf-8") for name in documents if (path := ROOT / name).is_file()}

    assert [name for name, text in documents.items() if there.get(name) != text] == [], "run: make generate"


@by_lesson
def test_a_page_tells_the_lesson_and_its_links_lead_somewhere(lesson: Lesson) -> None:
    path = ROOT / f"docs/library/{lesson.incident}.md"
    text = path.read_text(encoding="utf-8")
    table = (ROOT / "docs/library.md").read_text(encoding="utf-8")

    for heading in ("**What happened.**", "**Why.**", "**What worked.**", "## Wrong", "## Right"):
        assert text.count(heading) == 1
    for part in (lesson.postmortem, *lesson.sources, lesson.failure_class, *languages(lesson)):
        assert str(part) in text
    for target in re.findall(r"\]\(([^<)\s]+)\)", text):
        assert (path.parent / target).is_file()
    assert table.count(f"(library/{path.name})") >= 3  # by class, by language, and in the survey


def test_a_page_links_the_commits_that_prove_the_lesson() -> None:
    assert REDIS.proof
    for commit in (REDIS.proof.broken, REDIS.proof.fixed):
        link = f"[`{commit[:10]}`](<https://github.com/redis/redis-py/commit/{commit}>)"
        assert link in page(REDIS, Survey())


def test_the_page_of_a_lesson_that_is_gone_is_to_go_too(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "docs/library").mkdir(parents=True)
    (tmp_path / "docs/library.md").write_bytes((ROOT / "docs/library.md").read_bytes())
    (tmp_path / "docs/library/gone.md").touch()
    (tmp_path / "lessons/one.yaml").write_bytes((ROOT / "tests/cases/lesson_example.yaml").read_bytes())

    documents = library_documents(tmp_path)

    assert list(documents) == ["docs/library/gone.md", "docs/library/INC-245.md", "docs/library.md"]
    assert documents["docs/library/gone.md"] is None


def test_an_invalid_lesson_is_an_error_and_not_a_page_less(tmp_path: Path) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons/one.yaml").write_text("incident: INC-1\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"lessons/one\.yaml:1:1: "):
        library_documents(tmp_path)


def test_hostile_text_is_shown_and_does_nothing() -> None:
    example = replace(REDIS.examples[0], bad=f"```\n{HOSTILE}", good=HOSTILE, note=HOSTILE, path="a|b.py")
    lesson = replace(
        REDIS, title=HOSTILE, failure_mode=HOSTILE, mitigation=HOSTILE, sources=(), examples=(example,)
    )
    finds = Finds(hits={"x/y": 1}, judged=1, right=1, note=HOSTILE)
    survey = Survey(
        repositories={"x/y": Revision(commit="0" * 40, date="2026-01-01")}, lessons={lesson.incident: finds}
    )

    html = github_html(page(lesson, survey))

    assert "<script" not in html
    assert 'href="javascript' not in html
    assert html.count("<details>") == html.count("</details>") == 0


# What pages tell -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("incident", "expected"),
    [
        ("cloudflare-2019-07-regex", "Cloudflare"),
        ("letsencrypt-2020-loopvar-pointer", "Let's Encrypt"),
        ("tj-actions-2025-unpinned-tag", "tj-actions"),
        ("two-words-2020", "Two Words"),
        ("INC-2019-regex", ""),
        ("INC-245", ""),
    ],
)
def test_the_organisation_is_what_stands_before_the_year(incident: str, expected: str) -> None:
    assert organisation(replace(REDIS, incident=IncidentId(incident))) == expected


def test_a_rule_for_any_text_reads_the_formats_of_the_files_that_it_includes() -> None:
    assert languages(BY_INCIDENT["basecamp-2018-int32-pk"]) == ("Python", "Ruby", "SQL")
    for paths, expected in (({"include": ["nginx.conf", "*.nginx"]}, "nginx"), ({}, "Any text")):
        rule = replace(REDIS.rules[0], languages=("generic",), document={"paths": paths})
        assert languages(replace(REDIS, rules=(rule,))) == (expected,)


def test_the_first_pair_is_whole_and_all_code_is_shown() -> None:
    examples = REDIS.examples
    alone = replace(examples[0], good=None)

    found = pairs(replace(REDIS, examples=(alone, *examples)))

    assert [pair.is_whole for pair in found[:2]] == [True, False]
    assert len(found) == len(examples) + 1
    assert {pair.syntax for pair in found} == {"python"}


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (["Reconstruction.", "All reconstructed."], "All code on this page is reconstructed"),
        (["Reconstruction.", None], "Some of the code is reconstructed"),
        (["The fix.", None], "Code is from the incident only if its note says so"),
    ],
)
def test_a_page_says_whether_code_is_reconstructed(notes: list[str | None], expected: str) -> None:
    examples = tuple(replace(REDIS.examples[0], note=note) for note in notes)

    assert provenance(replace(REDIS, examples=examples)).startswith(expected)


def test_commits_are_linked_only_where_their_pages_are_known() -> None:
    assert commit_url("https://github.com/a/b.git", "1234567") == "https://github.com/a/b/commit/1234567"
    assert commit_url("https://git.example.com/a", "1234567") == ""
    elsewhere = replace(REDIS, proof=Proof(broken="1234567", fixed="89abcde", repository="ssh://x/y"))
    assert "finds the code at `1234567` of" in page(elsewhere, Survey())


# The survey ------------------------------------------------------------------------------------


@by_lesson
def test_a_lesson_with_rules_was_tried_on_five_public_repositories(lesson: Lesson) -> None:
    finds = SURVEY.lessons.get(lesson.incident, Finds(hits={}))

    assert len(finds.hits) >= 5 or lesson.rules == ()


def test_the_survey_is_of_lessons_and_commits_that_exist() -> None:
    assert SURVEY.lessons.keys() <= BY_INCIDENT.keys()
    assert {name for finds in SURVEY.lessons.values() for name in finds.hits} == SURVEY.repositories.keys()
    for name, revision in SURVEY.repositories.items():
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", name)
        assert re.fullmatch(r"[0-9a-f]{40}", revision.commit)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", revision.date)


@pytest.mark.parametrize("incident", SURVEY.lessons)
def test_what_was_judged_is_of_what_was_found(incident: str) -> None:
    finds = SURVEY.lessons[incident]

    assert 0 <= finds.right <= finds.judged <= finds.total
    assert finds.judged or not finds.total


def test_new_counts_leave_what_people_judged_as_it_is(tmp_path: Path) -> None:
    old, new = Revision(commit="1" * 40, date="2026-01-01"), Revision(commit="2" * 40, date="2026-02-02")
    judged = Finds(hits={"a/a": 9, "b/b": 1}, judged=5, right=4, note="The fifth is a test.")
    before = Survey(repositories={"a/a": old, "b/b": old}, lessons={"INC-1": judged})

    after = before.counted({"INC-1": {"a/a": 2}, "INC-2": {"a/a": 0}}, at={"a/a": new})

    assert after.repositories == {"a/a": new, "b/b": old}
    assert after.lessons == {
        "INC-1": replace(judged, hits={"a/a": 2, "b/b": 1}),
        "INC-2": Finds(hits={"a/a": 0}),
    }
    write_survey(tmp_path / "survey.json", after)
    assert read_survey(tmp_path / "survey.json") == after
    assert read_survey(tmp_path / "none.json") == Survey()


def test_the_survey_counts_what_lessons_match_in_a_repository(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "acme+shop")
    head = repo.commit("Start", {"a.py": "requests.get(url)\nrequests.get(url, timeout=5)\n", "b.txt": "x\n"})
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons/one.yaml").write_bytes((ROOT / "tests/cases/lesson_example.yaml").read_bytes())
    argv = (tmp_path / "lessons", repo.path, "--update", tmp_path / "survey.json", "--show", "1")

    said = subprocess.run(
        [sys.executable, "-m", "tools.survey", *argv], cwd=ROOT, capture_output=True, check=True, text=True
    )

    assert "INC-245: 1 (acme/shop 1)" in said.stdout
    assert "a.py:1\n>     1 requests.get(url)" in said.stdout
    document = json.loads((tmp_path / "survey.json").read_text(encoding="utf-8"))
    assert document["lessons"]["INC-245"]["hits"] == {"acme/shop": 1}
    assert document["repositories"]["acme/shop"]["commit"] == head
