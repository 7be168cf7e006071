"""Check paths: whether the globs of rules and watches match any file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lessonguard.authoring.prove.locations import Location, Locations
from lessonguard.authoring.tree import RuleFiles
from lessonguard.lessons.diagnostic import Diagnostic, Level
from lessonguard.lessons.model import Lesson, Rule
from lessonguard.semgrep.globs import glob_fault, glob_filter, path_filter

# Names for what a glob leaves open. One of them gets through, unless a glob means to leave out everything.
_NAMES = ("a", "Q7", "x_y-z", "Zz/k.w", "b.c/D-1/e_f")

_HINTS = {
    "glob": "close the brackets, or write what they stand for as globs of their own",
    "no-match": "globs are relative to the top of the repository; ** spans folders",
}


def check_paths(lesson: Lesson, locations: Locations, files: RuleFiles) -> Iterator[Diagnostic]:
    """List the globs of a lesson that cannot be read, leave out everything, or match no file."""
    for number, rule in enumerate(lesson.rules):
        steps = ("rules", number, "paths")
        admits = path_filter(rule.document).admits if not has_unreadable_glob(rule) else None
        if admits is None:
            for below, glob in _globs(rule):
                if problem := _problem(glob):
                    start = locations.value(lesson.path, *steps, *below)
                    yield _diagnostic(lesson, start, level="error", code="glob", message=problem)
        elif "paths" not in rule.document:
            continue
        elif matches_nothing(rule, files):
            message = "these paths leave out every file, so the rule can never match"
            start = locations.key(lesson.path, *steps)
            yield _diagnostic(lesson, start, level="error", code="no-match", message=message)
        elif (paths := files.paths_of(rule)) and not any(map(admits, paths)):
            message = "these paths leave out every file here that the rule could look at"
            start = locations.key(lesson.path, *steps)
            yield _diagnostic(lesson, start, level="warning", code="no-match", message=message)
    yield from _check_watch(lesson, locations, files)


def _check_watch(lesson: Lesson, locations: Locations, files: RuleFiles) -> Iterator[Diagnostic]:
    for position, glob in enumerate(lesson.watch.paths if lesson.watch else ()):
        steps = ("watch", "paths", position)
        if problem := _problem(glob):
            start = locations.value(lesson.path, *steps)
            yield _diagnostic(lesson, start, level="error", code="glob", message=problem)
        elif files.is_known and not any(map(glob_filter((glob,)).admits, files.paths())):
            start = locations.value(lesson.path, *steps)
            message = f"no file here matches {glob}, so nothing is watched"
            yield _diagnostic(lesson, start, level="warning", code="no-match", message=message)


def has_unreadable_glob(rule: Rule) -> bool:
    """Return whether Semgrep cannot read one of the globs of a rule."""
    return any(_problem(glob) for _, glob in _globs(rule))


def matches_nothing(rule: Rule, files: RuleFiles) -> bool:
    """Return whether the `paths` of a rule leave out everything, not just the files that are here."""
    admits = path_filter(rule.document).admits
    return not any(map(admits, _likely_paths(rule))) and not any(map(admits, files.paths_of(rule)))


def _globs(rule: Rule) -> Iterator[tuple[tuple[str, int], str]]:
    """List the globs of a rule, each with the keys and positions that lead to it below `paths`."""
    paths = rule.document.get("paths", {})
    for key in ("include", "exclude"):
        for position, glob in enumerate(paths.get(key, ())):
            yield (key, position), glob


def _problem(glob: str) -> str:
    return glob_fault(glob).rstrip(".")


def _likely_paths(rule: Rule) -> Iterator[str]:
    """List paths of which a rule looks at one, unless it looks at none at all."""

    def fill(glob: str, name: str) -> str:
        text = re.sub(r"\[[!^]?(.)[^\]]*\]", r"\1", glob).replace("**", name)
        return re.sub(r"\\(.)", r"\1", text.replace("*", name.replace("/", "-")).replace("?", "q")).strip("/")

    included = rule.document.get("paths", {}).get("include", ())
    for start in [fill(glob, name) for glob in included for name in _NAMES] or _NAMES:
        yield from (start, f"{start}/a", f"{start}/Q7/x_y-z.w")


def _diagnostic(lesson: Lesson, start: Location, *, level: Level, code: str, message: str) -> Diagnostic:
    line, column = start
    return Diagnostic(
        path=lesson.path,
        line=line,
        column=column,
        level=level,
        code=code,
        message=message,
        hint=_HINTS[code],
    )
