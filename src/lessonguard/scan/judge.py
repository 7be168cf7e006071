"""Judge the files of a change that there is something to say about: findings and notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lessonguard.git.changes import LineMap
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Library
from lessonguard.scan.citations import CitationIndex
from lessonguard.scan.compare import classify
from lessonguard.scan.compared import ComparedFile
from lessonguard.scan.finding import Finding, Notice
from lessonguard.scan.notices import make_notices
from lessonguard.scan.plan import Remarkable, SeenFile
from lessonguard.scan.report import JudgedFile, make_findings
from lessonguard.scan.suppressions import Acceptances, AcceptComment


def judge(
    files: Sequence[Remarkable],
    repository: Repository,
    library: Library,
    *,
    citations: CitationIndex,
    today: date,
) -> tuple[list[Finding], tuple[Notice, ...]]:
    """Compare both versions of these files, and give what there is to say, sorted.

    Git is asked about the lines of these files and no others.
    """
    hunks = repository.hunks([file.pair for file in files if file.pair])
    judged = [
        JudgedFile(
            path=file.seen.file.path,
            previous_path=file.seen.file.previous_path,
            compared=ComparedFile(
                base=file.seen.base,
                head=file.seen.head,
                lines=LineMap(hunks[file.pair] if file.pair else ()),
            ),
            acceptances=Acceptances(_accept_comments(file.seen), path=file.seen.file.path, today=today),
            watched_by=file.watched_by,
        )
        for file in files
    ]
    findings = make_findings(judged, classify([file.compared for file in judged]), library)
    return findings, make_notices(judged, library, citations)


def _accept_comments(seen: SeenFile) -> Sequence[AcceptComment]:
    if not seen.may_accept:
        return ()
    # Loaded here, because Pygments costs 30 ms, and most changes have no such comment.
    from lessonguard.scan.comments import find_accept_comments  # noqa: PLC0415

    return find_accept_comments(seen.head.source, file_name=seen.file.path) if seen.head else ()
