"""What is measured of `lessonguard review`: pull requests at a server, and what teams do today."""

from __future__ import annotations

from collections.abc import Iterator

from bench import contenders
from bench.history import Size, build_history
from bench.hosting import Host
from bench.lessons import write_lessons
from bench.measure import Case
from bench.workbench import LESSONS, Workbench
from tests.support.hub.server import Hub

GROUP = "review"
FINDINGS = "20 changed files, findings"
CLEAN = "20 changed files, clean"
LATE = "20 changed files, clean, answers 0.1 s late"
MANY = "3,000 changed files, 2 rounds"

_COMMITS, _QUICK_COMMITS = 10_000, 1_000
_MANY_FILES = 3_000
_LATE = 0.1


def review_cases(workbench: Workbench, *, quick: bool) -> Iterator[Case]:
    """Return the cases; the server answers from one to the next."""
    with Hub(workbench.folder / "hub") as hub:
        yield from _pull_requests(workbench, hub, commits=_QUICK_COMMITS if quick else _COMMITS)
        if not quick:
            yield _large_pull_request(workbench, hub)


def _pull_requests(workbench: Workbench, hub: Hub, *, commits: int) -> Iterator[Case]:
    lessons = write_lessons(LESSONS)
    changes = build_history(workbench.folder / "history", lessons=lessons, size=Size(commits=commits))
    rules = contenders.write_rules(changes["change"], lessons)
    host = Host(hub, changes["change"].path)
    pull, clean = host.pull("change"), host.pull("clean")
    with_findings = (
        host.review(pull),
        host.review_again(host.pull("change")),
        host.review_checked_out(pull),
        contenders.core(changes["change"], lessons),
        contenders.core(changes["change"], lessons, jobs=1),
        host.checkout(pull),
        host.semgrep(pull, rules=rules),
    )
    yield Case(group=GROUP, name=FINDINGS, contenders=with_findings, with_memory=True)
    without = (host.review(clean), contenders.core(changes["clean"], lessons, jobs=1))
    yield Case(group=GROUP, name=CLEAN, contenders=without)
    with host.late(_LATE):
        late = (host.review(clean), host.review_checked_out(clean), host.semgrep(clean, rules=rules))
        yield Case(group=GROUP, name=LATE, contenders=late)


def _large_pull_request(workbench: Workbench, hub: Hub) -> Case:
    benchmark = workbench.repository(lessons=LESSONS, changed=_MANY_FILES)
    host = Host(hub, benchmark.path)
    programs = (host.review(host.pull("change")),)
    return Case(group=GROUP, name=MANY, contenders=programs, with_memory=True, most_rounds=2)
