"""What a commit shows of the incident that it fixed: which code, how much of it, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.authoring.new.draft import Draft, FixCommit, Pair
from lessonguard.authoring.new.fix.fix import read_fix
from lessonguard.errors import GitError
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import IncidentId
from lessonguard.semgrep.installed import find_semgrep
from tests.support.repo import Files, Repo

PAY = """\
import requests


class Gateway:
    def charge(self, order):
        return requests.post(self.url, json=order)

    def refund(self, order):
        return requests.post(self.url, json=-order)
"""


FIXED = PAY.replace("json=order)", "json=order, timeout=5)")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop")


def read(repo: Repo, revision: str = "HEAD") -> Draft:
    with Repository.open(repo.path) as repository:
        incident = IncidentId("INC-245")
        return read_fix(repository, revision, incident=incident, semgrep=find_semgrep(), folder="lessons")


def fixed(repo: Repo, before: Files, after: Files, message: str = "Fix it") -> FixCommit:
    """Commit files before and after a fix, and read it."""
    repo.commit("Break it", before)
    repo.commit(message, after)
    fix = read(repo).fix
    assert fix
    return fix


def only(fix: FixCommit) -> Pair:
    [pair] = fix.pairs
    return pair


def test_a_fix_has_a_title_a_day_a_language_and_two_commits(repo: Repo) -> None:
    broken = repo.commit("Break it", {"pay.py": PAY})
    commit = repo.commit("Give calls a timeout (#12)\n\nMore about it.", {"pay.py": FIXED})

    draft = read(repo)

    values = [(value.key, value.text, value.is_guess) for value in draft.statements]
    assert values == [
        ("title", "Give calls a timeout", True),
        ("date", "2026-01-01", True),
        ("language", "python", False),
    ]
    assert draft.fix
    assert (draft.fix.broken, draft.fix.fixed, draft.fix.paths) == (broken, commit, ("pay.py",))


def test_the_day_is_that_of_the_author(repo: Repo) -> None:
    repo.commit("Break it", {"pay.py": PAY})
    repo.commit("Fix it", {"pay.py": FIXED})
    repo.git("commit", "--amend", "--quiet", "--no-edit", "--date=2025-12-24T23:30:00-05:00")

    assert read(repo).text("date") == "2025-12-24"


def test_the_function_with_the_change_is_the_example(repo: Repo) -> None:
    pair = only(fixed(repo, {"pay.py": PAY}, {"pay.py": FIXED}))

    assert pair.bad == "def charge(self, order):\n    return requests.post(self.url, json=order)\n"
    assert (
        pair.good == "def charge(self, order):\n    return requests.post(self.url, json=order, timeout=5)\n"
    )
    assert (pair.place, pair.path, pair.files) == ("pay.py, lines 5 to 6", "pay.py", None)


def test_two_functions_are_two_examples_and_two_changes_in_one_are_one(repo: Repo) -> None:
    before = PAY.replace(
        "        return requests.post(self.url, json=-", "        a = 1\n\n        b = 2\n        f("
    )
    after = (
        before.replace("json=order)", "json=order, timeout=5)")
        .replace("a = 1", "a = 3")
        .replace("b = 2", "b = 4")
    )

    fix = fixed(repo, {"pay.py": before}, {"pay.py": after})

    assert [pair.good.split("(")[0] for pair in fix.pairs] == ["def charge", "def refund"]
    assert "a = 3\n\n    b = 4" in fix.pairs[1].good


def test_a_guard_around_code_comes_with_its_function(repo: Repo) -> None:
    before = "def pay(order):\n    audit(order)\n    post(order)\n"
    after = "def pay(order):\n    audit(order)\n    with lock(order):\n        post(order)\n"

    pair = only(fixed(repo, {"pay.py": before}, {"pay.py": after}))

    assert (pair.bad, pair.good) == (before, after)


def test_a_removed_line_comes_with_its_function(repo: Repo) -> None:
    before = "def pay(order):\n    cache.clear()\n    post(order)\n"

    pair = only(fixed(repo, {"pay.py": before}, {"pay.py": before.replace("    cache.clear()\n", "")}))

    assert pair.bad == before


def test_a_function_too_long_to_read_is_shown_as_the_files_at_both_commits(repo: Repo) -> None:
    lines = "".join(f"    step({number})\n" for number in range(40))
    before = (
        f"def pay(order):\n{lines}    if order:\n        post(\n            order)\n    else:\n        pass\n"
    )
    after = before.replace("    else:\n        pass\n", "    elif late(order):\n        wait()\n")
    broken = repo.commit("Break it", {"old.py": before})
    repo.write({"old.py": None})
    commit = repo.commit("Fix it", {"new.py": after})

    fix = read(repo).fix

    assert fix
    pair = only(fix)
    assert pair.files == (f"old.py@{broken[:10]}", f"new.py@{commit[:10]}")
    assert pair.place == "new.py, lines 42 to 46"
    assert "else:" in pair.bad
    assert "elif late(order):" in pair.good


def test_a_method_that_cannot_stand_alone_comes_with_its_class(repo: Repo) -> None:
    before = "class Gateway {\n  async pay(order) {\n    return fetch(order.url);\n  }\n}\n"

    pair = only(fixed(repo, {"pay.js": before}, {"pay.js": before.replace("url)", "url, {signal})")}))

    assert pair.bad == before


def test_php_gets_the_tag_that_makes_it_php(repo: Repo) -> None:
    before = "<?php\n\nfunction pay($order) {\n  return json_decode($order);\n}\n" + "// more\n" * 40

    pair = only(fixed(repo, {"pay.php": before}, {"pay.php": before.replace("$order);", "$order, true);")}))

    assert pair.bad == "<?php\nfunction pay($order) {\n  return json_decode($order);\n}\n"


def test_a_script_is_known_by_its_first_line(repo: Repo) -> None:
    repo.write({"run": "#!/bin/bash\ncurl $1\n"})
    (repo.path / "run").chmod(0o755)
    repo.commit("Break it")
    repo.commit("Fix it", {"run": "#!/bin/bash\ncurl --max-time 5 $1\n"})

    assert read(repo).text("language") == "bash"


def test_a_place_is_shown_once_and_of_a_file_that_is_shown_whole_one_is_enough(repo: Repo) -> None:
    lines = "".join(f"    step({number})\n" for number in range(40))
    start = "    try:\n        return post(order)\n    except Error:\n        log(order)\n        raise\n"
    late = "    if order:\n        a(\n            1)\n    else:\n        pass\n"
    before = f"def pay(order):\n{lines}{start}{lines}{late}{lines}{late}"
    after = before.replace("post(order)", "post(order, 5)").replace("log(order)", "log(order, 5)")
    after = after.replace("    else:\n        pass\n", "    elif late(order):\n        wait()\n")

    fix = fixed(repo, {"pay.py": before}, {"pay.py": after})

    assert [(pair.place, pair.files is None) for pair in fix.pairs] == [
        ("pay.py, lines 42 to 46", True),
        ("pay.py, lines 87 to 94", False),
    ]
    assert fix.left_out == ("pay.py: 1 more place",)


def test_at_most_three_places_are_examples_and_the_others_are_named(repo: Repo) -> None:
    before = "".join(f"def f{number}(x):\n    return g(x, {number})\n\n\n" for number in range(6))

    fix = fixed(repo, {"pay.py": before}, {"pay.py": before.replace("g(x", "h(x")})

    assert len(fix.pairs) == 3
    assert fix.left_out == ("pay.py: 3 more places",)


def test_comments_imports_and_new_functions_are_no_examples(repo: Repo) -> None:
    before = "import a\n\n# old\n\n\ndef f(x):\n    return x\n"
    after = "import b\n\n# new\n\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return x + 1\n"

    fix = fixed(repo, {"pay.py": before}, {"pay.py": after})

    assert fix.pairs == ()
    assert fix.left_out == ("pay.py: only comments, imports, blank lines or new code",)


def test_what_is_no_example_says_why(repo: Repo) -> None:
    before: Files = {
        "pay.py": PAY,
        "web/app.js": "f(1)\n",
        "logo.png": b"\x89PNG\0",
        "latin.py": b"x = '\xe4'\n",
        "notes.unknown": "a\n",
        "gone.py": "f(1)\n",
        "tests/test_pay.py": "f(1)\n",
        "lessons/INC-1.yaml": "incident: INC-1\n",
    }
    after: Files = {
        "pay.py": FIXED,
        "web/app.js": "f(2)\n",
        "logo.png": b"\x89PNG\0\0",
        "latin.py": b"x = '\xe5'\n",
        "notes.unknown": "b\n",
        "gone.py": None,
        "new.py": "start()\n",
        "tests/test_pay.py": "f(2)\n",
        "lessons/INC-1.yaml": "incident: INC-2\n",
    }

    fix = fixed(repo, before, after)

    assert len(fix.pairs) == 1
    assert sorted(fix.left_out) == [
        "gone.py: the fix deleted this file",
        "latin.py: it is not text in UTF-8, or too large",
        "logo.png: it is not text in UTF-8, or too large",
        "new.py: the fix added this file",
        "notes.unknown: Semgrep knows no language for this file name",
        "tests/test_pay.py: a test, a document or generated",
        "web/app.js: it is javascript, and all examples of a rule have the rule's language",
    ]


def test_a_merge_is_compared_with_its_first_parent(repo: Repo) -> None:
    repo.commit("Break it", {"pay.py": PAY, "other.py": "f(1)\n"})
    repo.branch("fix").commit("Work on it", {"pay.py": PAY.replace("json=order", "json=None")})
    repo.commit("Fix it", {"pay.py": FIXED})
    main = repo.switch("main").commit("Go on", {"other.py": "f(2)\n"})
    repo.merge("fix")

    fix = read(repo).fix

    assert fix
    assert (fix.broken, fix.paths) == (main, ("pay.py",))
    assert "json=order)" in only(fix).bad


def test_the_title_of_a_merge_is_that_of_its_pull_request(repo: Repo) -> None:
    repo.commit("Break it", {"pay.py": PAY})
    repo.commit("Merge pull request #12 from acme/fix\n\nGive calls a timeout", {"pay.py": FIXED})

    assert read(repo).text("title") == "Give calls a timeout"


def test_the_first_commit_fixed_nothing_that_is_known(repo: Repo) -> None:
    commit = repo.commit("Start", {"pay.py": PAY})

    fix = read(repo).fix

    assert fix == FixCommit(
        fixed=commit, broken=None, paths=(), pairs=(), left_out=("it is the first commit",)
    )


def test_a_shallow_clone_that_lacks_what_was_broken_says_so(repo: Repo, tmp_path: Path) -> None:
    repo.commit("Break it", {"pay.py": PAY})
    repo.commit("Fix it", {"pay.py": FIXED})
    clone = repo.clone(tmp_path / "clone", "--depth=1")

    with pytest.raises(GitError, match="this clone does not have the commit before it") as caught:
        read(clone)

    assert "git fetch --unshallow" in caught.value.hint


def test_a_fix_of_nothing_but_tests_is_about_them(repo: Repo) -> None:
    before = 'ENV["RACK_ENV"] = "test"\n\nDatabaseCleaner.clean_with :truncation\n'
    after = before.replace("\n\n", '\nENV.delete("DATABASE_URL")\n\n', 1)

    pair = only(fixed(repo, {"spec/spec_helper.rb": before}, {"spec/spec_helper.rb": after}))

    assert (pair.bad, pair.good, pair.path) == (before, after, "spec/spec_helper.rb")
    assert read(repo).text("language") == "ruby"


def test_tests_are_left_out_of_a_fix_that_changed_code(repo: Repo) -> None:
    code = "def clean\n  DatabaseCleaner.clean_with(:truncation)\nend\n"
    after = code.replace(":truncation", ":transaction")

    fix = fixed(
        repo,
        {"spec/spec_helper.rb": "f(1)\n", "lib/clean.rb": code},
        {"spec/spec_helper.rb": "f(2)\n", "lib/clean.rb": after},
    )

    pair = only(fix)
    assert (pair.bad, pair.good, pair.path) == (code, after, "lib/clean.rb")
