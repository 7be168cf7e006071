"""What becomes of findings and of earlier comments: nothing said twice, nothing lost, nothing guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count, cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.git.changes import Hunk
from lessonguard.github.pull_request import ReviewComment
from lessonguard.lessons.model import Lesson, Library, Mode, Rule, RuleId
from lessonguard.record import record
from lessonguard.review.markers import FindingMark, ReviewMark, mark_finding, marked, read_mark
from lessonguard.review.plan import ReviewPlan, plan_review
from lessonguard.scan.finding import Acceptance, Finding, Fingerprint, ScanReport, State
from lessonguard.semgrep.interface import Unchecked
from tests.support.report import CACHE, FAULT, LOCK, TIMEOUT, make_finding, make_report

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
        self.comments: list[ReviewComment] = []
        self._ids = count(1)

    def say(self, finding: Finding, *, line: int | None = 42, login: str = BOT) -> ReviewComment:
        """Post a comment on a finding, as we would."""
        return self.write(marked("Text.", mark_finding(finding)), path=finding.path, line=line, login=login)

    def write(
        self, body: str, *, path: str = "a.py", line: int | None = 42, login: str = BOT
    ) -> ReviewComment:
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


@pytest.fixture
def pull() -> Pull:
    return Pull()


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
    return [(item.finding, item.comment.id) for item in plan.keep]


def resolved(plan: ReviewPlan) -> list[tuple[int, str]]:
    return [(item.comment.id, item.how) for item in plan.resolve]


def posted(plan: ReviewPlan) -> list[Finding]:
    return [item.finding for item in plan.post]


# New findings ----------------------------------------------------------------------------------


def test_a_clean_report_without_earlier_comments_asks_for_nothing(pull: Pull) -> None:
    assert pull.plan() == ReviewPlan(post=(), keep=(), resolve=(), rest=())


def test_a_new_finding_is_posted_where_it_is(pull: Pull) -> None:
    plan = pull.plan(found(line=7))

    assert posted(plan) == [found(line=7)]
    assert (plan.post[0].anchor.path, plan.post[0].anchor.line) == ("a.py", 7)


def test_the_most_important_come_first_and_the_others_are_left_to_the_summary(pull: Pull) -> None:
    mild = [found(name=number, line=number, lesson=COMMENTING) for number in (1, 2, 3)]
    grave = [found(name=number, line=number) for number in (4, 5)]

    plan = pull.plan(*mild, *grave, max_comments=3)

    assert posted(plan) == [*grave, mild[0]]
    assert plan.rest == (mild[1], mild[2])


def test_comments_that_stand_count_among_the_most_there_may_be(pull: Pull) -> None:
    findings = [found(name=number, line=number) for number in range(1, 5)]
    pull.say(findings[3], line=4)

    plan = pull.plan(*findings, max_comments=2)

    assert (posted(plan), kept(plan), plan.rest) == (
        [findings[0]],
        [(findings[3], 1)],
        (findings[1], findings[2]),
    )


def test_no_comments_at_all_may_be_wanted(pull: Pull) -> None:
    pull.say(found(name=1))

    plan = pull.plan(found(name=1), found(name=2), max_comments=0)

    assert (posted(plan), kept(plan), plan.rest) == ([], [(found(name=1), 1)], (found(name=2),))


def test_comments_on_whole_files_are_few_and_those_that_stand_count(pull: Pull) -> None:
    findings = [found(name=number, path=f"{number}.py") for number in range(1, 7)]
    hunks = {finding.path: () for finding in findings}

    plan = pull.plan(*findings, hunks=hunks)
    pull.carry_out(plan)
    again = pull.plan(*findings, hunks=hunks)

    assert posted(plan) == findings[:3]
    assert plan.rest == tuple(findings[3:])
    assert (again.post, len(again.keep), again.rest) == ((), 3, plan.rest)


def test_whole_files_take_no_room_from_lines(pull: Pull) -> None:
    on_files = [found(name=number, path=f"{number}.py") for number in range(1, 5)]
    on_line = found(name=5, path="z.py")

    plan = pull.plan(*on_files, on_line, hunks={**{item.path: () for item in on_files}, "z.py": WHOLE})

    assert posted(plan) == [*on_files[:3], on_line]


def test_a_finding_in_a_file_that_is_not_in_the_diff_is_left_to_the_summary(pull: Pull) -> None:
    findings = (found(name=1, path="b.py"), found(name=2, path="c.py"))

    assert pull.plan(*findings, hunks={"b.py": None}).rest == findings


def test_a_lesson_in_monitor_mode_is_never_shown(pull: Pull) -> None:
    pull.say(found(name=1, lesson=MONITORING))
    plan = pull.plan(found(name=1, lesson=MONITORING), found(name=2, lesson=MONITORING))

    assert plan == ReviewPlan(post=(), keep=(), resolve=(), rest=())


@pytest.mark.parametrize("state", [State.TOUCHED, State.MOVED])
def test_what_the_change_did_not_introduce_is_not_said(state: State, pull: Pull) -> None:
    assert pull.plan(found(state=state)) == pull.plan()


def test_what_is_accepted_is_not_said(pull: Pull) -> None:
    assert pull.plan(replace(found(), accepted=ACCEPTED)) == pull.plan()


def test_one_fingerprint_is_said_once(pull: Pull) -> None:
    plan = pull.plan(found(line=1), found(line=2))

    assert (posted(plan), plan.rest) == ([found(line=1)], (found(line=2),))


# Comments that stand ---------------------------------------------------------------------------


@pytest.mark.parametrize("line", [42, 50, None], ids=["as it was", "shifted", "outdated"])
def test_a_finding_that_was_said_is_not_said_again(line: int | None, pull: Pull) -> None:
    pull.say(found(), line=line)

    plan = pull.plan(found(line=50))

    assert (kept(plan), plan.post, plan.resolve) == ([(found(line=50), 1)], (), ())


@pytest.mark.parametrize(
    ("before", "line", "now"),
    [
        pytest.param(found(), None, found(name=1, line=90), id="what encloses it changed"),
        pytest.param(found("get(url)"), None, found("get(\n  url)", name=1), id="layout changed"),
        pytest.param(found(), 42, found("get(url, verify=False)", name=1), id="its text changed"),
        pytest.param(
            found("get(\n url\n)", line=40),
            42,
            found("get(\n link\n)", line=40, name=1),
            id="its text changed on several lines",
        ),
    ],
)
def test_a_finding_that_was_edited_is_not_said_again(
    before: Finding, line: int | None, now: Finding, pull: Pull
) -> None:
    pull.say(before, line=line)

    plan = pull.plan(now)

    assert (kept(plan), plan.post, plan.resolve) == ([(now, 1)], (), ())


def test_a_finding_that_became_another_elsewhere_is_said(pull: Pull) -> None:
    pull.say(found(), line=None)
    other = found("get(url, verify=False)", name=1)

    plan = pull.plan(other)

    assert (posted(plan), resolved(plan)) == ([other], [(1, "fixed")])


def test_a_finding_of_another_rule_on_the_line_is_said(pull: Pull) -> None:
    pull.say(found())
    other = replace(found(name=1), rule=RuleId("INC-245.2"))

    plan = pull.plan(other)

    assert (posted(plan), resolved(plan)) == ([other], [(1, "fixed")])


@pytest.mark.parametrize("hunks", [{"new.py": WHOLE}, {"new.py": WHOLE, "a.py": DELETED}, {"new.py": ()}])
def test_a_finding_is_not_said_again_when_its_file_is_renamed(
    hunks: Mapping[str, Sequence[Hunk]], pull: Pull
) -> None:
    pull.say(found(), line=None)
    now = found(name=1, path="new.py")

    plan = pull.plan(now, hunks=hunks)

    assert (kept(plan), plan.post, plan.resolve) == ([(now, 1)], (), ())


def test_a_file_that_the_change_renames_keeps_its_comments_for_itself(pull: Pull) -> None:
    pull.say(found(path="old.py"), line=None)
    copy = found(name=1, path="a_copy.py")
    renamed = replace(found(name=2, path="new.py"), previous_path="old.py")

    plan = pull.plan(copy, renamed, hunks={"a_copy.py": WHOLE, "new.py": WHOLE})

    assert (kept(plan), posted(plan)) == ([(renamed, 1)], [copy])


def test_a_copy_in_another_file_is_said(pull: Pull) -> None:
    pull.say(found())
    copy = found(name=1, path="b.py")

    plan = pull.plan(found(), copy)

    assert (kept(plan), posted(plan)) == ([(found(), 1)], [copy])


def test_each_of_several_equal_findings_keeps_its_own_comment(pull: Pull) -> None:
    pull.say(found(name=1), line=None)
    pull.say(found(name=0), line=None)

    assert kept(pull.plan(found(name=0), found(name=1))) == [(found(name=0), 2), (found(name=1), 1)]


def test_a_comment_below_its_finding_is_not_taken_for_that_of_an_equal_one_there(pull: Pull) -> None:
    """The first finding is outside of the diff, and what is nearest to it there is the second."""
    findings = found(name=0, line=5), found(name=1, line=10)
    hunks = {"a.py": (Hunk(base_start=10, base_count=3, head_start=10, head_count=3),)}
    pull.carry_out(pull.plan(*findings, hunks=hunks, max_comments=1))

    plan = pull.plan(*findings, hunks=hunks, max_comments=1)

    assert (kept(plan), plan.rest) == ([(findings[0], 1)], (findings[1],))


@pytest.mark.parametrize("shown", [WHOLE, ()])
def test_a_finding_that_went_to_another_file_is_said_there(shown: Sequence[Hunk], pull: Pull) -> None:
    pull.say(found(), line=None)
    now = found(name=1, path="b.py")

    plan = pull.plan(now, hunks={"a.py": shown, "b.py": WHOLE})

    assert (posted(plan), resolved(plan)) == ([now], [(1, "fixed")])


def test_of_several_equal_findings_the_one_that_is_gone_is_resolved(pull: Pull) -> None:
    """The fingerprints of those below move up by one; the lines tell which is which."""
    for number, line in enumerate((None, 20, 30)):
        pull.say(found(name=number), line=line)

    plan = pull.plan(found(name=0, line=20), found(name=1, line=30))

    assert kept(plan) == [(found(name=0, line=20), 2), (found(name=1, line=30), 3)]
    assert resolved(plan) == [(1, "fixed")]


def test_a_finding_after_several_equal_ones_is_said_once(pull: Pull) -> None:
    for number, line in enumerate((None, 20, 30)):
        pull.say(found(name=number), line=line)
    findings = [found(name=0, line=20), found(name=1, line=30), found(name=2, line=40)]
    pull.carry_out(pull.plan(*findings[:2]))

    plan = pull.plan(*findings)
    pull.carry_out(plan)
    again = pull.plan(*findings)

    assert (kept(plan), posted(plan)) == ([(findings[0], 2), (findings[1], 3)], [findings[2]])
    assert kept(again) == [(findings[0], 2), (findings[1], 3), (findings[2], 4)]


def test_what_was_posted_twice_is_kept_once_and_resolved_together(pull: Pull) -> None:
    """A comment whose answer was lost may have been posted again."""
    pull.say(found())
    pull.say(found())
    pull.comments.reverse()

    plan = pull.plan(found(), found(name=1, line=90))

    assert (kept(plan), posted(plan), plan.resolve) == ([(found(), 1)], [found(name=1, line=90)], ())
    assert resolved(pull.plan()) == [(1, "fixed"), (2, "fixed")]


@pytest.mark.parametrize("login", ["mallory", "GitHub-Actions[bot]", ""])
def test_a_marker_by_anybody_else_is_nothing_to_us(login: str, pull: Pull) -> None:
    pull.say(found(), login=login)
    pull.say(found(name=1), login=login)

    plan = pull.plan(found())

    assert (posted(plan), plan.keep, plan.resolve) == ([found()], (), ())


def test_without_a_login_nothing_is_ours(pull: Pull) -> None:
    pull.say(found())

    assert (posted(pull.plan(found(), login=None)), pull.plan(login=None).resolve) == ([found()], ())


def test_what_has_no_marker_of_a_finding_is_nothing_to_us(pull: Pull) -> None:
    pull.write("Nice catch.")
    pull.write(marked("Summary.", ReviewMark(kind="summary", head="a" * 40)))
    pull.comments[0] = replace(pull.comments[0], reply_to=7)

    assert pull.plan(found()) == Pull().plan(found())


# Comments that no longer hold ------------------------------------------------------------------


def test_a_comment_whose_finding_is_gone_is_resolved_once(pull: Pull) -> None:
    pull.say(found(), line=None)

    plan = pull.plan()
    pull.carry_out(plan)

    assert resolved(plan) == [(1, "fixed")]
    assert plan.resolve[0].finding is None
    assert pull.plan().resolve == ()


@pytest.mark.parametrize(
    ("finding", "how"),
    [
        (replace(found(), accepted=ACCEPTED), "accepted"),
        (replace(found(state=State.TOUCHED), accepted=ACCEPTED), "accepted"),
        (found(state=State.TOUCHED), "carried"),
        (found(state=State.MOVED), "carried"),
        (found(name=1, state=State.TOUCHED), "carried"),
    ],
)
def test_a_comment_on_what_is_excused_is_resolved_so(finding: Finding, how: str, pull: Pull) -> None:
    pull.say(found())

    plan = pull.plan(finding)

    assert (resolved(plan), plan.resolve[0].finding) == ([(1, how)], finding)


@pytest.mark.parametrize("state", ["fixed", "accepted", "carried"])
def test_a_finding_that_came_back_is_said_again(state: str, pull: Pull) -> None:
    pull.mark(pull.say(found()), state=state)

    plan = pull.plan(found())

    assert (posted(plan), plan.keep, plan.resolve) == ([found()], (), ())


def test_of_several_equal_findings_the_excused_one_is_resolved_so(pull: Pull) -> None:
    pull.say(found(name=0), line=None)
    pull.say(found(name=1))

    assert resolved(pull.plan(found(name=2, state=State.TOUCHED))) == [(1, "fixed"), (2, "carried")]


def test_what_is_introduced_keeps_its_comment_from_what_is_only_alike(pull: Pull) -> None:
    pull.say(found())
    excused, blamed = found(name=1, line=42, state=State.TOUCHED), found(name=2, line=90)

    plan = pull.plan(excused, blamed)

    assert (kept(plan), plan.resolve) == ([(blamed, 1)], ())


@pytest.mark.parametrize(
    "report",
    [
        make_report(unchecked=(Unchecked(path="a.py", incident=None, reason="larger than 1 MB"),)),
        make_report(unchecked=(Unchecked(path="a.py", incident="INC-245", reason="timed out"),)),
        make_report(faults=(replace(FAULT, path="lessons/INC-245.yaml", code="refused"),)),
    ],
    ids=["its file was not checked", "its lesson could not look", "its rule was refused"],
)
def test_what_was_not_looked_for_is_not_called_fixed(report: ScanReport, pull: Pull) -> None:
    pull.say(found())

    assert pull.plan(report=report) == Pull().plan()


@pytest.mark.parametrize(
    "lessons",
    [
        (COMMENTING,),
        (replace(BLOCKING, mode=Mode.MONITOR),),
        (replace(BLOCKING, rules=BLOCKING.rules[1:]),),
    ],
    ids=["the lesson is gone or invalid", "the lesson only monitors", "the rule is gone"],
)
def test_what_is_not_judged_any_more_is_not_called_fixed(lessons: tuple[Lesson, ...], pull: Pull) -> None:
    pull.say(found())

    assert pull.plan(library=Library(lessons=lessons, folder="lessons")) == Pull().plan()


@pytest.mark.parametrize(
    "report",
    [
        make_report(unchecked=(Unchecked(path="b.py", incident=None, reason="larger than 1 MB"),)),
        make_report(unchecked=(Unchecked(path="a.py", incident="INC-231", reason="timed out"),)),
        make_report(faults=(FAULT,)),
    ],
    ids=["another file was not checked", "another lesson could not look", "another lesson is invalid"],
)
def test_gaps_elsewhere_do_not_matter(report: ScanReport, pull: Pull) -> None:
    pull.say(found())

    assert resolved(pull.plan(report=report)) == [(1, "fixed")]


def test_what_may_have_been_renamed_to_a_file_that_was_not_checked_is_not_called_fixed(pull: Pull) -> None:
    pull.say(found())
    gap = make_report(unchecked=(Unchecked(path="b.py", incident=None, reason="larger than 1 MB"),))

    assert pull.plan(report=gap, hunks={"b.py": WHOLE}).resolve == ()
    assert resolved(pull.plan(hunks={"b.py": WHOLE})) == [(1, "fixed")]


def test_what_a_later_version_wrote_stands_and_is_not_touched(pull: Pull) -> None:
    pull.mark(pull.say(found()), version=2)

    assert len(kept(pull.plan(found()))) == 1
    assert pull.plan(replace(found(), accepted=ACCEPTED)).resolve == ()
    assert pull.plan().resolve == ()


# Properties ------------------------------------------------------------------------------------

PATHS = ["a.py", "b.py", "c.py"]
STATES = [State.ADDED, State.ADDED, State.EXPOSED, State.TOUCHED, State.MOVED]


@st.composite
def reports(draw: st.DrawFn) -> ScanReport:
    """Make a report of findings that are easily taken for each other, each with its own fingerprint."""
    findings = [
        replace(
            found(
                draw(st.sampled_from(["get(url)", "put(url)", "get(\n url\n)"])),
                name=name,
                path=draw(st.sampled_from(PATHS)),
                line=draw(st.integers(1, 4)),
                lesson=draw(st.sampled_from([BLOCKING, BLOCKING, COMMENTING, MONITORING])),
                state=draw(st.sampled_from(STATES)),
            ),
            accepted=draw(st.sampled_from([None, None, None, ACCEPTED])),
            previous_path=draw(st.sampled_from([None, None, *PATHS])),
        )
        for name in draw(st.lists(st.integers(0, 9), unique=True, max_size=8))
    ]
    gaps = [
        Unchecked(path=path, incident=incident, reason="timed out")
        for path, incident in draw(
            st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from([None, "INC-245"])), max_size=1)
        )
    ]
    return make_report(*findings, unchecked=tuple(gaps))


@record
class Push:
    """A push: what is found then, what the diff shows, and to which lines GitHub moves the comments."""

    report: ScanReport
    hunks: Mapping[str, Sequence[Hunk] | None]
    lines: Sequence[int | None]

    def move(self, pull: Pull) -> None:
        pull.comments = [
            replace(comment, line=line)
            for comment, line in zip(pull.comments, cycle(self.lines), strict=False)
        ]


SHOWN = st.sampled_from(
    [WHOLE, WHOLE, (Hunk(base_start=2, base_count=1, head_start=2, head_count=1),), (), None]
)
LINES = st.none() | st.integers(1, 5)
pushes = st.lists(
    st.builds(
        Push,
        report=reports(),
        hunks=st.fixed_dictionaries(dict.fromkeys(PATHS, SHOWN)),
        lines=st.lists(LINES, min_size=1, max_size=9),
    ),
    min_size=1,
    max_size=4,
)


@given(pushes, st.integers(0, 5))
def test_every_push_is_told_wholly_and_once(pushes: list[Push], max_comments: int) -> None:
    pull = Pull()
    for push in pushes:
        push.move(pull)
        introduced = [
            finding
            for finding in push.report.findings
            if finding.state.is_introduced and not finding.accepted and finding.lesson is not MONITORING
        ]

        plan = pull.plan(report=push.report, hunks=push.hunks, max_comments=max_comments)
        pull.carry_out(plan)
        again = pull.plan(report=push.report, hunks=push.hunks, max_comments=max_comments)

        told = [*posted(plan), *(item.finding for item in plan.keep), *plan.rest]
        assert names(told) == names(introduced)
        assert not plan.post or len(plan.post) + len(plan.keep) <= max_comments
        used = chain((item.comment.id for item in plan.keep), (item.comment.id for item in plan.resolve))
        assert max(Counter(used).values(), default=0) <= 1
        assert not again.post
        assert not again.resolve
        assert again.rest == plan.rest


def names(findings: Iterable[Finding]) -> list[str]:
    return sorted(finding.fingerprint[-1] for finding in findings)
