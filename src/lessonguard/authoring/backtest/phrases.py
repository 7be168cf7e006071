"""The words for a backtest: the same in every output, plain text on one line."""

from __future__ import annotations

from lessonguard.authoring.backtest.result import BacktestReport, Cause, LessonBacktest, Noise
from lessonguard.git.changes import short
from lessonguard.git.past_changes import PastChanges
from lessonguard.lessons.model import Mode
from lessonguard.output.escape import visible
from lessonguard.output.phrases import counted, gist
from lessonguard.scan.finding import Finding

_LONGEST_REASON = 100  # characters; Semgrep quotes the code that it could not parse

_ACTIONS = {
    Mode.BLOCK: "would have blocked",
    Mode.COMMENT: "would have commented on",
    Mode.MONITOR: "would have silently recorded",
}


def verdict(backtest: LessonBacktest, report: BacktestReport) -> str:
    """Return a sentence: on how many changes a lesson would have commented, and what it matches today."""
    words = _commented(backtest, report)
    # A new repository has no past: a sentence about how often a lesson comments would be a guess.
    if not report.past.changes or not report.knows_today or not backtest.lesson.rules:
        return f"{words}."
    number = len(backtest.open_today)
    accepted = len(backtest.today) - number
    words += f"; it matches {counted(number, 'place') if number else 'nothing'} today"
    if report.files_checked < report.files:
        words += f", in the {report.files_checked:,} of {counted_files(report.files)} checked"
    return f"{words} ({accepted} more accepted)." if accepted else f"{words}."


def replayed_words(report: BacktestReport) -> str:
    """Return what was replayed, as in `500 merges into origin/main, 2025-09-02 to 2026-05-13`."""
    past, changes = report.past, report.past.changes[: report.reached]
    kind = counted(report.replayed, past.unit)
    place = "in" if ".." in past.branch else "into" if past.are_merges else "on"
    dates = [change.date.isoformat() for change in (*changes[-1:], *changes[:1])]
    span = "" if not dates else f", {' to '.join(dict.fromkeys(dates))}"
    return f"{kind} {place} {visible(past.branch)}{span}"


def no_past_words(past: PastChanges) -> str:
    """Return that there is no change to replay, without a full stop."""
    return f"There is no past change to replay {'yet' if past.limit is not None else _span(past)}"


def stop_words(report: BacktestReport) -> str:
    """Return that it ended early, and after how much; empty if it did not."""
    if not report.stopped:
        return ""
    how = "Interrupted" if report.stopped == "interrupted" else "Out of time"
    if report.reached < len(report.past.changes):
        return f"{how} after {report.reached} of {counted(len(report.past.changes), report.past.unit)}"
    if not report.files_checked:
        return f"{how} before today's files were checked"
    return f"{how} after {report.files_checked:,} of today's {counted_files(report.files)}"


def first_line(finding: Finding) -> str:
    """Return the first line of the code that a finding is about, without white space around it."""
    return finding.lines[0].text if finding.lines else finding.snippet


def counted_files(number: int) -> str:
    """Return a number of files, with commas: there may be thousands."""
    return f"{number:,} file" if number == 1 else f"{number:,} files"


def gaps(report: BacktestReport) -> list[str]:
    """List what could not be replayed at all, a sentence each."""
    past = report.past
    sentences = []
    if past.cut:
        where = f"its history begins at {short(past.cut)}"
        sentences.append(f"This clone is shallow: {where}. `git fetch --unshallow` fetches the rest.")
    if report.failed:
        change, reason = report.failed[0]
        more = f" (and {len(report.failed) - 1} more)" if len(report.failed) > 1 else ""
        sentences.append(
            f"Semgrep could not check {past.unit} {short(change.commit)}{more}: "
            f"{gist(reason, _LONGEST_REASON)}"
        )
    return sentences


def cause_words(backtest: LessonBacktest, past: PastChanges) -> str:
    """Return why the change that caused the incident got no comment; empty if it got one, or is not known."""
    proof = backtest.lesson.proof
    broken = short(proof.broken) if proof else ""
    if not past.changes:
        return ""
    match backtest.cause:
        case Cause.EARLIER:
            return f"The {past.unit} that caused it is older than these: replay more with --last or --since."
        case Cause.MISSED:
            why = "the code was there before, or the rule does not find it: see `lessonguard prove`"
            return f"None of these introduced the bad code of {broken}: {why}."
        case Cause.ELSEWHERE if proof and not proof.repository:
            unknown = f"so the {past.unit} that caused it is not known"
            return f"The commit with its bad code, {broken}, is not in this history, {unknown}."
        case _:
            return ""


def watch_words(backtest: LessonBacktest, report: BacktestReport) -> str:
    """Return how many changes would have got a notice about a watched path; empty for a lesson without."""
    if backtest.lesson.watch is None or not report.replayed:
        return ""
    touch = "touches" if backtest.watched == 1 or report.replayed == 1 else "touch"
    share = _share(backtest.watched, report)
    notice = ", and would have got a notice" if backtest.watched else ""
    return f"{share[0].upper()}{share[1:]} {touch} a path that it watches{notice}."


def unchecked_words(*backtests: LessonBacktest) -> str:
    """Return how many files these lessons could not check, and the first of them; empty if none."""
    unchecked = {
        (change, item.path, item.explanation): None for each in backtests for change, item in each.unchecked
    }
    if not unchecked:
        return ""
    change, path, explanation = next(iter(unchecked))
    when = f" at {short(change.commit)}" if change else ""
    which = "" if len(unchecked) == 1 else "the first: "
    reason = gist(explanation, _LONGEST_REASON).rstrip(".")
    return f"{counted_files(len(unchecked))} could not be checked, {which}{visible(path)}{when}: {reason}."


def advice(backtest: LessonBacktest, report: BacktestReport) -> str:
    """Return what the number of comments means, and what to do; nothing if it may not be all of them."""
    lesson, unit = backtest.lesson, report.past.unit
    rate = f"one {unit} in {round(backtest.replayed / max(1, len(backtest.commented)))}"
    match backtest.noise:
        case Noise.SILENT if report.stopped or not report.replayed or not lesson.rules:
            return ""
        case Noise.SILENT if not backtest.today:
            remedy = f"`lessonguard prove {lesson.incident}` shows whether it works"
            return f"Nothing matches here, past or present: {remedy}."
        case Noise.SILENT:
            return f"Quiet: nobody has added such code in these {unit}s."
        case Noise.QUIET if lesson.mode is Mode.MONITOR:
            return "Quiet enough for `mode: comment`."
        case Noise.QUIET:
            return "Quiet: it comments rarely enough that people will read it."
        case _:
            is_busy = backtest.noise is Noise.BUSY
            level = "Busy" if is_busy else "Noisy"
            why = "If most of these places are fine," if is_busy else "People stop reading so many comments:"
            narrow = "narrow the rule with `pattern-not` or `paths`"
            monitor = (
                " before it leaves `mode: monitor`"
                if lesson.mode is Mode.MONITOR
                else ", or start with `mode: monitor`, which records findings and posts no comment"
            )
            return f"{level}: it comments on {rate}. {why} {narrow}{monitor}."


def _commented(backtest: LessonBacktest, report: BacktestReport) -> str:
    lesson, count = backtest.lesson, len(backtest.commented)
    if not report.past.changes:
        return no_past_words(report.past)
    if report.stopped and not report.replayed:
        return f"{lesson.incident} was not tried on any {report.past.unit} yet"
    if not report.replayed:
        return f"{lesson.incident} had no {report.past.unit}s to check"
    words = f"{lesson.incident} {_ACTIONS[lesson.mode]} {_share(count, report)}"
    if backtest.cause is not Cause.FOUND:
        return words
    return f"{words}, {'among them ' if count > 1 else ''}the one that caused {lesson.incident}"


def _share(count: int, report: BacktestReport) -> str:
    """Return `3 of the last 500 merges`, `none of the 12 commits in v1..v2`."""
    number, past = report.replayed, report.past
    units = counted(number, past.unit)
    if past.limit or report.stopped:
        if number == 1:
            return f"the last {past.unit}" if count else f"nothing in the last {past.unit}"
        scope = f"the last {units}"
    else:
        scope = f"the {units} {_span(past)}"
    return f"{count or 'none'} of {scope}"


def _span(past: PastChanges) -> str:
    return f"since {past.since}" if past.since else f"in {visible(past.branch)}"
