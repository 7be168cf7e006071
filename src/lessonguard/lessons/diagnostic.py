"""What is wrong with a lesson file: where, how bad it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Literal

from lessonguard.errors import LessonError
from lessonguard.lessons.yaml_tree import Node, Scalar
from lessonguard.record import record

# An error keeps a lesson from being used; a warning does not, but with `--strict`.
Level = Literal["error", "warning"]


@record
class Fix:
    """A correction that a program can make: the text `old`, quotes aside, becomes `new`."""

    old: str
    new: str


@record(order=True)
class Diagnostic:
    """One thing that is wrong with a lesson file, or with an accept comment elsewhere.

    `line` and `column` are 1-based, in characters. `code` is a slug that names the kind, such as `schema`
    or `past-due`; programs read it. `hint` is the remedy, without the message. `fix` is what a program
    can write at this place. They sort by path, line and column.
    """

    path: str
    line: int = 1
    column: int = 1
    level: Level = "error"
    code: str
    message: str
    hint: str = ""
    fix: Fix | None = field(default=None, compare=False)

    @property
    def words(self) -> str:
        """Return the message and the hint as one sentence: `message; hint`."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    @property
    def text(self) -> str:
        """Return all of it as one line: `path:line:column: message; hint`."""
        return f"{self.path}:{self.line}:{self.column}: {self.words}"


class Diagnostics:
    """A collector of the errors in one file, so that one run can list them all."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: list[Diagnostic] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(
        self, node: Node, message: str, *, hint: str = "", code: str = "schema", fix: Fix | None = None
    ) -> None:
        """Record an error at the start of `node`."""
        self.add_at((node.line, node.column), message, hint=hint, code=code, fix=fix)

    def add_misspelt(self, node: Scalar, message: str, *, hint: str, instead: str) -> None:
        """Record how a key or a value is written wrongly; `instead`, if not empty, is what it means."""
        self.add(node, message, hint=hint, fix=Fix(old=node.text, new=instead) if instead else None)

    def add_at(
        self,
        place: tuple[int, int],
        message: str,
        *,
        hint: str = "",
        code: str = "schema",
        fix: Fix | None = None,
    ) -> None:
        """Record an error at a 1-based line and column."""
        line, column = place
        self._found.append(
            Diagnostic(
                path=self._path, line=line, column=column, code=code, message=message, hint=hint, fix=fix
            )
        )

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return the errors in the order of the file, each once: an alias can repeat them."""
        return tuple(sorted(set(self._found)))


def invalid_lessons(faults: Iterable[Diagnostic]) -> LessonError:
    """Return the error that lists these faults, one a line."""
    return LessonError("\n".join(fault.text for fault in faults))


def find_similar(word: str, names: Iterable[str]) -> str | None:
    """Return the name that `word` may have been meant to be, or None."""
    # Loaded here, because most lessons have no fault, and every scan would pay for it.
    from difflib import get_close_matches  # noqa: PLC0415

    spelled = {name.lower().replace("_", "-"): name for name in names}
    matches = get_close_matches(word.lower().replace("_", "-"), spelled, n=1)
    return spelled[matches[0]] if matches else None


def join_words(words: Iterable[str], *, last: str = "or") -> str:
    """Return words as in a sentence: `a, b or c`."""
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail


def suggest(word: str, allowed: Iterable[str], *, label: str) -> str:
    """Return the hint for a word that is not allowed: the similar one, or else all that are."""
    names = list(allowed)
    similar = find_similar(word, names)
    return f'did you mean "{similar}"?' if similar else f"{label} {join_words(names, last='and')}"
