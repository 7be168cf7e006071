"""Replaying the past: what lessons would have said, that it is what a scan says, and that it goes on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lessonguard.authoring.backtest.backtest import BacktestOptions, backtest
from lessonguard.authoring.backtest.cached import OutcomeCache
from lessonguard.authoring.backtest.result import BacktestReport, Cause, LessonBacktest, Noise
from lessonguard.errors import EngineError, GitError
from lessonguard.git.changes import Change, CommitId, empty_tree
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import past_changes
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Library
from lessonguard.scan.finding import Finding, ScanReport
from lessonguard.scan.scan import ScanOptions, scan_change
from lessonguard.semgrep.installed import Semgrep, find_semgrep
from lessonguard.semgrep.interface import Engine, EngineResult, EngineRule, Limits, Target
from tests.support.engine import FakeEngine
from tests.support.history import grow
from tests.support.replay import write_lessons
from tests.support.repo import Repo

TODAY = date(2026, 6, 1)
BAD = "import requests\n\n\ndef get(url):\n    return requests.get(url)\n"
SAFE = BAD.replace("(url)\n", "(url, timeout=5)\n", 2).replace("get(url, timeout=5):", "get(url):")
RULE = {
    "languages": ["python"],
    "patterns": [{"pattern": "requests.$M(...)"}, {"pattern-not": "requests.$M(..., timeout=$T, ...)"}],
    "paths": {"exclude": ["tests/"]},
}
LESSON = {
    "incident": "INC-245",
    "title": "Checkout hung when the payments API stalled",
    "date": "2026-05-14",
    "severity": "P1",
    "failure-class": "missing-timeout",
    "failure-mode": "A call to the payments API had no timeout, so one stalled upstream held every worker.",
    "root-cause": "The HTTP client waits for ever unless it is told not to.",
    "mitigation": "Pass an explicit timeout and fall back to the queued path when it expires.",
    "invariant": "Every outbound HTTP call has a timeout.",
}


@dataclass
class Counting:
    """Asks another engine, and keeps what was asked; stops as ^C does at a run, and breaks at a content."""

    engine: Engine = field(default_factory=find_semgrep)
    asked: list[Sequence[Target]] = field(default_factory=list)
    stops_at: int | None = None
    breaks_at: bytes | None = None

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        if len(self.asked) == self.stops_at:
            raise KeyboardInterrupt
        self.asked.append(targets)
        if any(self.breaks_at is not None and self.breaks_at in target.content for target in targets):
            raise EngineError("Semgrep was stopped by signal 11.")
        return self.engine.run(rules, targets, limits=limits)

    @property
    def targets(self) -> list[tuple[str, bytes]]:
        return [(target.path, target.content) for targets in self.asked for target in targets]


def lesson(folder: Path, **keys: Any) -> Library:  # noqa: ANN401 - JSON
    """Write the lesson, with these keys too, and load it as the only one."""
    folder.mkdir(exist_ok=True)
    document = {**LESSON, "rules": [RULE], "examples": [{"bad": "requests.get(u)", "good": "pass"}], **keys}
    name = document["incident"]
    (folder / f"{name}.yaml").write_text(json.dumps(document), encoding="utf-8")
    library = load_folder(folder, name="lessons")
    assert library.faults == ()
    return library


def replay(
    repo: Repo,
    library: Library,
    *,
    engine: Engine | None = None,
    tree: bool = True,
    last: int = 500,
    **options: Any,  # noqa: ANN401 - those of `BacktestOptions`
) -> BacktestReport:
    semgrep: Semgrep = find_semgrep()
    with Repository.open(repo.path) as repository:
        return backtest(
            library,
            repository,
            past_changes(repository, last=last),
            engine=engine or semgrep,
            languages=semgrep.languages,
            options=BacktestOptions(
                scan=ScanOptions(today=TODAY),
                tree=repository.resolve("HEAD") if tree else None,
                **options,
            ),
        )


def only(report: BacktestReport) -> LessonBacktest:
    (one,) = report.lessons
    return one


def commented(about: LessonBacktest) -> Mapping[str, list[str]]:
    """Return where it would have commented, by the title of each change: `added app.py:5`."""
    return {each.change.title: [*map(described, each.findings)] for each in about.commented}


def described(finding: Finding) -> str:
    return f"{finding.state.value} {finding.path}:{finding.start.line}"


def merge(repo: Repo, title: str, files: Mapping[str, str | bytes | None]) -> str:
    """Merge a branch with these files, as GitHub does it, and give the commit on the branch."""
    number = int(repo.git("rev-list", "--count", "HEAD"))
    commit = repo.branch(f"topic-{number}").commit(title, files)
    repo.switch("main")
    message = f"Merge pull request #{number} from acme/topic-{number}\n\n{title}\n"
    repo.git("merge", "--quiet", "--no-ff", "--no-verify", "--message", message, f"topic-{number}")
    return commit


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    """Make a shop whose code was safe, then was not, then was mended."""
    repo = Repo(tmp_path / "shop")
    repo.commit("Open", {"app.py": SAFE, "README.md": "A shop.\n"})
    merge(repo, "Tell of it", {"README.md": "A shop that sells.\n"})
    repo.git("tag", "broken-topic", merge(repo, "Retry payments", {"app.py": BAD}))
    merge(repo, "Ship", {"ship.py": BAD.replace("get", "post")})
    merge(repo, "Mend", {"app.py": SAFE})
    merge(repo, "Add a probe", {"probe.py": "import requests\n\nrequests.head(url)\n"})
    return repo


# The very same scan ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Grow a history of edits, renames, moves, copies, re-indented and converted files, and merges."""
    repo = Repo(tmp_path_factory.mktemp("grown") / "repo")
    grow(repo, steps=45, seed=245)
    repo.commit("Large", {"large.py": "requests.get(url)\n" * 60_000, "app/x.bin.py": b"\0requests.get(u)\n"})
    repo.commit("Broken", {"broken.py": "requests.get(url_1)\ndef f(:\n  return (1\n", "large.py": "x = 1\n"})
    return repo


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return nine lessons in three languages."""
    folder = tmp_path_factory.mktemp("lessons") / "files"
    write_lessons(folder)
    return load_folder(folder, name=None)


@pytest.fixture(scope="module")
def alone(grown: Repo, rules: Library) -> Mapping[str, ScanReport]:
    """Scan each change of the grown history by itself, on the day that it was merged."""
    semgrep = find_semgrep()
    reports: dict[str, ScanReport] = {}
    with Repository.open(grown.path) as repository:
        for past in past_changes(repository, last=500).changes:
            files = repository.changed_files(past.base, past.commit)
            reports[past.commit] = scan_change(
                rules,
                repository,
                Change(base=past.base, tip=past.commit, head=past.commit, files=files),
                engine=semgrep,
                languages=semgrep.languages,
                options=ScanOptions(today=past.date),
            )
    return reports


def what_was_said(report: BacktestReport) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            *(each.change.commit, finding.rule, finding.state, finding.path),
            *(finding.start.line, finding.start.column, _text(finding.lines)),
        )
        for about in report.lessons
        for each in about.commented
        for finding in each.findings
    )


def what_a_scan_says(reports: Mapping[str, ScanReport]) -> Counter[tuple[object, ...]]:
    return Counter(
        (commit, item.rule, item.state, item.path, *(item.start.line, item.start.column), _text(item.lines))
        for commit, report in reports.items()
        for item in report.findings
        if item.state.is_introduced and not item.accepted
    )


def _text(lines: Sequence[Any]) -> str:
    return str(lines[0].text.strip())


def test_what_is_said_of_each_change_is_what_a_scan_of_it_alone_says(
    grown: Repo, rules: Library, alone: Mapping[str, ScanReport]
) -> None:
    report = replay(grown, rules, tree=False)

    assert what_was_said(report) == what_a_scan_says(alone)
    assert what_was_said(report).total() > 100
    assert {key[2].value for key in what_was_said(report)} == {"added", "exposed"}  # type: ignore[attr-defined]


def test_what_could_not_be_checked_is_what_a_scan_says_for_each_lesson(
    grown: Repo, rules: Library, alone: Mapping[str, ScanReport]
) -> None:
    report = replay(grown, rules, tree=False)

    languages = {"large.py": "python", "app/x.bin.py": "python", "broken.py": "python"}
    said = {
        (change.commit, about.lesson.incident, item.path, item.reason)
        for about in report.lessons
        for change, item in about.unchecked
        if change
    }
    expected = {
        (commit, lesson.incident, item.path, item.reason)
        for commit, each in alone.items()
        for item in each.unchecked
        for lesson in rules.lessons
        if item.incident in {None, lesson.incident} and languages[item.path] in lesson.rules[0].languages
    }
    assert said == expected
    assert {path for _, _, path, _ in said} == set(languages)


def test_what_is_known_from_before_changes_nothing(grown: Repo, rules: Library, tmp_path: Path) -> None:
    """Some lessons are known of some changes, some were edited since; the answer is the same."""
    fresh = replay(grown, rules)
    some = replace(rules, lessons=rules.lessons[::2])
    replay(grown, some, last=20, outcomes=OutcomeCache(tmp_path), tree=False)
    replay(grown, rules, last=10, outcomes=OutcomeCache(tmp_path))

    assert replay(grown, rules, outcomes=OutcomeCache(tmp_path)) == fresh
    engine = Counting()
    assert replay(grown, rules, outcomes=OutcomeCache(tmp_path), engine=engine) == fresh
    assert engine.asked == []


def test_no_content_is_looked_at_twice_and_semgrep_starts_seldom(grown: Repo, rules: Library) -> None:
    engine = Counting()

    report = replay(grown, rules, engine=engine)

    assert max(Counter(engine.targets).values()) == 1
    assert report.replayed > 50
    assert len(engine.asked) <= 3


def test_the_places_of_today_are_those_of_the_whole_tree(grown: Repo, rules: Library) -> None:
    report = replay(grown, rules)
    with Repository.open(grown.path) as repository:
        head = repository.resolve("HEAD")
        files = repository.history().all_files(head)
        semgrep = find_semgrep()
        scanned = scan_change(
            rules,
            repository,
            Change(base=empty_tree(head), tip=head, head=head, files=files),
            engine=semgrep,
            languages=semgrep.languages,
            options=ScanOptions(today=TODAY),
        )

    today = Counter((item.rule, item.path, item.start.line) for each in report.lessons for item in each.today)
    assert today == Counter((item.rule, item.path, item.start.line) for item in scanned.findings)
    assert report.files_checked == report.files > 5


# What is reported -----------------------------------------------------------------------------


def test_each_merge_that_repeats_the_incident_is_named(shop: Repo, tmp_path: Path) -> None:
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


def test_renamed_and_moved_code_is_no_news(shop: Repo, tmp_path: Path) -> None:
    merge(
        shop, "Move the probe", {"probe.py": None, "lib/health.py": "import requests\n\nrequests.head(url)\n"}
    )
    ship = (shop.path / "ship.py").read_text(encoding="utf-8")
    merge(shop, "Join", {"ship.py": None, "lib/all.py": ship + "\n\ndef others():\n    return 1\n"})

    about = only(replay(shop, lesson(tmp_path / "lessons"), last=2))

    assert about.commented == ()
    assert [place.path for place in about.today] == ["lib/all.py", "lib/health.py"]


def test_lessons_and_what_their_paths_exclude_are_not_looked_at(shop: Repo, tmp_path: Path) -> None:
    merge(shop, "Learn", {"lessons/bad.py": BAD, "tests/test_app.py": BAD})
    engine = Counting()

    about = only(replay(shop, lesson(tmp_path / "lessons"), engine=engine))

    assert "Learn (#11)" not in commented(about)
    assert not [path for path, _ in engine.targets if path.startswith(("lessons/", "tests/"))]


def test_what_somebody_accepted_is_no_noise(shop: Repo, tmp_path: Path) -> None:
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


def test_what_cannot_be_checked_is_listed(shop: Repo, tmp_path: Path) -> None:
    merge(shop, "Generate", {"generated.py": "x = 1\n" * 200_000})

    about = only(replay(shop, lesson(tmp_path / "lessons"), last=2))

    found = [(change and change.title, item.path) for change, item in about.unchecked]
    assert found == [("Generate (#11)", "generated.py"), (None, "generated.py")]


@pytest.mark.parametrize(
    ("spoke", "replayed", "noise"),
    [
        (0, 0, "silent"),
        (0, 99, "silent"),
        (2, 2, "quiet"),
        (3, 150, "quiet"),
        (3, 149, "busy"),
        (10, 100, "busy"),
        (11, 100, "noisy"),
        (3, 3, "noisy"),
    ],
)
def test_noise_is_a_matter_of_how_often(
    shop: Repo, tmp_path: Path, spoke: int, replayed: int, noise: str
) -> None:
    about = only(replay(shop, lesson(tmp_path / "lessons"), tree=False))

    counted = replace(about, commented=(about.commented * 4)[:spoke], replayed=replayed)

    assert counted.noise is Noise(noise)


# The change that caused the incident ----------------------------------------------------------


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


def test_a_cause_before_what_was_replayed_is_called_earlier(shop: Repo, tmp_path: Path) -> None:
    assert cause(shop, tmp_path, "broken-topic", last=2) == (Cause.EARLIER, None)


def test_a_cause_that_was_never_merged_is_elsewhere(shop: Repo, tmp_path: Path) -> None:
    shop.branch("side", "HEAD~1").commit("Never merged", {"app.py": BAD})
    shop.git("branch", "-f", "main", "main")
    shop.switch("main")

    assert cause(shop, tmp_path, "side") == (Cause.ELSEWHERE, None)
    assert cause(shop, tmp_path, "deadbeef") == (Cause.ELSEWHERE, None)
    repository = "https://example.com/acme/shop.git"
    assert cause(shop, tmp_path, "HEAD", repository=repository) == (Cause.ELSEWHERE, None)


def test_a_lesson_without_proof_tells_no_cause(shop: Repo, tmp_path: Path) -> None:
    assert only(replay(shop, lesson(tmp_path / "lessons"))).cause is Cause.UNTOLD


# Ending early, and going on -------------------------------------------------------------------


@pytest.fixture
def long(tmp_path: Path) -> Repo:
    """Make a branch of 130 commits, of which every tenth is bad."""
    repo = Repo(tmp_path / "long").write({"start.py": BAD})
    for number in range(131):
        repo.commit(f"Number {number}", {f"{number % 7}.py": f"x = {number}\n" + BAD * (number % 10 == 0)})
    return repo


def test_an_interrupted_replay_says_what_is_known_and_the_next_goes_on(long: Repo, tmp_path: Path) -> None:
    library = lesson(tmp_path / "lessons")
    whole = replay(long, library)
    first, second = Counting(stops_at=1), Counting()

    begun = replay(long, library, engine=first, outcomes=OutcomeCache(tmp_path / "outcomes"))
    rest = replay(long, library, engine=second, outcomes=OutcomeCache(tmp_path / "outcomes"))

    assert (begun.stopped, begun.replayed, begun.files_checked) == ("interrupted", 100, 0)
    assert only(begun).replayed == 100
    assert only(begun).commented == only(whole).commented[: len(only(begun).commented)]
    assert rest == whole
    assert len(whole.past.changes) == 130
    assert len(second.asked[0]) < len(first.asked[0])


def test_an_interrupt_while_looking_around_leaves_what_was_replayed(long: Repo, tmp_path: Path) -> None:
    library = lesson(tmp_path / "lessons")

    report = replay(long, library, engine=Counting(stops_at=2))

    assert (report.stopped, report.replayed, report.files, report.files_checked) == ("interrupted", 130, 8, 0)
    assert only(report).today == ()


def test_without_time_what_is_known_is_told(long: Repo, tmp_path: Path) -> None:
    library = lesson(tmp_path / "lessons")
    replay(long, library, last=37, tree=False, outcomes=OutcomeCache(tmp_path / "outcomes"))
    engine = Counting()

    report = replay(long, library, engine=engine, outcomes=OutcomeCache(tmp_path / "outcomes"), time_limit=0)

    assert (report.stopped, report.reached, only(report).replayed) == ("time limit", 37, 37)
    assert engine.asked == []


def test_semgrep_gets_no_more_time_than_there_is(shop: Repo, tmp_path: Path) -> None:
    @dataclass
    class Clocked:
        deadlines: list[float] = field(default_factory=list)

        def run(
            self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits
        ) -> EngineResult:
            self.deadlines.append(limits.deadline)
            return FakeEngine().run(rules, targets, limits=limits)

    library = lesson(tmp_path / "lessons", rules=[{"languages": ["python"], "pattern": "requests.get(url)"}])
    engine = Clocked()

    assert replay(shop, library, engine=engine, time_limit=50).stopped == ""
    replay(shop, library, engine=engine)

    assert all(0 < deadline <= 50 for deadline in engine.deadlines[:-2])
    assert engine.deadlines[-1] == Limits().deadline


def test_a_change_that_semgrep_cannot_look_at_hides_no_other(shop: Repo, tmp_path: Path) -> None:
    merge(shop, "Crash", {"crash.py": "crash = 1\n"})
    library = lesson(tmp_path / "lessons")
    folder = tmp_path / "outcomes"
    engine = Counting(breaks_at=b"crash")

    report = replay(shop, library, engine=engine, tree=False, outcomes=OutcomeCache(folder))

    assert [(change.title, reason) for change, reason in report.failed] == [
        ("Crash (#11)", "Semgrep was stopped by signal 11.")
    ]
    assert (report.reached, report.replayed) == (6, 5)
    assert len(only(report).commented) == 3
    again = replay(shop, library, tree=False, outcomes=OutcomeCache(folder))
    assert (again.failed, again.replayed) == ((), 6)


def test_a_change_that_still_cannot_be_looked_at_hides_nothing_that_is_known(
    shop: Repo, tmp_path: Path
) -> None:
    merge(shop, "Crash", {"crash.py": "crash = 1\n"})
    library = lesson(tmp_path / "lessons")

    reports = [
        replay(
            shop,
            library,
            engine=Counting(breaks_at=b"crash"),
            tree=False,
            outcomes=OutcomeCache(tmp_path / "m"),
        )
        for _ in range(2)
    ]

    assert reports[0] == reports[1]


def test_a_file_of_today_that_semgrep_cannot_look_at_hides_no_other(long: Repo, tmp_path: Path) -> None:
    bad = {f"{number}.py": "crash = 1\n" for number in (20, 50)}
    long.commit("Crash", {f"{number}.py": BAD for number in range(10, 60)} | bad)

    about = only(replay(long, lesson(tmp_path / "lessons"), engine=Counting(breaks_at=b"crash"), last=1))

    assert [(change, item.path) for change, item in about.unchecked] == [(None, "20.py"), (None, "50.py")]
    assert {f"{number}.py" for number in range(10, 60)} - {place.path for place in about.today} == bad.keys()


def test_a_semgrep_that_cannot_look_at_anything_is_an_error(shop: Repo, tmp_path: Path) -> None:
    engine = Counting(breaks_at=b"")

    with pytest.raises(EngineError, match="signal 11"):
        replay(shop, lesson(tmp_path / "lessons"), engine=engine)

    assert len(engine.asked) <= 5


def test_a_rule_that_semgrep_refuses_is_named_every_time(shop: Repo, tmp_path: Path) -> None:
    rules = [{**RULE, "patterns": [{"pattern": "requests.((("}]}]
    library = lesson(tmp_path / "lessons", rules=rules)

    reports = [replay(shop, library, outcomes=OutcomeCache(tmp_path / "outcomes")) for _ in range(2)]

    for report in reports:
        assert len(report.faults) == 1
        assert "Semgrep refuses rule" in report.faults[0].message


def test_progress_counts_every_change(long: Repo, tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []

    replay(long, lesson(tmp_path / "lessons"), on_progress=lambda *step: heard.append(step))

    assert [done for what, done, _ in heard if what == "replaying commits"][-1] == 130
    assert {total for what, _, total in heard if what == "replaying commits"} == {130}
    assert ("searching today's code", 0, 8) in heard


# Clones that lack something -------------------------------------------------------------------


def test_a_partial_clone_says_the_same_and_fetches_in_batches(shop: Repo, tmp_path: Path) -> None:
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


def test_a_history_with_nothing_to_replay_still_tells_of_today(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "new")
    repo.commit("Open", {"app.py": BAD})

    report = replay(repo, lesson(tmp_path / "lessons"))

    assert report.replayed == 0
    assert [place.path for place in only(report).today] == ["app.py"]
    assert only(report).cause is Cause.UNTOLD
    assert CommitId(repo.head) == report.head
