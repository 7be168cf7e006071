"""A pull request on which plans of reviews are carried out, without GitHub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

from lessonguard.git.changes import Hunk
from lessonguard.github.pull_request import ReviewComment
from lessonguard.lessons.model import Lesson, Library, Rule, RuleId
from lessonguard.review.markers import FindingMark, mark_finding, marked, read_mark
from lessonguard.review.plan import ReviewPlan, plan_review
from lessonguard.scan.finding import Acceptance, Finding, Fingerprint, ScanReport, State
from tests.support.report import CACHE, LOCK, TIMEOUT, make_finding, make_report

BOT = "github-actions[bot]"
ACCEPTED = Acceptance(reason="read-only replica", until=None, where="a.py:1")
WHOLE = (Hunk(base_start=1, base_count=900, head_start=1, head_count=900),)
DELETED = (Hunk(base_start=1, base_count=900, head_start=0, head_count=0),)


def _with_rules(lesson: Lesson) -> Lesson:
    rules = [
        Rule(id=RuleId(f"{lesson.incident}.{number}"), languages=("python",), document={}, line=9)
        for number in (1, 2)
    ]
    return replace(lesson, rules=tuple(rules))


BLOCKING, COMMENTING, MONITORING = map(_with_rules, (TIMEOUT, LOCK, CACHE))
LIBRARY = Library(lessons=(BLOCKING, COMMENTING, MONITORING), folder="lessons")


class Pull:
    """A pull request that does what plans say, and on which GitHub and people do other things."""

    def __init__(self) -> None:
        """Begin without comments."""
        self.comments: list[ReviewComment] = []
        self._ids = count(1)

    def say(self, finding: Finding, *, line: int | None = 42, login: str = BOT) -> ReviewComment:
        """Post a comment on a finding, as we would."""
        return self.write(marked("Text.", mark_finding(finding)), path=finding.path, line=line, login=login)

    def write(
        self, body: str, *, path: str = "a.py", line: int | None = 42, login: str = BOT
    ) -> ReviewComment:
        """Post a comment of any text."""
        number = next(self._ids)
        comment = ReviewComment(
            id=number, login=login, body=body, path=path, line=line, reply_to=None, url=f"#{number}"
        )
        self.comments.append(comment)
        return comment

    def mark(self, comment: ReviewComment, **changes: object) -> ReviewComment:
        """Change the marker of a comment."""
        mark = read_mark(comment.body)
        assert isinstance(mark, FindingMark)
        changed = replace(comment, body=marked("Text.", replace(mark, **changes)))  # type: ignore[arg-type]
        self.comments[self.comments.index(comment)] = changed
        return changed

    def carry_out(self, plan: ReviewPlan) -> None:
        """Post and resolve what a plan says."""
        for placed in plan.post:
            self.say(placed.finding, line=placed.anchor.line)
        for resolved in plan.resolve:
            self.mark(resolved.comment, state=resolved.how)

    def plan(
        self,
        *findings: Finding,
        report: ScanReport | None = None,
        library: Library = LIBRARY,
        hunks: Mapping[str, Sequence[Hunk] | None] | None = None,
        login: str | None = BOT,
        max_comments: int = 20,
    ) -> ReviewPlan:
        """Plan for a report; unless told otherwise, every file is in the diff and shown whole."""
        paths = [item.path for item in findings] + [item.path for item in self.comments]
        return plan_review(
            report or make_report(*findings),
            library=library,
            comments=self.comments,
            login=login,
            hunks=dict.fromkeys(paths, WHOLE) if hunks is None else hunks,
            max_comments=max_comments,
        )


def found(
    match: str = "get(url)",
    *,
    name: int = 0,
    path: str = "a.py",
    line: int = 42,
    lesson: Lesson = BLOCKING,
    state: State = State.ADDED,
) -> Finding:
    """Make a finding whose fingerprint is made of `name`."""
    finding = make_finding(match, match, path=path, line=line, lesson=lesson, state=state)
    return replace(finding, fingerprint=Fingerprint(f"{name:032x}"))


def kept(plan: ReviewPlan) -> list[tuple[Finding, int]]:
    """List the findings that keep a comment, with its number."""
    return [(item.finding, item.comment.id) for item in plan.keep]


def resolved(plan: ReviewPlan) -> list[tuple[int, str]]:
    """List the numbers of the comments to resolve, and how."""
    return [(item.comment.id, item.how) for item in plan.resolve]


def posted(plan: ReviewPlan) -> list[Finding]:
    """List the findings that get a comment."""
    return [item.finding for item in plan.post]
