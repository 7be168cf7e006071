"""Whether rules and watches look at anything: their globs, against the files that are there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from lessonguard.authoring.locations import Place, Places
from lessonguard.authoring.tree import Tree
from lessonguard.lessons.diagnostic import Diagnostic, Level
from lessonguard.lessons.model import Lesson, Rule
from lessonguard.semgrep.globs import glob_filter, path_filter, translate_glob, visible_path
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rule

_NAMES = ("a", "Q7", "x_y-z", "Zz/k.w", "b.c/D-1/e_f")
"""Paths that no glob leaves out unless it means to leave out everything."""

_HINTS = {
    "glob": "close the brackets, or write what they stand for as globs of their own",
    "no-match": "globs are relative to the top of the repository; ** spans folders",
}


class Scope:
    """The files of a repository by the analyzers that read them; without a tree, none are known."""

    def __init__(self, tree: Tree | None, languages: Languages, *, folder: str | None) -> None:
        """List the files when they are first needed; those in `folder`, the lessons, no rule looks at."""
        self._tree = tree
        self._languages = languages
        self._folder = f"{folder}/" if folder else None
        self._by_analyzer: Mapping[str, Sequence[str]] | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether it is known which files there are."""
        return self._tree is not None

    def paths(self) -> Iterator[str]:
        """Give all paths, as globs see them."""
        return map(visible_path, self._tree.files if self._tree else ())

    def paths_of(self, rule: Rule) -> Sequence[str]:
        """Give the paths of the files that are in a language of a rule, whatever its `paths` say."""
        by_analyzer = self._sorted()
        analyzers = engine_rule(rule, self._languages).analyzers
        return list(dict.fromkeys(path for name in sorted(analyzers) for path in by_analyzer.get(name, ())))

    def is_shut(self, rule: Rule) -> bool:
        """Tell whether the `paths` of a rule leave out everything, not just what is there."""
        admits = path_filter(rule.document).admits
        return not any(map(admits, _likely_paths(rule))) and not any(map(admits, self.paths_of(rule)))

    def _sorted(self) -> Mapping[str, Sequence[str]]:
        if self._by_analyzer is None:
            found: defaultdict[str, list[str]] = defaultdict(list)
            for path in self._tree.files if self._tree else ():
                for analyzer in self._analyzers(path):
                    found[analyzer].append(visible_path(path))
            self._by_analyzer = found
        return self._by_analyzer

    def _analyzers(self, path: str) -> frozenset[str]:
        if self._tree is None or (self._folder and path.startswith(self._folder)):
            return frozenset()
        analyzers = self._languages.of_name(path)
        if self._tree.files[path] and analyzers <= self._languages.of_any_file:
            analyzers |= self._languages.of_shebang(self._tree.read(path) or b"")
        return analyzers


def check_globs(lesson: Lesson, places: Places, scope: Scope) -> Iterator[Diagnostic]:
    """Say which globs of a lesson cannot be read, leave out everything, or match nothing that is there."""
    for number, rule in enumerate(lesson.rules):
        if has_unreadable_glob(rule):
            yield from _unreadable(lesson, rule, places, number=number)
        elif "paths" in rule.document:
            yield from _unmatched(lesson, rule, places, scope=scope)
    for position, glob in enumerate(lesson.watch.paths if lesson.watch else ()):
        place = places.place(lesson.path, "watch", "paths", position)
        if problem := _problem(glob):
            yield _diagnostic(lesson, place, level="error", code="glob", message=problem)
        elif scope.is_known and not any(map(glob_filter((glob,)).admits, scope.paths())):
            message = f"no file here matches {glob}, so nothing is watched"
            yield _diagnostic(lesson, place, level="warning", code="no-match", message=message)


def has_unreadable_glob(rule: Rule) -> bool:
    """Tell whether Semgrep cannot read one of the globs of a rule."""
    return any(_problem(glob) for _, _, glob in _globs(rule))


def _globs(rule: Rule) -> Iterator[tuple[str, int, str]]:
    paths = rule.document.get("paths", {})
    for key in ("include", "exclude"):
        for position, glob in enumerate(paths.get(key, ())):
            yield key, position, glob


def _unreadable(lesson: Lesson, rule: Rule, places: Places, *, number: int) -> Iterator[Diagnostic]:
    for key, position, glob in _globs(rule):
        if problem := _problem(glob):
            place = places.place(lesson.path, "rules", number, "paths", key, position)
            yield _diagnostic(lesson, place, level="error", code="glob", message=problem)


def _unmatched(lesson: Lesson, rule: Rule, places: Places, *, scope: Scope) -> Iterator[Diagnostic]:
    place = places.key(lesson.path, "rules", lesson.rules.index(rule), "paths")
    if scope.is_shut(rule):
        message = "these paths leave out every file, so the rule can never match"
        yield _diagnostic(lesson, place, level="error", code="no-match", message=message)
    elif (paths := scope.paths_of(rule)) and not any(map(path_filter(rule.document).admits, paths)):
        message = "these paths leave out every file here that the rule could look at"
        yield _diagnostic(lesson, place, level="warning", code="no-match", message=message)


def _likely_paths(rule: Rule) -> Iterator[str]:
    """Give paths of which a rule looks at one, unless it looks at none at all."""
    included = rule.document.get("paths", {}).get("include", ())
    for start in [_instance(glob, name) for glob in included for name in _NAMES] or _NAMES:
        yield from (start, f"{start}/a", f"{start}/Q7/x_y-z.w")


def _instance(glob: str, name: str) -> str:
    """Give a path that a glob matches, with a name in place of what may be anything."""
    text = re.sub(r"\[[!^]?(.)[^\]]*\]", r"\1", glob).replace("**", name)
    return re.sub(r"\\(.)", r"\1", text.replace("*", name.replace("/", "-")).replace("?", "q")).strip("/")


def _problem(glob: str) -> str:
    try:
        translate_glob(glob)
    except ValueError as error:
        return str(error).rstrip(".")
    return ""


def _diagnostic(lesson: Lesson, place: Place, *, level: Level, code: str, message: str) -> Diagnostic:
    line, column = place
    return Diagnostic(
        path=lesson.path,
        line=line,
        column=column,
        level=level,
        code=code,
        message=message,
        hint=_HINTS[code],
    )
