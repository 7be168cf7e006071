"""Which languages a file is checked as: Semgrep's own table, read without importing Semgrep."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from lessonguard.errors import EngineError
from lessonguard.record import record

# How much of a first line Semgrep reads, in characters.
SHEBANG_LENGTH = 255


@record
class Language:
    """One row of Semgrep's table.

    `keys` are what a rule may call it. `endings` and `excluded` are ends of file names.
    `interpreters` are ends of the program that a shebang names. `is_target` is false
    for analyzers such as `regex`, which read any file.
    """

    id: str
    keys: tuple[str, ...]
    endings: tuple[str, ...]
    excluded: tuple[str, ...]
    interpreters: tuple[str, ...]
    is_target: bool


@record
class Languages:
    """Semgrep's table of languages; the ids in it are what the engine calls analyzers."""

    rows: tuple[Language, ...]

    def analyzers_of_rule(self, keys: Iterable[str], *, generic: str = "generic") -> frozenset[str]:
        """Return the analyzers of a rule whose `languages` are `keys`; empty if one is unknown.

        JavaScript rules are checked on TypeScript too, as the public `semgrep scan` does.
        `generic` is the analyzer meant by `generic` (a rule's option may choose `aliengrep`).
        """
        rows = [self.named(key) for key in keys]
        if None in rows:
            return frozenset()
        found = {generic if row.id == "generic" else row.id for row in rows if row}
        return frozenset(found | {"ts"} if "js" in found else found)

    def named(self, key: str) -> Language | None:
        """Return the row of what a rule calls a language; None if Semgrep does not have it."""
        return self._by_key.get(key.lower())

    def of_name(self, path: str) -> frozenset[str]:
        """Return the analyzers that the name of a file is enough for."""
        name = path.rpartition("/")[2]
        return self.of_any_file | {
            row.id
            for row in self.rows
            if row.is_target and name.endswith(row.endings) and not name.endswith(row.excluded)
        }

    def of_shebang(self, content: bytes) -> frozenset[str]:
        """Return the analyzers that the first line of an executable file asks for.

        As in Semgrep the program is compared by its end, so that `zsh` counts as `sh`.
        """
        if not content.startswith(b"#!"):
            return frozenset()
        first = content[: 4 * SHEBANG_LENGTH].partition(b"\n")[0]
        line = first.decode("utf-8", "replace")[:SHEBANG_LENGTH].rstrip()
        return frozenset(id_ for id_, shebang in self._shebangs if shebang.match(line))

    @cached_property
    def of_interpreters(self) -> frozenset[str]:
        """Return the analyzers that a shebang can ask for."""
        return frozenset(id_ for id_, _ in self._shebangs)

    @cached_property
    def of_any_file(self) -> frozenset[str]:
        """Return the analyzers that read every file, whatever its name."""
        return frozenset(row.id for row in self.rows if not row.is_target)

    @cached_property
    def _by_key(self) -> Mapping[str, Language]:
        return {key: row for row in self.rows for key in row.keys}

    @cached_property
    def _shebangs(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple(
            (row.id, re.compile(f"#!.*(?:{'|'.join(map(re.escape, row.interpreters))})( .*)?$"))
            for row in self.rows
            if row.interpreters
        )


def load_languages(package: Path) -> Languages:
    """Read the table from the folder of an installed Semgrep package.

    Raise `EngineError` if it is not where every release since 1.0 has it.
    """
    path = package / "semgrep_interfaces" / "lang.json"
    try:
        rows = [
            Language(
                id=str(row["id"]),
                keys=tuple(row["keys"]),
                endings=tuple(row["exts"]),
                excluded=tuple(row.get("excluded_exts") or ()),
                interpreters=tuple(row.get("shebangs") or ()),
                is_target=bool(row["is_target_language"]),
            )
            for row in json.loads(path.read_bytes())
        ]
        return Languages(rows=tuple(rows))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(
            f"Cannot read Semgrep's table of languages at {path}: {error}.",
            hint="Install Semgrep again: pip install --force-reinstall semgrep",
        ) from error
