"""The words for a backtest: the same in every output, plain text on one line."""

from __future__ import annotations

from lessonguard.authoring.backtest.result import BacktestReport, Cause, LessonBacktest, Noise
from lessonguard.git.past_changes import PastChanges
from lessonguard.lessons.model import Lesson, Mode
from lessonguard.output.escape import visible
from lessonguard.output.phrases import counted, gist

_ABBREVIATED = 12  # digits of a commit's name
_LONGEST_REASON = 100  # characters; Semgrep quotes the code that it could not parse

_DEEDS = {
    Mode.BLOCK: "would have blocked",
    Mode.COMMENT: "would have commented on",
    Mode.MONITOR: "would have silently recorded",
}


def verdict(backtest: LessonBacktest, report: BacktestReport) -> str:
    """Say in a sentence on how many changes a lesson would have spoken, and what it matches today."""
    return f"{_spoken(backtest, report)}{_today(backtest, report)}."


def replayed_words(report: BacktestReport) -> str:
    """Say what was replayed, as in `500 merges into origin/main, 2025-09-02 to 2026-05-13`."""
    past, changes = report.past, report.past.changes[: report.reached]
    kind = counted(report.replayed, past.unit)
    place = "in" if ".." in past.branch else "into" if past.are_merges else "on"
    dates = [change.date.isoformat() for change in (*changes[-1:], *changes[:1])]
    span = "" if not dates else f", {' to '.join(dict.fromkeys(dates))}"
    return f"{kind} {place} {visible(past.branch)}{span}"


def stop_words(report: BacktestReport) -> str:
    """Say that it ended early, and after how much; empty if it did not."""
    if not report.stopped:
        return ""
    how = "Interrupted" if report.stopped == "interrupted" else "Out of time"
    if report.reached < len(report.past.changes):
        return f"{how} after {report.reached} of {counted(len(report.past.changes), report.past.unit)}"
    if not report.files_seen:
        return f"{how} before the files of today were looked at"
    return f"{how} after {report.files_seen:,} of {counted_files(report.files)} of today"


def counted_files(number: int) -> str:
    """Count files, with commas: there may be thousands."""
    return f"{number:,} file" if number == 1 else f"{number:,} files"


def gaps(report: BacktestReport) -> list[str]:
    """Say what could not be replayed at all, a sentence each."""
    past = report.past
    sentences = []
    if past.cut:
        where = f"its history begins at {past.cut[:_ABBREVIATED]}"
        sentences.append(f"This clone is shallow: {where}. `git fetch --unshallow` gets what is older.")
    if report.failed:
        first = report.failed[0]
        more = f" (and {len(report.failed) - 1} more)" if len(report.failed) > 1 else ""
        commit = first.change.commit[:_ABBREVIATED]
        sentences.append(
            f"Semgrep could not look at {past.unit} {commit}{more}: {gist(first.reason, _LONGEST_REASON)}"
        )
    return sentences


def cause_words(backtest: LessonBacktest, past: PastChanges) -> str:
    """Say why the change that caused the incident is not among those it speaks on; empty if it is."""
    proof = backtest.lesson.proof
    broken = proof.broken[:_ABBREVIATED] if proof else ""
    match backtest.cause:
        case Cause.EARLIER:
            return f"The {past.unit} that caused it is older than these: ask for more with --last or --since."
        case Cause.MISSED:
            why = "the code was there before, or the rule does not fire on it: see `lessonguard prove`"
            return f"None of these introduced the bad code of {broken}: {why}."
        case Cause.ELSEWHERE if proof and not proof.repository:
            unknown = f"which {past.unit} caused it cannot be told"
            return f"The commit with its bad code, {broken}, is not in this history: {unknown}."
        case _:
            return ""


def watch_words(backtest: LessonBacktest, report: BacktestReport) -> str:
    """Say how many changes would have had a notice about a watched path; empty for a lesson without."""
    if backtest.lesson.watch is None:
        return ""
    touch = "touches" if backtest.watched == 1 or report.replayed == 1 else "touch"
    share = _share(backtest.watched, report)
    return f"{share[0].upper()}{share[1:]} {touch} a path that it watches, which is worth a notice."


def unseen_words(*backtests: LessonBacktest) -> str:
    """Say how many files these lessons could not look at, and the first of them; empty if none."""
    unseen = list(dict.fromkeys(unseen for backtest in backtests for unseen in backtest.unseen))
    if not unseen:
        return ""
    first = unseen[0]
    when = f" at {first.change.commit[:_ABBREVIATED]}" if first.change else ""
    files = "1 file" if len(unseen) == 1 else f"{len(unseen):,} files"
    which = "" if len(unseen) == 1 else "the first: "
    reason = gist(first.reason, _LONGEST_REASON).rstrip(".")
    return f"{files} could not be checked, {which}{visible(first.path)}{when}: {reason}."


def advice(backtest: LessonBacktest, report: BacktestReport) -> str:
    """Judge how much it speaks, and say what to do about it; of a silence that ended early, nothing."""
    lesson, unit = backtest.lesson, report.past.unit
    rate = f"one {unit} in {round(backtest.replayed / max(1, len(backtest.spoken)))}"
    match backtest.noise:
        case Noise.SILENT if report.stopped or not lesson.rules:
            return ""
        case Noise.SILENT if not backtest.matches_anything:
            remedy = f"`lessonguard prove {lesson.incident}` shows whether it works"
            return f"Nothing matches here, past or present: {remedy}."
        case Noise.SILENT:
            return f"Quiet: nobody has added such code in these {unit}s."
        case Noise.QUIET:
            return _quiet_advice(lesson)
        case Noise.BUSY:
            look = "If most of these places are fine, narrow the rule with `pattern-not` or `paths`"
            return f"Busy: it speaks on {rate}. {look}{_or_monitor(lesson)}."
        case Noise.NOISY:
            narrow = "People stop reading what speaks so often: narrow the rule with `pattern-not` or `paths`"
            return f"Noisy: it speaks on {rate}. {narrow}{_or_monitor(lesson)}."


def _quiet_advice(lesson: Lesson) -> str:
    if lesson.mode is Mode.MONITOR:
        return "Quiet enough to speak: `mode: comment`."
    return "Quiet: it speaks rarely enough to be read."


def _or_monitor(lesson: Lesson) -> str:
    if lesson.mode is Mode.MONITOR:
        return " before it leaves `mode: monitor`"
    return ", or begin with `mode: monitor`, which records and says nothing"


def _spoken(backtest: LessonBacktest, report: BacktestReport) -> str:
    lesson, count = backtest.lesson, len(backtest.spoken)
    if report.stopped and not report.replayed:
        return f"{lesson.incident} was not tried on any {report.past.unit} yet"
    if not report.replayed:
        return f"{lesson.incident} had no {report.past.unit}s to speak on"
    words = f"{lesson.incident} {_DEEDS[lesson.mode]} {_share(count, report)}"
    if backtest.cause is not Cause.FOUND:
        return words
    return f"{words}, {'among them ' if count > 1 else ''}the one that caused {lesson.incident}"


def _share(count: int, report: BacktestReport) -> str:
    """Say `3 of the last 500 merges`, `none of the 12 commits in v1..v2`."""
    number, past = report.replayed, report.past
    units = counted(number, past.unit)
    if past.limit or report.stopped:
        if number == 1:
            return f"the last {past.unit}" if count else f"nothing in the last {past.unit}"
        scope = f"the last {units}"
    else:
        scope = f"the {units} {f'since {past.since}' if past.since else f'in {visible(past.branch)}'}"
    return f"{count or 'none'} of {scope}"


def _today(backtest: LessonBacktest, report: BacktestReport) -> str:
    if not report.knows_today or not backtest.lesson.rules:
        return ""
    number = len(backtest.standing)
    accepted = len(backtest.today) - number
    words = f"; it matches {counted(number, 'place') if number else 'nothing'} today"
    if report.files_seen < report.files:
        words += f", in the {report.files_seen:,} of {counted_files(report.files)} looked at"
    return f"{words} ({accepted} more accepted)" if accepted else words
