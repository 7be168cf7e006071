"""What a backtest reports: the changes, the cause of the incident, and what matches today."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.authoring.backtest.result import Cause
from lessonguard.errors import GitError
from lessonguard.git.changes import CommitId
from tests.support.backtests import (
    BAD,
    SAFE,
    RecordingEngine,
    commented,
    described,
    lesson,
    merge,
    only,
    replay,
)
from tests.support.repo import Repo


def test_each_merge_that_repeats_the_incident_is_listed(shop: Repo, tmp_path: Path) -> None:
    report = replay(shop, lesson(tmp_path / "lessons"))

    assert commented(only(report)) == {
        "Add a probe (#9)": ["added probe.py:3"],
        "Ship (#5)": ["added ship.py:5"],
        "Retry payments (#3)": ["exposed app.py:5"],
    }
    assert [described(place) for place in only(report).today] == ["added probe.py:3", "added ship.py:5"]
    assert (report.replayed, report.past.unit, report.stopped, report.failed) == (5, "merge", "", ())


def test_each_commit_is_a_change_where_branches_are_squashed(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "squashed")
    repo.commit("Open", {"app.py": SAFE})
    repo.commit("Retry payments (#1)", {"app.py": BAD})
    repo.commit("Mend (#2)", {"app.py": SAFE})

    report = replay(repo, lesson(tmp_path / "lessons"))

    assert commented(only(report)) == {"Retry payments (#1)": ["exposed app.py:5"]}
    assert (report.replayed, report.past.unit) == (2, "commit")


def test_renamed_and_moved_code_is_not_commented_on(shop: Repo, tmp_path: Path) -> None:
    merge(
        shop, "Move the probe", {"probe.py": None, "lib/health.py": "import requests\n\nrequests.head(url)\n"}
    )
    ship = (shop.path / "ship.py").read_text(encoding="utf-8")
    merge(shop, "Join", {"ship.py": None, "lib/all.py": ship + "\n\ndef others():\n    return 1\n"})

    about = only(replay(shop, lesson(tmp_path / "lessons"), last=2))

    assert about.commented == ()
    assert [place.path for place in about.today] == ["lib/all.py", "lib/health.py"]


def test_excluded_paths_are_not_checked(shop: Repo, tmp_path: Path) -> None:
    merge(shop, "Learn", {"tests/test_app.py": BAD})
    engine = RecordingEngine()

    about = only(replay(shop, lesson(tmp_path / "lessons"), engine=engine))

    assert "Learn (#11)" not in commented(about)
    assert not [path for path, _ in engine.targets if path.startswith("tests/")]


def test_an_accepted_finding_is_no_comment(shop: Repo, tmp_path: Path) -> None:
    """An accept comment counts on the day of its change; of today's places it is told apart."""
    accept = '# lessonguard: accept INC-245 until=2026-03-01 reason="own host"\nrequests.get(probe)\n'
    forever = '# lessonguard: accept INC-245 reason="own host"\nrequests.get(probe)\n'
    merge(shop, "Accept", {"one.py": accept, "two.py": forever})

    about = only(replay(shop, lesson(tmp_path / "lessons"), last=1))

    assert about.commented == ()
    assert [finding.path for finding in about.open_today] == ["one.py", "probe.py", "ship.py"]
    assert [finding.path for finding in about.today if finding.accepted] == ["two.py"]


def test_changes_of_watched_paths_are_counted(shop: Repo, tmp_path: Path) -> None:
    library = lesson(tmp_path / "lessons", rules=[], examples=[], watch={"paths": ["app.py", "gone/**"]})

    report = replay(shop, library)

    assert only(report).watched == 2
    assert (only(report).commented, only(report).today, report.files) == ((), (), 0)


def test_a_file_that_cannot_be_checked_is_listed(shop: Repo, tmp_path: Path) -> None:
    merge(shop, "Generate", {"generated.py": "x = 1\n" * 200_000})

    about = only(replay(shop, lesson(tmp_path / "lessons"), last=2))

    found = [(change and change.title, item.path) for change, item in about.unchecked]
    assert found == [("Generate (#11)", "generated.py"), (None, "generated.py")]


def cause(
    shop: Repo, folder: Path, broken: str, *, last: int = 500, **proof: str
) -> tuple[Cause, str | None]:
    name = shop.git("rev-parse", broken) if not broken.startswith("dead") else broken
    library = lesson(folder / "lessons", proof={"broken": name, "fixed": name, **proof})
    about = only(replay(shop, library, tree=False, last=last))
    return about.cause, about.caused_by.title if about.caused_by else None


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        ("broken-topic", "Retry payments (#3)"),  # on the branch that was merged
        ("HEAD~3", "Retry payments (#3)"),  # the merge itself
        ("HEAD~2", "Ship (#5)"),  # the next one, which introduced more of it
        ("HEAD~1", "Ship (#5)"),  # one that introduced none: the last one before
        ("HEAD", "Add a probe (#9)"),
    ],
)
def test_the_cause_is_the_last_change_that_introduced_it(
    shop: Repo, tmp_path: Path, broken: str, title: str
) -> None:
    assert cause(shop, tmp_path, broken) == (Cause.FOUND, title)


def test_the_cause_is_in_a_file_that_the_fix_changed(shop: Repo, tmp_path: Path) -> None:
    broken = shop.head
    fixed = merge(shop, "Set a timeout", {"ship.py": SAFE.replace("get", "post")})
    about = only(replay(shop, lesson(tmp_path / "lessons", proof={"broken": broken, "fixed": fixed})))

    assert about.commented[0].change.title == "Add a probe (#9)"
    assert about.caused_by
    assert about.caused_by.title == "Ship (#5)"


def test_a_cause_that_the_rule_does_not_find_is_missed(shop: Repo, tmp_path: Path) -> None:
    assert cause(shop, tmp_path, "HEAD~4") == (Cause.MISSED, None)


def test_a_cause_before_the_replayed_changes_is_called_earlier(shop: Repo, tmp_path: Path) -> None:
    assert cause(shop, tmp_path, "broken-topic", last=2) == (Cause.EARLIER, None)


def test_a_cause_that_was_never_merged_is_elsewhere(shop: Repo, tmp_path: Path) -> None:
    shop.branch("side", "HEAD~1").commit("Never merged", {"app.py": BAD})
    shop.git("branch", "-f", "main", "main")
    shop.switch("main")

    assert cause(shop, tmp_path, "side") == (Cause.ELSEWHERE, None)
    assert cause(shop, tmp_path, "deadbeef") == (Cause.ELSEWHERE, None)
    repository = "https://example.com/acme/shop.git"
    assert cause(shop, tmp_path, "HEAD", repository=repository) == (Cause.ELSEWHERE, None)


def test_a_lesson_without_proof_has_no_cause(shop: Repo, tmp_path: Path) -> None:
    assert only(replay(shop, lesson(tmp_path / "lessons"))).cause is Cause.NO_PROOF


def test_a_partial_clone_gives_the_same_report_and_fetches_in_batches(shop: Repo, tmp_path: Path) -> None:
    library = lesson(tmp_path / "lessons")
    clone = shop.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    before = len(list(clone.path.glob(".git/objects/pack/*.pack")))

    there, here = replay(shop, library), replay(clone, library)

    assert here.lessons == there.lessons
    assert len(list(clone.path.glob(".git/objects/pack/*.pack"))) <= before + 2


def test_a_shallow_clone_replays_what_it_has(shop: Repo, tmp_path: Path) -> None:
    clone = shop.clone(tmp_path / "clone", "--depth=3")

    report = replay(clone, lesson(tmp_path / "lessons"))

    assert list(commented(only(report))) == ["Add a probe (#9)"]
    assert report.replayed == 2
    assert report.past.cut


def test_a_repository_that_lost_contents_is_an_error(shop: Repo, tmp_path: Path) -> None:
    blob = shop.git("rev-parse", "HEAD:probe.py")
    (shop.path / ".git/objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(GitError):
        replay(shop, lesson(tmp_path / "lessons"))


def test_a_history_with_nothing_to_replay_still_has_findings_of_today(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "new")
    repo.commit("Open", {"app.py": BAD})

    report = replay(repo, lesson(tmp_path / "lessons"))

    assert report.replayed == 0
    assert [place.path for place in only(report).today] == ["app.py"]
    assert only(report).cause is Cause.NO_PROOF
    assert CommitId(repo.head) == report.head
