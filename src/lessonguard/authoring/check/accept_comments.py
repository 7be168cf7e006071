"""Check accept comments in the repository: whether a lesson is about the incident that each names."""

from __future__ import annotations

from collections.abc import Iterator

from lessonguard.authoring.select import Selection, find_incidents
from lessonguard.authoring.tree import Tree
from lessonguard.lessons.diagnostic import Diagnostic, find_similar
from lessonguard.lessons.model import is_lesson_path
from lessonguard.scan.source import Source
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.targets import MAX_BYTES

_MARKED = "lessonguard:"


def check_accept_comments(selection: Selection, tree: Tree, *, languages: Languages) -> Iterator[Diagnostic]:
    """List the accept comments that accept nothing, because no lesson is about what they name.

    Only code that Semgrep can read is searched, and not the lessons: there, an accept comment is an example.
    """
    incidents = find_incidents(selection.library, selection.read)
    folder = selection.library.folder
    for path in tree.find_text(_MARKED):
        analyzers = languages.of_name(path) - languages.of_any_file
        if is_lesson_path(path, folder=folder) or not analyzers:
            continue
        source = Source(tree.read(path) or b"")
        if len(source.content) > MAX_BYTES or b"\0" in source.content:
            continue
        # Loaded here, because Pygments costs 30 ms, and few repositories have such comments.
        from lessonguard.scan.comments import find_accept_comments  # noqa: PLC0415

        for comment in find_accept_comments(source, file_name=path, analyzers=analyzers):
            if not comment.fault and comment.incident not in incidents:
                similar = find_similar(comment.incident, incidents)
                hint = "remove the comment, or add the lesson"
                yield Diagnostic(
                    path=path,
                    line=comment.line,
                    column=source.line(comment.line).text.find(_MARKED) + 1,
                    level="warning",
                    code="accept-unknown",
                    message=f"this accepts {comment.incident}, and no lesson is about that",
                    hint=f"did you mean {similar}? Otherwise {hint}" if similar else hint,
                )
