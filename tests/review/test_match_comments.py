"""Which comment is on which finding, also after lines, code and files have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from lessonguard.git.changes import Hunk
from lessonguard.lessons.model import RuleId
from lessonguard.review.markers import ReviewMark, marked
from lessonguard.scan.finding import Finding
from tests.support.planned import (
    DELETED,
    WHOLE,
    Pull,
    found,
    kept,
    posted,
    resolved,
)


@pytest.fixture
def pull() -> Pull:
    return Pull()


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
