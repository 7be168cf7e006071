"""The web addresses on GitHub of what a review is about: lessons, places and commits."""

from __future__ import annotations

from urllib.parse import quote

from lessonguard.lessons.model import Lesson
from lessonguard.record import record
from lessonguard.scan.finding import Finding, State


@record
class Links:
    """The addresses of what a review is about, percent-encoded.

    `server` is `https://github.com` or the like, `repository` is `acme/shop`, `tip` the commit
    that the lessons come from, and `head` the one that was checked; both full object names.
    """

    server: str
    repository: str
    tip: str
    head: str

    def lesson(self, lesson: Lesson) -> str:
        """Return the address of a lesson file at the tip, or nothing if it is kept elsewhere."""
        is_elsewhere = lesson.path.startswith("/") or ".." in lesson.path.split("/")
        return "" if is_elsewhere else self._file(self.tip, lesson.path)

    def place(self, finding: Finding) -> str:
        """Return the address of the matched lines in head, or nothing if they are gone."""
        if finding.state is State.FIXED:
            return ""
        first, last = finding.start.line, last_line(finding)
        lines = f"#L{first}" if first == last else f"#L{first}-L{last}"
        return self._file(self.head, finding.path) + lines

    def commit(self) -> str:
        """Return the address of the commit that was checked."""
        return f"{self._repository}/commit/{quote(self.head, safe='')}"

    def _file(self, commit: str, path: str) -> str:
        return f"{self._repository}/blob/{quote(commit, safe='')}/{_quoted(path)}"

    @property
    def _repository(self) -> str:
        return f"{self.server.rstrip('/')}/{_quoted(self.repository)}"


def last_line(finding: Finding) -> int:
    """Return the last line that a finding matches; one that ends before a line's start is not on it."""
    start, end = finding.start, finding.end
    return max(start.line, end.line - 1) if end.column == 1 else end.line


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")
