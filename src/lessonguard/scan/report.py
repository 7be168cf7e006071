"""Turn classified matches into findings: all that any output needs, with fingerprints, in a fixed order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from lessonguard.lessons.model import Lesson, Library, RuleId
from lessonguard.scan.compare import ClassifiedMatch, FileComparison, classify
from lessonguard.scan.finding import Finding, Fingerprint, Notice, State
from lessonguard.scan.notices import CitationIndex, make_notices
from lessonguard.scan.source import Source, tokenize
from lessonguard.scan.suppressions import Acceptances
from lessonguard.semgrep.interface import NEVER, Deadline

# How many source lines of one match, or of what was removed above it, a finding has.
_LONGEST_EXCERPT = 12

# Lines of flow control in any language, and lines without a word, such as `{`.
_FLOW = re.compile(
    r"\W*((if|elif|else|elsif|unless|for|foreach|while|until|loop|do|switch|case|default|match|when|"
    r"try|catch|except|rescue|ensure|finally|with|using|begin|end|return|await|lock|synchronized)\b|$)"
)


def list_findings(
    files: Sequence[FileComparison],
    library: Library,
    *,
    citations: CitationIndex,
    today: date,
    deadline: Deadline = NEVER,
) -> tuple[list[Finding], tuple[Notice, ...], list[FileComparison]]:
    """List the findings and the notices about these files, sorted; what is merely `inherited` is left out.

    The order of findings is path, line, column, lesson, rule. Last, list the files that could not be
    compared by the deadline.
    """
    accepting = {file: Acceptances(file.accept_comments, path=file.path, today=today) for file in files}
    fingerprints: dict[tuple[FileComparison, bool], Fingerprints] = {}
    findings = []
    classified, not_compared = classify(files, deadline=deadline)
    late = dict.fromkeys(not_compared)
    for match in classified:
        if deadline.is_over:
            late[match.file] = None
            continue
        version = match.file, match.state is State.FIXED
        if version not in fingerprints:
            fingerprints[version] = Fingerprints(match.source, path=match.file.path)
        # Also for what is inherited, because equal findings are told apart by counting them, and because an
        # accept comment for old code is not unused.
        finding = _finding(
            match,
            fingerprints=fingerprints[version],
            lesson=library.by_rule[match.match.rule],
            acceptances=accepting[match.file],
        )
        if match.state is not State.INHERITED:
            findings.append(finding)
    findings.sort(key=lambda it: (it.path, it.start, it.lesson.incident, it.rule, it.end))
    # What accepts nothing is not known of a file whose findings are not.
    told = {file: comments for file, comments in accepting.items() if file not in late}
    return findings, make_notices(told, library, citations), list(late)


def _finding(
    classified: ClassifiedMatch, *, fingerprints: Fingerprints, lesson: Lesson, acceptances: Acceptances
) -> Finding:
    file, source, match = classified.file, classified.source, classified.match
    lines, is_gone = classified.lines, classified.state is State.FIXED
    origin = classified.origin
    snippet = source.text(match.start, match.end)
    # Semgrep is not shown what is no UTF-8, so a fix would put something else in its place.
    is_known = "\N{REPLACEMENT CHARACTER}" not in snippet
    removed = classified.removed[-_LONGEST_EXCERPT:]
    return Finding(
        lesson=lesson,
        rule=RuleId(match.rule),
        state=classified.state,
        path=file.path,
        previous_path=origin.base_path if origin and origin is not file else file.previous_path,
        start=source.position(match.start),
        end=source.position(match.end),
        snippet=snippet,
        lines=source.excerpt(lines[:_LONGEST_EXCERPT]),
        removed=file.base.excerpt(removed) if file.base else (),
        is_removed_below=classified.is_removed_below,
        message=match.message,
        fix=match.fix if is_known and not is_gone else None,
        fingerprint=fingerprints.make(
            incident=lesson.incident,
            rule=RuleId(match.rule),
            tokens=source.token_text(match.start, match.end),
            line=lines.start,
        ),
        accepted=None if is_gone else acceptances.accept(lesson.incident, lines),
    )


class Fingerprints:
    """Makes the fingerprints of one version of one file, in the order of their positions."""

    def __init__(self, source: Source, *, path: str) -> None:
        """Start counting equals anew. `path` is that of head, also for what is gone from it."""
        self._source = source
        self._path = path
        self._enclosing = enclosing_lines(source)
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._contexts: dict[int, str] = {0: ""}

    def make(self, *, incident: str, rule: str, tokens: Sequence[str], line: int) -> Fingerprint:
        """Hash the lesson, the path, the text, what encloses it, and the ordinal among equals."""
        enclosing = self._enclosing[line]
        if enclosing not in self._contexts:  # thousands of matches may be in one function
            self._contexts[enclosing] = " ".join(tokenize(self._source.line(enclosing).text))
        identity = (incident, rule, self._path, " ".join(tokens), self._contexts[enclosing])
        ordinal = self._seen[identity]
        self._seen[identity] += 1
        text = "\0".join((*identity, str(ordinal)))
        return Fingerprint(sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32])


def enclosing_lines(source: Source) -> list[int]:
    """Return, for each 1-based line, the nearest less indented line above that is not flow control.

    That is the function, class, resource or job a line belongs to, in any language that people
    indent; 0 at the top level and for item 0. Flow control is passed over, so that wrapping code
    in a `try` does not change its identity.
    """
    result, stack = [0], [(-1, 0)]
    for number in range(1, source.line_count + 1):
        text = source.line(number).text
        expanded = text.expandtabs(8)
        # An empty line belongs to what is open above it.
        indent = len(expanded) - len(expanded.lstrip()) if text.strip() else stack[-1][0] + 1
        while stack[-1][0] >= indent:
            stack.pop()
        result.append(stack[-1][1])
        if not _FLOW.match(text):
            stack.append((indent, number))
    return result
