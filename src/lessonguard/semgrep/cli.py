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
from lessonguard.semgrep.batches import FatalError, make_entries, run_around_fatal
from lessonguard.semgrep.core import execute, file_suffix, readable, workspace
from lessonguard.semgrep.globs import PathFilter, path_filter, visible_path
from lessonguard.semgrep.interface import EngineResult, EngineRule, Limits, Target
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.output import (
    REINSTALL,
    TIMEOUT_THRESHOLD,
    ResultBuilder,
    check_accounted,
    plain_message,
    unusable,
)
from lessonguard.semgrep.rules import rules_document

_RULES = "rules.json"

_EMPTY = "nothing.txt"  # because `semgrep scan` wants at least one file


class CliEngine:
    """Runs one `semgrep scan` for all rules and targets; it is kept from calling home.

    `timeout` is rounded up to whole seconds, the only ones that it knows.
    """

    def __init__(self, program: Path, languages: Languages) -> None:
        """Use this program, and name files so that it takes them for the right languages."""
        self._program = program
        self._languages = languages

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """See `Engine.run`."""
        return run_around_fatal(rules, targets, lambda rules, targets: self._run(rules, targets, limits))

    def _run(self, rules: Sequence[EngineRule], targets: Sequence[Target], limits: Limits) -> EngineResult:
        everywhere = [_without_paths(rule) for rule in rules]
        entries = make_entries(everywhere, targets)
        names = {entry.target.key: self._names(entry.target) for entry in entries}
        owners = {name: entry.target for entry in entries for name in names[entry.target.key]}
        with workspace() as folder:
            (folder / _RULES).write_text(json.dumps(rules_document(everywhere)), encoding="utf-8")
            (folder / _EMPTY).touch()
            for name, target in owners.items():
                (folder / name).write_bytes(readable(target.content))
            # Keep Semgrep from calling home (offline one call hung for 97 s), and from the user's settings.
            home = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(folder))
            silent = {"SEMGREP_ENABLE_VERSION_CHECK": "0", "SEMGREP_SEND_METRICS": "off"}
            argv = [*self._command(limits), _EMPTY, *owners]
            (completed,) = execute([argv], folder, limits, variables={**home, **silent})
        try:
            answer: dict[str, Any] = json.loads(completed.stdout.decode("utf-8", "replace"))
            result = _read_result(answer, owners, rules)
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
        """List names of files that make Semgrep check this target as all its languages.

        Each name is one that Semgrep takes for its language, and if possible for no other.
        """
        of_any_file = self._languages.of_any_file
        allowed = target.analyzers | of_any_file
        chosen = set()
        for analyzer in target.analyzers - of_any_file:
            endings = next(row.endings for row in self._languages.rows if row.id == analyzer)
            names = [f"{target.key}{ending}" for ending in (file_suffix(target.path), *endings)]
            fitting = [name for name in names if analyzer in self._languages.of_name(name)]
            pure = (name for name in fitting if self._languages.of_name(name) <= allowed)
            chosen.add(next(pure, fitting[0]))
        return chosen or {f"{target.key}.txt"}


def _read_result(
    answer: Mapping[str, Any], owners: Mapping[str, Target], rules: Sequence[EngineRule]
) -> EngineResult:
    """Read what `semgrep scan` wrote, without what its rules are not for.

    It was shown names of our making, so that it cannot know which rules apply to which path.
    """
    by_id = {rule.id: (rule.analyzers, path_filter(rule.document)) for rule in rules}

    def applies(rule: str, target: Target) -> bool:
        analyzers, filter_ = by_id[rule]
        return bool(analyzers & target.analyzers) and filter_.admits(visible_path(target.path))

    built = ResultBuilder()
    for found in answer["results"]:
        target = owners[found["path"]]
        if applies(found["check_id"], target):
            built.add_match(found, target)
    for error in answer["errors"]:
        rule, about = error.get("rule_id"), owners.get(error.get("path"))
        message = error.get("message") or error.get("long_msg") or error.get("short_msg") or ""
        if rule is None and about is None:
            raise FatalError(f"Semgrep stopped: {plain_message(message)}")
        if rule is None or about is None or applies(rule, about):
            # The first line says where, in terms of the files that we wrote for Semgrep.
            detail = message.partition("\n")[2]
            built.add_error(error["type"], detail or message, rule=rule, target=about)
    return built.result()


def _without_paths(rule: EngineRule) -> EngineRule:
    """Leave out `paths`, unless Semgrep is to refuse them: then they let everything through here."""
    if path_filter(rule.document) == PathFilter(include=None, exclude=None):
        return rule
    document = {key: value for key, value in rule.document.items() if key != "paths"}
    return replace(rule, document=document)


def find_program() -> Path:
    """Find the program `semgrep`, first beside the Python that runs us.

    Raise `EngineError` if there is none.
    """
    beside = Path(get_path("scripts")) / "semgrep"
    if beside.is_file():
        return beside
    found = which("semgrep")
    if found is None:
        raise EngineError("Semgrep is installed without its program `semgrep`.", hint=REINSTALL)
    return Path(found)
