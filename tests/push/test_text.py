"""What a push prints: a line for each clean ref, and what stops it."""

from __future__ import annotations

from dataclasses import replace

from lessonguard.lessons.model import Mode
from lessonguard.push.result import PushedRef
from lessonguard.push.text import render_push
from lessonguard.scan.finding import ScanReport
from tests.support.report import CACHE, make_exposed, make_finding, make_report


def pushed(
    report: ScanReport, *, name: str = "main", remote: str | None = None, is_whole: bool = False
) -> PushedRef:
    return PushedRef(
        local_ref=f"refs/heads/{name}",
        remote_ref=f"refs/heads/{remote or name}",
        commits=2,
        is_whole=is_whole,
        report=report,
    )


def text(*refs: PushedRef, fails_from: Mode | None = Mode.BLOCK) -> str:
    return render_push(refs, fails_from=fails_from, width=80, colour=False)


def test_clean_refs_take_a_line_each() -> None:
    clean = "No new findings · 12 files checked by 30 lessons"

    assert text(pushed(make_report()), pushed(make_report(), name="a", remote="b", is_whole=True)) == (
        f"lessonguard · main · 2 new commits · {clean}\n"
        f"lessonguard · a → b · 2 new commits · nothing of it is on the remote yet · {clean}\n"
    )


def test_many_clean_refs_share_the_first_line() -> None:
    clean = [pushed(make_report(), name=f"v{number}") for number in range(3000)]
    stopped = pushed(make_report(make_finding()), name="bad")

    first, blank, second, *_ = text(*clean, stopped).splitlines()

    found = "No new findings · 36000 files checked by 30 lessons"
    assert (first, blank) == (f"lessonguard · 3000 refs · 6000 new commits · {found}", "")
    assert second == "lessonguard · bad · 2 new commits"
    assert [line.split(" · ")[1] for line in text(*clean[:3]).splitlines()] == ["v0", "v1", "v2"]


def test_what_is_whole_is_said_of_many_refs_too() -> None:
    refs = [pushed(make_report(), is_whole=not number) for number in range(10)]

    assert " · nothing of some is on the remote yet · " in text(*refs)


def test_a_ref_without_lessons_takes_no_line() -> None:
    assert text(pushed(replace(make_report(), lessons=0))) == ""


def test_what_stops_the_push_is_counted_over_all_refs() -> None:
    refs = [pushed(make_report(make_finding(line=line))) for line in (3, 9)]

    assert text(*refs).endswith(
        "\nPush stopped by 2 findings. Fix the code, or accept them as shown above.\n"
        "To push anyway: git push --no-verify\n"
    )


def test_what_stops_the_push_follows_fail_on() -> None:
    ref = pushed(make_report(make_exposed()))

    stopped, shown = text(ref, fails_from=Mode.COMMENT), text(ref)

    assert "blocked: this change removes the protection of this line" in stopped
    assert "Push stopped by 1 finding. Fix the code, or accept it as shown above." in stopped
    assert "this change removes the protection of this line · warning only" in shown
    assert "Push stopped" not in shown


def test_a_lesson_in_monitor_mode_is_not_shown() -> None:
    said = text(pushed(make_report(make_finding(lesson=CACHE))))

    assert said == "lessonguard · main · 2 new commits · No new findings · 12 files checked by 30 lessons\n"
