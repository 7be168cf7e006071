"""SARIF 2.1.0, for code scanning and for any other program that reads it.

The rules carry the lessons, so that a reader of a result has the whole story beside it. Section
numbers are those of the OASIS standard; the limits are those of GitHub's code scanning.
"""

from __future__ import annotations

from urllib.parse import quote

from lessonguard.lessons.model import Lesson, Mode, RuleId
from lessonguard.output.escape import json_text, link, markdown_text, one_line, shortened, visible
from lessonguard.output.phrases import counted, notice_words, story_parts, whole_message
from lessonguard.output.story import by_importance
from lessonguard.scan.finding import Finding, Notice, ScanReport, State

SarifObject = dict[str, object]

# GitHub's code scanning rejects a run with more results:
# https://docs.github.com/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
MOST_RESULTS = 25_000

ROOT = "%SRCROOT%"  # what paths are relative to: the top of the repository (§3.4.4)

# The value of `originalUriBaseIds` (§3.14.14).
ROOTS: SarifObject = {ROOT: {"description": {"text": "The top of the repository."}}}

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LONGEST_DESCRIPTION = 1_024  # characters; more is rejected
_LONGEST_SNIPPET = 4_096  # characters; an upload is limited as a whole, and a cut snippet would be false

_LEVELS = {Mode.BLOCK: "error", Mode.COMMENT: "warning", Mode.MONITOR: "note"}
_PROBLEM_SEVERITIES = {Mode.BLOCK: "error", Mode.COMMENT: "warning", Mode.MONITOR: "recommendation"}

# §3.27.24: what edits and moves mean against the baseline, which is the base of the change.
_BASELINE = {
    State.ADDED: "new",
    State.EXPOSED: "new",
    State.TOUCHED: "updated",
    State.MOVED: "unchanged",
}

_NOTIFICATIONS = {
    "unchecked": ("warning", "A changed file that a lesson should have checked and could not."),
    "lesson-fault": ("error", "A lesson file is invalid; the others were applied."),
    "notice": ("note", "Something to know that is not a finding."),
    "results-left-out": ("warning", "There are more results than code scanning accepts."),
}


def render_sarif(report: ScanReport, *, repository: str | None = None) -> str:
    """Write the report as one SARIF run.

    `repository` is the web address of the repository, which the report does not know; with it
    the run says which commit it judges (§3.23). What was fixed is left out: readers that
    ignore `baselineState`, as GitHub does, would take it for a problem.
    """
    shown = report.findings
    if len(shown) > MOST_RESULTS:
        shown = tuple(by_importance(shown)[:MOST_RESULTS])
    rules = {finding.rule: finding.lesson for finding in shown}
    run: SarifObject = {
        "tool": {"driver": _driver(rules)},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": ROOTS,
        "invocations": [_invocation(report, dropped=len(report.findings) - len(shown))],
        "results": [_result(finding, rules=list(rules)) for finding in shown],
        "properties": {"base": report.base, "head": report.head},
    }
    if repository:
        run["versionControlProvenance"] = [
            {"repositoryUri": repository, "revisionId": report.head, "mappedTo": {"uriBaseId": ROOT}}
        ]
    return sarif_log(run)


def _driver(rules: dict[RuleId, Lesson]) -> SarifObject:
    return {
        "name": "lessonguard",
        "rules": [_rule(rule, lesson) for rule, lesson in rules.items()],
        "notifications": [
            {"id": name, "shortDescription": {"text": text}} for name, (_, text) in _NOTIFICATIONS.items()
        ],
    }


def _rule(rule: RuleId, lesson: Lesson) -> SarifObject:
    parts = story_parts(lesson)
    postmortem = [link("Postmortem", lesson.postmortem)] if lesson.postmortem else []
    described: SarifObject = {
        "id": rule,
        "name": "".join(word.capitalize() for word in lesson.failure_class.split("-")),
        "shortDescription": {"text": _description(f"{lesson.incident}: {lesson.title}")},
        "fullDescription": {"text": _description(lesson.failure_mode)},
        "help": {
            "text": "\n".join(f"{label}: {text}" for label, text in parts),
            "markdown": "\n\n".join(
                [*(f"**{label}.** {markdown_text(text)}" for label, text in parts), *postmortem]
            ),
        },
        "defaultConfiguration": {"level": _LEVELS[lesson.mode]},
        "properties": {
            "tags": [lesson.failure_class, lesson.severity.value],
            "problem.severity": _PROBLEM_SEVERITIES[lesson.mode],
            "incident": lesson.incident,
            "date": lesson.date.isoformat(),
            "lesson": lesson.path,
        },
    }
    return {**described, "helpUri": lesson.postmortem} if lesson.postmortem else described


def _description(text: str) -> str:
    return shortened(one_line(text), _LONGEST_DESCRIPTION)


def _result(finding: Finding, *, rules: list[RuleId]) -> SarifObject:
    blamed = finding.state.is_introduced
    result: SarifObject = {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": _LEVELS[finding.lesson.mode] if blamed else "note",
        "message": _message(whole_message(finding)),
        "locations": [sarif_location(finding.path, _region(finding, snippet=True))],
        "partialFingerprints": {"lessonguard/v1": finding.fingerprint},
        "baselineState": _BASELINE.get(finding.state, "unchanged"),
        "suppressions": _suppressions(finding),
        "properties": {
            "state": finding.state.value,
            "mode": finding.lesson.mode.value,
            "previousPath": finding.previous_path,
        },
    }
    return result if finding.fix is None else {**result, "fixes": [_fix(finding, finding.fix)]}


def _message(sentences: list[str]) -> SarifObject:
    """Write a message as text and as Markdown."""
    return {
        "text": sarif_text(" ".join(sentences)),
        "markdown": "\n\n".join(markdown_text(sentence) for sentence in sentences),
    }


def _region(finding: Finding, *, snippet: bool) -> SarifObject:
    start, end = finding.start, finding.end
    region: SarifObject = {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    }
    if snippet and len(finding.snippet) <= _LONGEST_SNIPPET:
        region["snippet"] = {"text": finding.snippet}
    return region


def _suppressions(finding: Finding) -> list[SarifObject]:
    """Return how the finding was accepted; an empty list means that it was not (§3.27.23)."""
    acceptance = finding.accepted
    if acceptance is None:
        return []
    path, _, line = acceptance.where.rpartition(":")
    until = acceptance.until.isoformat() if acceptance.until else None
    return [
        {
            "kind": "inSource",
            "status": "accepted",
            "justification": acceptance.reason,
            "location": sarif_location(path, {"startLine": int(line)}),
            "properties": {"until": until},
        }
    ]


def _fix(finding: Finding, fix: str) -> SarifObject:
    replacement = {"deletedRegion": _region(finding, snippet=False), "insertedContent": {"text": fix}}
    return {
        "description": {"text": "Replace the match as the rule proposes."},
        "artifactChanges": [
            {"artifactLocation": sarif_artifact(finding.path), "replacements": [replacement]}
        ],
    }


def _invocation(report: ScanReport, *, dropped: int) -> SarifObject:
    notifications = []
    for item in report.unchecked:
        meant = f" (for {visible(item.incident)})" if item.incident else ""
        text = f"Not checked: {one_line(item.explanation)}{meant}"
        notifications.append(_notification("unchecked", text, location=sarif_location(item.path)))
    notifications += [_notification("lesson-fault", one_line(fault.text)) for fault in report.faults]
    notifications += [_noticed(notice) for notice in report.notices]
    if dropped:
        text = f"{counted(dropped, 'result')} left out: code scanning accepts {MOST_RESULTS} in one run."
        notifications.append(_notification("results-left-out", text))
    return {"executionSuccessful": True, "toolExecutionNotifications": notifications}


def _noticed(notice: Notice) -> SarifObject:
    region: SarifObject | None = {"startLine": notice.line} if notice.side == "head" else None
    return _notification("notice", notice_words(notice), location=sarif_location(notice.path, region))


def _notification(name: str, text: str, *, location: SarifObject | None = None) -> SarifObject:
    notification: SarifObject = {
        "descriptor": {"id": name, "index": list(_NOTIFICATIONS).index(name)},
        "level": _NOTIFICATIONS[name][0],
        "message": {"text": sarif_text(text)},
    }
    return {**notification, "locations": [location]} if location else notification


def sarif_log(run: SarifObject) -> str:
    """Write a SARIF file of one run."""
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def sarif_location(path: str, region: SarifObject | None = None) -> SarifObject:
    """Return a location: a file, or a region of it."""
    physical: SarifObject = {"artifactLocation": sarif_artifact(path)}
    return {"physicalLocation": {**physical, "region": region} if region else physical}


def sarif_artifact(path: str) -> SarifObject:
    """Return a file as a relative URI: the bytes of its path, percent-encoded."""
    return {"uri": quote(path.encode("utf-8", "surrogateescape")), "uriBaseId": ROOT}


def sarif_text(text: str) -> str:
    """Return plain text in which nothing is taken for a link, which is `[text](target)` (§3.11.6)."""
    return text.replace("](", "] (")
