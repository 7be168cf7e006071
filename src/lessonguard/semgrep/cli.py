"""Run the public `semgrep scan`: for Semgrep versions that the fast path was not tested with."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shutil import which
from sysconfig import get_path
from typing import Any

from lessonguard.errors import EngineError
from lessonguard.record import record
from lessonguard.semgrep.globs import PathFilter, path_filter, visible_path
from lessonguard.semgrep.interface import EngineResult, EngineRule, Limits, Target
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.output import TIMEOUT_THRESHOLD, ResultBuilder, plain_message
from lessonguard.semgrep.program import REINSTALL, execute, unusable, workspace
from lessonguard.semgrep.request import (
    FatalError,
    check_accounted,
    file_suffix,
    make_entries,
    readable,
    run_around_fatal,
)
from lessonguard.semgrep.rules import rules_document

_RULES = "rules.json"
_NOTHING = "nothing.txt"
"""An empty file, because `semgrep scan` wants at least one."""


@record
class _Applicable:
    """What a rule looks at; `semgrep scan` sees names of our making, so that it cannot tell."""

    analyzers: frozenset[str]
    filter: PathFilter

    def to(self, target: Target) -> bool:
        return bool(self.analyzers & target.analyzers) and self.filter.admits(visible_path(target.path))


class CliEngine:
    """Runs one `semgrep scan` for a whole question; it is kept from calling home.

    `timeout` is rounded up to whole seconds, the only ones that it knows.
    """

    def __init__(self, program: Path, languages: Languages) -> None:
        """Use this program, and name files so that it takes them for the right languages."""
        self._program = program
        self._languages = languages

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """See `Engine.run`."""
        return run_around_fatal(rules, targets, lambda rules, targets: self._ask(rules, targets, limits))

    def _ask(self, rules: Sequence[EngineRule], targets: Sequence[Target], limits: Limits) -> EngineResult:
        asked = [_without_paths(rule) for rule in rules]
        entries = make_entries(asked, targets)
        names = {entry.target.key: self._names(entry.target) for entry in entries}
        owners = {name: entry.target for entry in entries for name in names[entry.target.key]}
        with workspace() as folder:
            (folder / _RULES).write_text(json.dumps(rules_document(asked)), encoding="utf-8")
            (folder / _NOTHING).touch()
            for name, target in owners.items():
                (folder / name).write_bytes(readable(target.content))
            argv = [*self._command(limits), _NOTHING, *owners]
            (completed,) = execute([argv], folder, limits, variables=_variables(folder))
        try:
            answer: dict[str, Any] = json.loads(completed.stdout.decode("utf-8", "replace"))
            result = _read(answer, owners, {rule.id: _applicable(rule) for rule in rules})
            scanned = set(answer["paths"]["scanned"])
        except (LookupError, TypeError, ValueError) as error:
            raise unusable(completed) from error
        done = {key for key, own in names.items() if scanned.issuperset(own)}
        check_accounted(entries, result, {key: len(self._languages.rows) for key in done})
        return result

    def _command(self, limits: Limits) -> list[str]:
        return [
            *(str(self._program), "scan", "--json", "--quiet", "--config", _RULES),
            *("--metrics", "off", "--disable-version-check", "--disable-nosem", "--no-rewrite-rule-ids"),
            *("--no-git-ignore", "--max-target-bytes", "0", "--jobs", "1"),
            *("--timeout", str(math.ceil(limits.timeout)), "--timeout-threshold", str(TIMEOUT_THRESHOLD)),
            *("--max-memory", str(limits.max_memory)),
        ]

    def _names(self, target: Target) -> set[str]:
        """Name the files that make Semgrep check this target as all its languages."""
        specific = target.analyzers - self._languages.of_any_file
        if not specific:
            return {f"{target.key}.txt"}
        return {self._name(target, analyzer) for analyzer in specific}

    def _name(self, target: Target, analyzer: str) -> str:
        """Choose a name that Semgrep takes for this language, and if possible for no other."""
        endings = next(row.endings for row in self._languages.rows if row.id == analyzer)
        names = [f"{target.key}{ending}" for ending in (file_suffix(target.path), *endings)]
        fitting = [name for name in names if analyzer in self._languages.of_name(name)]
        allowed = target.analyzers | self._languages.of_any_file
        return next((name for name in fitting if self._languages.of_name(name) <= allowed), fitting[0])


def _read(
    answer: Mapping[str, Any], owners: Mapping[str, Target], rules: Mapping[str, _Applicable]
) -> EngineResult:
    """Read what `semgrep scan` wrote, without what its rules are not for."""
    built = ResultBuilder()
    for found in answer["results"]:
        target = owners[found["path"]]
        if rules[found["check_id"]].to(target):
            built.add_match(found, target)
    for error in answer["errors"]:
        rule, about = error.get("rule_id"), owners.get(error.get("path"))
        message = error.get("message") or error.get("long_msg") or error.get("short_msg") or ""
        if rule is None and about is None:
            raise FatalError(f"Semgrep stopped: {plain_message(message)}")
        if rule is None or about is None or rules[rule].to(about):
            # The first line says where, in terms of the files that we wrote.
            detail = message.partition("\n")[2]
            built.add_error(error["type"], detail or message, rule=rule, target=about)
    return built.result()


def _without_paths(rule: EngineRule) -> EngineRule:
    """Leave out `paths`, unless Semgrep is to refuse them: then they let everything through here."""
    if path_filter(rule.document) == PathFilter(include=None, exclude=None):
        return rule
    document = {key: value for key, value in rule.document.items() if key != "paths"}
    return replace(rule, document=document)


def _applicable(rule: EngineRule) -> _Applicable:
    return _Applicable(analyzers=rule.analyzers, filter=path_filter(rule.document))


def _variables(home: Path) -> Mapping[str, str]:
    """Keep Semgrep from calling home, and from reading or writing the user's settings."""
    return {
        "HOME": str(home),
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_SEND_METRICS": "off",
        "XDG_CACHE_HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
    }


def find_program() -> Path:
    """Find the program `semgrep`, first beside the Python that runs us."""
    beside = Path(get_path("scripts")) / "semgrep"
    if beside.is_file():
        return beside
    found = which("semgrep")
    if found is None:
        raise EngineError("Semgrep is installed without its program `semgrep`.", hint=REINSTALL)
    return Path(found)
