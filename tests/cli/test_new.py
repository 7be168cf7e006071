"""`lessonguard new` as its users run it: with and without a terminal."""

from __future__ import annotations

import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from shutil import copy

import pytest

from tests.support.cli import LESSONGUARD, lessonguard
from tests.support.repo import Repo
from tests.support.terminal import Terminal

_CASES = Path(__file__).parents[1] / "cases"
_POSTMORTEMS = _CASES / "postmortems"
_ANSWERS = {
    "title": "Checkout hung",
    "date": "2026-05-14",
    "severity": "P1",
    "postmortem": "https://wiki.example.com/INC-245",
    "failure-class": "missing-timeout",
    "failure-mode": "A call to the payments API had no timeout.",
    "root-cause": "The HTTP client has no default timeout.",
    "mitigation": "Pass an explicit timeout.",
    "invariant": "Every outbound HTTP call has a timeout.",
    "mode": "block",
    "language": "python",
}
_OPTIONS = [word for key, text in _ANSWERS.items() for word in (f"--{key}", text)]
_BROKEN = "import requests\n\n\ndef pay(order):\n    return requests.post(order.url)\n"
_FIXED = _BROKEN.replace("order.url)", "order.url, timeout=5)")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Make a repository with a lesson, and a fix as its last commit."""
    repo = Repo(tmp_path / "shop").write({"pay.py": _BROKEN, "lessons/.keep": ""})
    copy(_CASES / "change_lessons" / "TIMEOUT.yaml", repo.path / "lessons")
    repo.commit("Break it")
    repo.commit("Give calls a timeout", {"pay.py": _FIXED})
    return repo


def expected(name: str) -> str:
    return (_CASES / name).read_text(encoding="utf-8")


def lesson(repo: Repo, name: str = "INC-245") -> str:
    return (repo.path / f"lessons/{name}.yaml").read_text(encoding="utf-8")


def folder(repo: Repo) -> set[str]:
    return {path.name for path in (repo.path / "lessons").iterdir()}


def test_without_a_terminal_missing_values_are_placeholders(repo: Repo) -> None:
    outcome = lessonguard("new", "INC-245", cwd=repo.path)

    assert outcome.stdout == expected("new_empty.txt")
    assert outcome.stderr == ""
    assert "\ntitle: TODO\n" in lesson(repo)
    assert "TODO" in lessonguard("check", "lessons/INC-245.yaml", cwd=repo.path, expect=2).stdout


def test_a_postmortem_and_a_fix_fill_most_of_it(repo: Repo) -> None:
    copy(_POSTMORTEMS / "headings.md", repo.path)

    outcome = lessonguard("new", "INC-245", "--from", "headings.md", "--fix", "HEAD", cwd=repo.path)

    hidden = re.sub(r"\b[0-9a-f]{10}\b", "0123456789", outcome.stdout)
    assert hidden == expected("new_full.txt")
    assert "headings.md" in lesson(repo).split("\n\n")[0]


def test_a_lesson_with_all_answers_needs_nothing_but_its_rule(repo: Repo) -> None:
    lessonguard("new", "INC-245", *_OPTIONS, "--fix", "HEAD", cwd=repo.path)
    path = repo.path / "lessons/INC-245.yaml"

    text = lesson(repo).replace("- pattern: TODO", "- pattern: requests.post(...)")
    path.write_text(
        text.replace("- pattern-not: TODO", "- pattern-not: requests.post(..., timeout=$T)"), "utf-8"
    )

    assert "INC-245" in lessonguard("prove", "INC-245", cwd=repo.path).stdout
    lessonguard("check", "lessons/INC-245.yaml", cwd=repo.path)


def test_answers_count_before_what_a_postmortem_and_a_fix_say(repo: Repo) -> None:
    postmortem = str(_POSTMORTEMS / "headings.md")

    lessonguard(
        "new",
        "INC-245",
        "--from",
        postmortem,
        "--fix",
        "HEAD",
        "--title",
        "Hung",
        "-C",
        str(repo.path),
        cwd=Path("/"),
    )

    assert "\ntitle: Hung\n" in lesson(repo)
    assert "\ndate: 2026-05-14\n" in lesson(repo)
    assert "\nseverity: P1\n" in lesson(repo)


def test_a_postmortem_may_come_through_a_pipe(repo: Repo) -> None:
    argv = [str(LESSONGUARD), "new", "INC-245", "--from", "-"]
    result = subprocess.run(argv, cwd=repo.path, input=b"# Checkout hung\n", capture_output=True, check=True)

    assert "\ntitle: Checkout hung\n" in lesson(repo)
    assert b"title  from the heading, line 1" in result.stdout


def test_an_existing_file_is_never_overwritten(repo: Repo) -> None:
    repo.write({"lessons/INC-245.yaml": "incident: mine\n"})

    outcome = lessonguard("new", "INC-245", cwd=repo.path, expect=2)

    assert outcome.stderr.startswith(
        "error: lessons/INC-245.yaml exists already.\nhint: Edit it, or remove it"
    )
    assert lesson(repo) == "incident: mine\n"


@pytest.mark.parametrize(
    "text", ["incident: INC-245\ntitle: TODO\n", "title: x\r\nincident: 'INC-245' # ours\r\n"]
)
def test_an_incident_that_another_file_is_about_is_not_written_again(text: str, repo: Repo) -> None:
    repo.write({"lessons/shop/hang.yml": text})

    outcome = lessonguard("new", "INC-245", cwd=repo.path, expect=2)

    assert "lessons/shop/hang.yml is already about INC-245." in outcome.stderr
    assert not (repo.path / "lessons/INC-245.yaml").exists()


def test_an_incident_of_a_valid_lesson_is_not_written_again(repo: Repo) -> None:
    outcome = lessonguard("new", "TIMEOUT-2", cwd=repo.path)
    incident = re.search(r"^incident: (\S+)", lesson(repo, "TIMEOUT"), re.MULTILINE)
    assert incident
    (repo.path / "lessons/TIMEOUT.yaml").rename(repo.path / "lessons/other.yaml")

    assert "other.yaml is already about" in lessonguard("new", incident[1], cwd=repo.path, expect=2).stderr
    assert outcome.code == 0


@pytest.mark.parametrize("incident", ["../INC-1", "a/b", "", "INC 1", "-x-", ".hidden", "\x1b[2J"])
def test_an_incident_must_have_an_id_that_names_a_file(incident: str, repo: Repo) -> None:
    outcome = lessonguard("new", "--", incident, cwd=repo.path, expect=2)

    assert '"incident" ' in outcome.stderr
    assert "\x1b" not in outcome.stderr
    assert folder(repo) == {".keep", "TIMEOUT.yaml"}


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("--date", "05/06/2026", '--date: "date" must be a day that exists, as YYYY-MM-DD'),
        ("--severity", "SEV1", '--severity: "severity" must be P0, P1, P2 or P3'),
        ("--failure-class", "No, timeout!", '--failure-class: "failure-class" must be a slug'),
        ("--root-cause", "human error", '--root-cause: "root-cause" says "human error", which blames'),
        ("--language", "pyton", "--language: Semgrep knows no language 'pyton'"),
        ("--postmortem", "wiki", '--postmortem: "postmortem" must be a URL'),
        ("--title", "", '--title: "title" is empty'),
        ("--mode", "loud", '--mode: "mode" must be monitor, comment or block'),
        ("--fix", "nothing", "There is no commit 'nothing' in this repository"),
        ("--from", "nothing.md", "Cannot read nothing.md: No such file or directory"),
        ("--lessons-folder", "pay.py", "pay.py is not a folder"),
    ],
)
def test_a_wrong_option_says_what_is_wrong_and_writes_nothing(
    option: str, text: str, message: str, repo: Repo
) -> None:
    code = 3 if option == "--fix" else 2

    outcome = lessonguard("new", "INC-245", option, text, cwd=repo.path, expect=code)

    assert message in outcome.stderr
    assert folder(repo) == {".keep", "TIMEOUT.yaml"}


def test_an_option_that_can_mean_only_one_thing_is_corrected(repo: Repo) -> None:
    options = ("--date", "14 May 2026", "--severity", "p1", "--failure-class", "Missing Timeout")

    lessonguard("new", "INC-245", *options, cwd=repo.path)

    for line in ("date: 2026-05-14", "severity: P1", "failure-class: missing-timeout"):
        assert f"\n{line}\n" in lesson(repo)


def test_a_postmortem_must_be_text(repo: Repo) -> None:
    repo.write({"latin.md": b"# \xe4\n", "large.md": "x" * 1_048_577})

    assert (
        "latin.md is not UTF-8"
        in lessonguard("new", "I", "--from", "latin.md", cwd=repo.path, expect=2).stderr
    )
    assert (
        "larger than 1 MiB" in lessonguard("new", "I", "--from", "large.md", cwd=repo.path, expect=2).stderr
    )


def test_the_lesson_goes_to_the_folder_at_the_top_wherever_one_is(repo: Repo) -> None:
    repo.write({"web/app.js": "f()\n"})

    outcome = lessonguard("new", "INC-245", "--lessons-folder", "docs/lessons", cwd=repo.path / "web")

    assert outcome.stdout.startswith("Wrote ../docs/lessons/INC-245.yaml\n")
    assert (repo.path / "docs/lessons/INC-245.yaml").is_file()


def test_outside_of_a_repository_a_lesson_can_be_written_and_a_fix_not_be_read(tmp_path: Path) -> None:
    lessonguard("new", "INC-245", cwd=tmp_path)

    assert (tmp_path / "lessons/INC-245.yaml").is_file()
    assert (
        "--fix needs a Git repository"
        in lessonguard("new", "I", "--fix", "HEAD", cwd=tmp_path, expect=2).stderr
    )


def test_a_folder_that_cannot_be_written_is_named(repo: Repo) -> None:
    outcome = lessonguard("new", "INC-245", "--lessons-folder", "pay.py/lessons", cwd=repo.path, expect=3)

    assert "Cannot write pay.py/lessons/INC-245.yaml: Not a directory." in outcome.stderr


def test_nothing_of_a_postmortem_or_a_commit_reaches_the_terminal_as_a_command(repo: Repo) -> None:
    subject = "\x1b[2Jpwned \x1b]0;x\x07 \u202e"
    commit = repo.commit(subject, {"\x1b[2J.py": "f(1)\n", "pay.py": _BROKEN})
    text = "# \x1b[2J\n\n## \x1b]0;x\x07Root cause\n\x9b31mhuman error\u202e\n\nSeverity: \x1b[2JSEV\u200b1\n"
    repo.write({"\x1b[2J.md": text})

    outcome = lessonguard("new", "INC-245", "--from", "\x1b[2J.md", "--fix", commit, cwd=repo.path)

    shown = outcome.stdout + outcome.stderr + lesson(repo)
    assert not re.findall("[^\\n -~\u00a1-\u1fff\u2010-\u2027]", shown.replace("│", "").replace("…", ""))


def test_nothing_else_is_left_beside_the_lesson(repo: Repo) -> None:
    lessonguard("new", "INC-245", cwd=repo.path)

    assert folder(repo) == {".keep", "TIMEOUT.yaml", "INC-245.yaml"}


def test_at_a_terminal_it_asks_for_what_is_missing(repo: Repo) -> None:
    with Terminal("new", "INC-245", "--title", "Checkout hung", cwd=repo.path) as terminal:
        terminal.expect("A lesson about INC-245, in lessons/INC-245.yaml.")
        terminal.answer("date: The day the incident began.", "05/06/2026")
        terminal.answer("must be a day that exists", "14 May 2026")
        terminal.expect("→ 2026-05-14")
        terminal.answer("severity: P0 (worst) to P3.", "p1")
        terminal.answer("postmortem: URL of the full postmortem.", "")
        terminal.answer("used here: ", "Missing Timeout")
        terminal.answer("failure-mode: One plain sentence", "a mistake was made")
        terminal.answer("does not say what broke", "A call had no timeout.")
        terminal.answer("root-cause: Why it broke.", "-")
        terminal.answer("mitigation: What worked", "Pass a timeout.")
        terminal.answer("invariant: What must hold", "")
        terminal.answer("language: The language", "")
        assert terminal.end() == 0

    assert "title: One line" not in terminal.text
    assert "Still to write:\n  root-cause, invariant, the rule, its examples\n" in terminal.text
    for line in ("date: 2026-05-14", "severity: P1", "failure-class: missing-timeout", "root-cause: TODO"):
        assert f"\n{line}\n" in lesson(repo)
    assert "  - languages: [python]\n" in lesson(repo)


def test_a_guess_can_be_confirmed_or_left_empty(repo: Repo) -> None:
    answered = [
        word for key, text in _ANSWERS.items() if key not in {"title", "date"} for word in (f"--{key}", text)
    ]
    with Terminal("new", "INC-245", *answered, "--fix", "HEAD", cwd=repo.path) as terminal:
        terminal.expect("the subject of commit ")
        terminal.answer("[Give calls a timeout] ", "")
        terminal.answer("[2026-01-01] ", "-")
        assert terminal.end() == 0

    assert re.search(r"# From the subject of commit \w+\.\ntitle: Give calls a timeout\n", lesson(repo))
    assert re.search(r"# the author date of commit \w+ says: 2026-01-01\ndate: TODO\n", lesson(repo))


def test_today_is_an_answer_about_the_day(repo: Repo) -> None:
    answered = [word for key, text in _ANSWERS.items() if key != "date" for word in (f"--{key}", text)]
    before = datetime.now(tz=timezone.utc).astimezone().date()
    with Terminal("new", "INC-245", *answered, cwd=repo.path) as terminal:
        terminal.answer("or: today", "today")
        assert terminal.end() == 0
    after = datetime.now(tz=timezone.utc).astimezone().date()

    assert any(f"\ndate: {day}\n" in lesson(repo) for day in (before, after))


def test_the_tab_key_completes_languages(repo: Repo) -> None:
    answered = [word for key, text in _ANSWERS.items() if key != "language" for word in (f"--{key}", text)]
    with Terminal("new", "INC-245", *answered, cwd=repo.path) as terminal:
        terminal.answer("language: ", "dockerf\t")
        assert terminal.end() == 0

    assert "  - languages: [dockerfile]\n" in lesson(repo)


def test_every_letter_can_be_typed(repo: Repo) -> None:
    answered = [word for key, text in _ANSWERS.items() if key != "title" for word in (f"--{key}", text)]
    title = "The quick brown fox jumps over the lazy dog, Big Time"
    with Terminal("new", "INC-245", *answered, cwd=repo.path) as terminal:
        terminal.answer("title: ", title)
        assert terminal.end() == 0

    assert f"\ntitle: {title}\n" in lesson(repo)


@pytest.mark.parametrize("keys", ["\x03", "\x04"])
def test_breaking_off_writes_nothing(keys: str, tmp_path: Path) -> None:
    with Terminal("new", "INC-245", cwd=tmp_path, is_measured=False) as terminal:
        terminal.answer("title: ", "Checkout hung")
        terminal.expect("date: ")
        terminal.expect("> ")
        assert terminal.press_until_end(keys) == 130

    assert "interrupted" in terminal.text
    assert list(tmp_path.iterdir()) == []


def test_no_input_asks_nothing_at_a_terminal(repo: Repo) -> None:
    with Terminal("new", "INC-245", "--no-input", cwd=repo.path) as terminal:
        assert terminal.end() == 0

    assert terminal.text == expected("new_empty.txt")


def test_nothing_is_asked_if_every_value_is_given(repo: Repo) -> None:
    with Terminal("new", "INC-245", *_OPTIONS, cwd=repo.path) as terminal:
        assert terminal.end() == 0

    assert terminal.text.startswith("Wrote lessons/INC-245.yaml")


def test_a_file_that_appears_while_questions_are_answered_stays(tmp_path: Path) -> None:
    path = tmp_path / "lessons/INC-245.yaml"
    answered = [word for key, text in _ANSWERS.items() if key != "title" for word in (f"--{key}", text)]
    with Terminal("new", "INC-245", *answered, cwd=tmp_path) as terminal:
        terminal.expect("title: ")
        path.parent.mkdir()
        path.write_text("mine\n", encoding="utf-8")
        terminal.answer("for instance", "Checkout hung")
        assert terminal.end() == 2

    assert path.read_text(encoding="utf-8") == "mine\n"
    assert [file.name for file in path.parent.iterdir()] == ["INC-245.yaml"]
