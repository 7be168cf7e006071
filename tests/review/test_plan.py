"""What becomes of findings and of earlier comments: nothing twice, nothing lost, nothing guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessonguard.git.changes import Hunk
from lessonguard.lessons.model import Lesson, Library, Mode
from lessonguard.record import record
from lessonguard.review.plan import ReviewPlan
from lessonguard.scan.finding import Finding, ScanReport, State
from lessonguard.semgrep.interface import Unchecked
from tests.support.planned import (
    ACCEPTED,
    BLOCKING,
    COMMENTING,
    MONITORING,
    WHOLE,
    Pull,
    found,
    kept,
    posted,
    resolved,
)
from tests.support.report import FAULT, make_report


@pytest.fixture
def pull() -> Pull:
    return Pull()


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
