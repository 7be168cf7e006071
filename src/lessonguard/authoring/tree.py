"""The files that lessons are about: those of the work tree or of a commit, and the language of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath

from lessonguard.git.changes import CommitId
from lessonguard.git.repository import Repository
from lessonguard.lessons.model import Rule, is_lesson_path
from lessonguard.semgrep.globs import visible_path
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.rules import engine_rule

# Languages of data and pages rather than of programs.
DATA = frozenset({"json", "yaml", "xml", "html"})

_FULL_NAMES = {"js": "javascript", "ts": "typescript"}
# `.py` is also python2 and python3 in the table of Semgrep, and `.h` also cpp: these are nearly always meant.
_USUAL = ("python", "c")


class Tree:
    """The files of a repository, listed when they are first needed."""

    def __init__(
        self, repository: Repository, commit: CommitId | None = None, *, planned: Collection[str] = ()
    ) -> None:
        """Take those of a commit, or with None those of the work tree that are not ignored.

        Files that are `planned` count as if they were there.
        """
        self._repository = repository
        self._planned = planned
        self.commit = commit

    @cached_property
    def files(self) -> Mapping[str, bool]:
        """Return the regular files by path, and whether each is executable."""
        return {**dict.fromkeys(self._planned, False), **self._repository.list_files(self.commit)}

    def has(self, path: str) -> bool:
        """Return whether there is such a file or folder; the path is relative to the top."""
        return str(PurePosixPath(path)) in self._paths

    def read(self, path: str) -> bytes | None:
        """Return the content of a file of the work tree; None if it cannot be read, or is of a commit."""
        if self.commit or self._repository.top is None:
            return None
        try:
            return (self._repository.top / path).read_bytes()
        except OSError:
            return None

    def find_text(self, text: str) -> tuple[str, ...]:
        """List the files of the work tree that hold a text; none of a commit, whose contents may be far."""
        return () if self.commit else self._repository.find_text(text)

    @cached_property
    def _paths(self) -> frozenset[str]:
        """All files and folders."""
        folders = {str(folder) for path in self.files for folder in PurePosixPath(path).parents}
        return frozenset(self.files) | folders


class RuleFiles:
    """The files of a repository that a rule could look at; without a tree, none are known."""

    def __init__(self, tree: Tree | None, languages: Languages, *, folder: str | None) -> None:
        """Take the files of a tree, but for the lessons in `folder`: no rule looks at them."""
        self._tree = tree
        self._languages = languages
        self._folder = folder

    @property
    def is_known(self) -> bool:
        """Return whether it is known which files there are."""
        return self._tree is not None

    def paths(self) -> Iterator[str]:
        """List all paths, as globs see them."""
        return map(visible_path, self._tree.files if self._tree else ())

    def paths_of(self, rule: Rule) -> Sequence[str]:
        """List the paths of the files that are in a language of a rule, whatever its `paths` say."""
        analyzers = engine_rule(rule, self._languages).analyzers
        found = (path for name in sorted(analyzers) for path in self._by_analyzer.get(name, ()))
        return list(dict.fromkeys(found))

    @cached_property
    def _by_analyzer(self) -> Mapping[str, Sequence[str]]:
        """The paths by the analyzer of Semgrep that reads them."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path, is_executable in self._tree.files.items() if self._tree else ():
            if is_lesson_path(path, folder=self._folder):
                continue
            analyzers = self._languages.of_name(path)
            if self._tree and is_executable and analyzers <= self._languages.of_any_file:
                analyzers |= self._languages.of_shebang(self._tree.read(path) or b"")
            for analyzer in analyzers:
                found[analyzer].append(visible_path(path))
        return found


def language_of(path: str, languages: Languages, *, script: bytes = b"") -> str:
    """Return the language of a file as a rule names it: by its name, or by the first line of a `script`.

    Empty if it is in none.
    """
    names = languages.of_name(path) | languages.of_shebang(script)
    found = [row.id for row in languages.rows if row.is_target and row.id in names]
    chosen = next((name for name in _USUAL if name in found), next(iter(found), ""))
    return _FULL_NAMES.get(chosen, chosen)


def usual_language(paths: Iterable[str], languages: Languages) -> str:
    """Return the language that most of these files are in, programs before data; empty if there is none."""
    counts = Counter(name for path in paths if (name := language_of(path, languages)))
    return max(counts, key=lambda name: (name not in DATA, counts[name]), default="")
