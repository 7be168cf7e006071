"""Accept comments in the tree that are about incidents of which there is no lesson."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from lessonguard.authoring.locations import Places
from lessonguard.authoring.tree import Tree
from lessonguard.lessons.diagnostic import Diagnostic, find_similar
from lessonguard.lessons.model import Library
from lessonguard.lessons.yaml_tree import Entries, Scalar
from lessonguard.scan.source import Source
from lessonguard.scan.suppressions import MARK, AcceptComment
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.targets import MAX_BYTES

_MARKED = MARK.decode()


def check_suppressions(
    library: Library, tree: Tree, places: Places, *, languages: Languages
) -> Iterator[Diagnostic]:
    """Say which accept comments accept nothing, because no lesson is about what they name.

    Only code that Semgrep can read is looked at, and not the lessons: there, an accept comment counts.
    """
    known = _known(library, places)
    for path in tree.find_text(_MARKED):
        is_lesson = library.folder is not None and path.startswith(f"{library.folder}/")
        if is_lesson or not languages.of_name(path) - languages.of_any_file:
            continue
        source = Source(tree.read(path) or b"")
        for comment in _comments(source, path):
            if comment.is_readable and comment.incident not in known:
                yield _diagnostic(comment, source, path=path, known=known)


def _known(library: Library, places: Places) -> Collection[str]:
    """Give the incidents of all lesson files, of those with faults as well."""
    known = {str(incident) for incident in library.by_incident}
    for path in {fault.path for fault in library.faults}:
        root = places.root(path)
        incident = root.get("incident") if isinstance(root, Entries) else None
        known.add(incident.text if isinstance(incident, Scalar) else PurePosixPath(path).stem)
    return known


def _comments(source: Source, path: str) -> Collection[AcceptComment]:
    if len(source.content) > MAX_BYTES or b"\0" in source.content:
        return ()
    # Loaded here, because Pygments costs 30 ms, and few repositories have such comments.
    from lessonguard.scan.comments import find_accept_comments  # noqa: PLC0415

    return find_accept_comments(source, file_name=path)


def _diagnostic(comment: AcceptComment, source: Source, *, path: str, known: Collection[str]) -> Diagnostic:
    similar = find_similar(comment.incident, known)
    remedy = "remove the comment, or add the lesson"
    return Diagnostic(
        path=path,
        line=comment.line,
        column=source.line(comment.line).text.find(_MARKED) + 1,
        level="warning",
        code="accept-unknown",
        message=f"this accepts {comment.incident}, and no lesson is about that",
        hint=f"did you mean {similar}? Otherwise {remedy}" if similar else remedy,
    )
