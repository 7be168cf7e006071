"""Build reports for the tests of outputs: realistic ones, and hostile ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from lessonguard.git.changes import CommitId
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.model import IncidentId, Lesson, Mode, RuleId, Severity
from lessonguard.scan.finding import (
    Acceptance,
    Finding,
    Fingerprint,
    Notice,
    NoticeKind,
    Position,
    ScanReport,
    SourceLine,
    State,
)
from lessonguard.semgrep.interface import Unchecked

_CASES = Path(__file__).parents[1] / "cases" / "render"

TIMEOUT = Lesson(
    path="lessons/INC-245.yaml",
    incident=IncidentId("INC-245"),
    title="Checkout hung for 41 minutes when the payments API stalled",
    date=date(2026, 5, 14),
    severity=Severity.P1,
    failure_class="missing-timeout",
    failure_mode="A call to the payments API had no timeout, so one stalled upstream held every worker.",
    root_cause="The client library waits for ever unless it is told otherwise.",
    mitigation="Pass an explicit timeout; fall back to the queued path when it expires.",
    invariant="Every outbound HTTP call has a timeout.",
    postmortem="https://wiki.example.com/INC-245",
    mode=Mode.BLOCK,
)

LOCK = Lesson(
    path="lessons/INC-231.yaml",
    incident=IncidentId("INC-231"),
    title="312 customers were charged twice",
    date=date(2026, 3, 2),
    severity=Severity.P2,
    failure_class="missing-lock",
    failure_mode="Two workers charged the same order at once, because nothing held the user's lock.",
    root_cause="The lock was taken by the caller, and a refactoring left one caller without it.",
    mitigation="Take the user's lock around every charge.",
    invariant="Every charge happens under the user's lock.",
)

CACHE = Lesson(
    path="lessons/INC-198.yaml",
    incident=IncidentId("INC-198"),
    title="A deploy emptied the cache and the database fell over",
    date=date(2025, 11, 20),
    severity=Severity.P3,
    failure_class="thundering-herd",
    failure_mode="All keys expired in the same second, so every request reached the database.",
    root_cause="All keys were written with one lifetime.",
    mitigation="Add jitter to the lifetime.",
    invariant="Cache lifetimes have jitter.",
    mode=Mode.MONITOR,
)


def make_finding(
    code: str = "    response = requests.post(url, json=payload)",
    match: str = "requests.post(url, json=payload)",
    *,
    path: str = "billing/client.py",
    line: int = 42,
    lesson: Lesson = TIMEOUT,
    state: State = State.ADDED,
) -> Finding:
    """Make a finding in `code`, one or more lines of which the first is number `line`.

    `match` must occur in the code. What else a test needs, it sets with `dataclasses.replace`.
    """
    lines = code.split("\n")
    offset = code.index(match)
    before, through = code[:offset], code[: offset + len(match)]
    return Finding(
        lesson=lesson,
        rule=RuleId(f"{lesson.incident}.1"),
        state=state,
        path=path,
        previous_path=None,
        start=_position(before, line),
        end=_position(through, line),
        snippet=match,
        lines=tuple(SourceLine(number=line + index, text=text) for index, text in enumerate(lines)),
        removed=(),
        message=lesson.failure_mode,
        fix=None,
        fingerprint=Fingerprint(f"{line:016x}"),
        accepted=None,
    )


def make_exposed() -> Finding:
    """Make a finding that the removal of a lock exposed."""
    finding = make_finding(
        "    charge(order.user, order.total)",
        "charge(order.user, order.total)",
        path="billing/orders.py",
        line=18,
        lesson=LOCK,
        state=State.EXPOSED,
    )
    removed = (
        SourceLine(number=17, text="    with lock(order.user):"),
        SourceLine(number=18, text="        charge(order.user, order.total)"),
    )
    return replace(finding, removed=removed)


def make_notice(kind: NoticeKind, *, path: str, line: int, lesson: Lesson | None = TIMEOUT) -> Notice:
    """Make a notice; citations are removed in base, everything else is noticed in head."""
    return Notice(
        incident=lesson.incident if lesson else "INC-9999",
        lesson=lesson,
        kind=kind,
        path=path,
        line=line,
        side="base" if kind == "citation-removed" else "head",
        text="" if kind == "watched-path" else "# see INC-245",
    )


FAULT = Diagnostic(
    path="lessons/INC-250.yaml",
    line=4,
    code="schema",
    message="unknown key `titel`",
    hint="did you mean `title`?",
)


def make_report(
    *findings: Finding,
    fixed: tuple[Finding, ...] = (),
    notices: tuple[Notice, ...] = (),
    unchecked: tuple[Unchecked, ...] = (),
    faults: tuple[Diagnostic, ...] = (),
) -> ScanReport:
    """Make a report of 30 lessons and 12 files."""
    return ScanReport(
        base=CommitId("b" * 40),
        head=CommitId("a" * 40),
        lessons=30,
        files=12,
        findings=findings,
        fixed=fixed,
        notices=notices,
        unchecked=unchecked,
        faults=faults,
    )


def make_full_report() -> ScanReport:
    """Make a report with something of everything: every state, mode, notice and gap."""
    first = replace(make_finding(), fix="requests.post(url, json=payload, timeout=5)")
    several = make_finding(
        "    return requests.get(\n        url,\n        headers=headers,\n    )",
        "requests.get(\n        url,\n        headers=headers,\n    )",
        path="billing/refunds.py",
        line=9,
    )
    kept = make_finding("requests.get(replica)", "requests.get(replica)", path="reports/export.py", line=7)
    accepted = Acceptance(reason="read-only replica", until=date(2027, 1, 1), where="reports/export.py:6")
    touched = make_finding(path="shop/cart.py", line=88, state=State.TOUCHED)
    moved = replace(
        make_finding(path="shop/http.py", line=5, state=State.MOVED), previous_path="shop/client.py"
    )
    quiet = make_finding("cache.set(key, value, 60)", "60", path="shop/views.py", line=30, lesson=CACHE)
    return make_report(
        first,
        make_exposed(),
        several,
        replace(kept, accepted=accepted),
        touched,
        moved,
        quiet,
        fixed=(make_finding(path="shop/tax.py", line=12, state=State.FIXED),),
        notices=(
            make_notice("watched-path", path="billing/gateway/api.py", line=1),
            make_notice("citation-removed", path="shop/tax.py", line=11),
            make_notice("accept-unknown", path="shop/views.py", line=2, lesson=None),
        ),
        unchecked=(
            Unchecked(path="web/vendor.js", incident=None, reason="larger than 1 MB"),
            Unchecked(path="shop/legacy.py", incident="INC-231", reason="cannot be parsed at line 3"),
            Unchecked(path="shop/legacy.py", incident="INC-245", reason="cannot be parsed at line 3"),
        ),
        faults=(FAULT,),
    )


HOSTILE = [
    "@octocat @acme/payments a@b.example",
    "|a@b.example mailto:a@b.example",
    "#1 owner/repo#2 GH-3",
    "4f1c2d9 owner/repo@4f1c2d9 0123456789ABCDEF0123456789abcdef01234567",
    ":octocat: :+1: a.py:100:5",
    "https://evil.example www.evil.example",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "<img src=https://evil.example/x.png onerror=alert(1)>",
    "</details></summary><details open>",
    "<!-- lessonguard fingerprint=0 -->",
    "`",
    "```",
    "\n````\n# heading\n",
    "~~~",
    "|---|\n| a | b |",
    "a\\|b",
    "&lt;b&gt; &#64;octocat",
    "$x$ $$y$$ $`z`$",
    "**bold** __bold__ *em* ~~gone~~",
    "\n::error::pwned",
    "\r\n##[error]pwned",
    "%0A::set-output name=x::y",
    ",title=pwned::",
    "\x1b[2J\x1b]0;pwned\x07",
    "\x9b31m",
    "\u202eevil\u2066",
    "\u2028\u2029\x85\x0b\x0c",
    "\ufeff\u200b\U000e0041",
    "\udcff",
    "\t\\",
    "{0} [1](2)",
]
"""Text that somebody puts into code or names to make an output say what they want."""

hostile_text = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=20), max_size=5).map("".join)


@st.composite
def hostile_report(draw: st.DrawFn) -> ScanReport:
    """Make a report in which every text from a change, and from a lesson, is hostile."""
    text = draw(hostile_text) or "x"
    lesson = replace(
        draw(st.sampled_from([TIMEOUT, LOCK, CACHE])), title=text, failure_mode=text, mitigation=text
    )
    finding = replace(
        make_finding(text, "", path=text, lesson=lesson, state=draw(st.sampled_from(_REPORTED))),
        snippet=text,
        removed=(SourceLine(number=1, text=text.replace("\n", " ")),),
        previous_path=draw(st.none() | st.just(text)),
        message=draw(hostile_text),
        fix=draw(st.none() | st.just(text)),
        accepted=draw(st.none() | st.just(Acceptance(reason=text, until=None, where=f"{text}:1"))),
    )
    notice = replace(make_notice("accept-unknown", path=text, line=1, lesson=None), incident=text, text=text)
    return make_report(
        finding,
        *[replace(finding, lesson=replace(lesson, incident=IncidentId("INC-2")))] * draw(st.integers(0, 2)),
        fixed=(replace(finding, state=State.FIXED),),
        notices=(notice,),
        unchecked=(Unchecked(path=text, incident=None, reason=text),),
        faults=(Diagnostic(path=text, code="schema", message=text, hint=text),),
    )


def expected(name: str) -> str:
    """Read the output that people have looked at and approved."""
    return (_CASES / name).read_bytes().decode("utf-8")


_REPORTED = [State.ADDED, State.EXPOSED, State.TOUCHED, State.MOVED]


def _position(text: str, first: int) -> Position:
    lines = text.split("\n")
    return Position(line=first + len(lines) - 1, column=len(lines[-1]) + 1)
