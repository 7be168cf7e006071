"""Run Semgrep's engine, the program `semgrep-core`, directly: the fast path."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lessonguard.process import Completed
from lessonguard.semgrep.globs import visible_path
from lessonguard.semgrep.interface import EngineResult, EngineRule, Limits, Target
from lessonguard.semgrep.output import TIMEOUT_THRESHOLD, ResultBuilder, merge, plain_message
from lessonguard.semgrep.program import execute, unusable, workspace
from lessonguard.semgrep.request import (
    Entry,
    FatalError,
    check_accounted,
    file_suffix,
    make_entries,
    readable,
    run_around_fatal,
    share_out,
)
from lessonguard.semgrep.rules import rules_document

if TYPE_CHECKING:
    from lessonguard.semgrep.batches import Question
    from lessonguard.semgrep.explanations import Step

_RULES = "rules.json"
WORTH_A_PROCESS = 10_000_000
"""Rules times bytes; measured: from twice this on, two processes are faster than one."""

_MOST_PROCESSES = 4
"""However many cores there are: each process may take the memory that the limits allow."""


class CoreEngine:
    """Runs `semgrep-core`, several at once if there is much to do; it needs no network."""

    def __init__(self, binary: Path, *, least: int = WORTH_A_PROCESS) -> None:
        """Use this program, and do not start another one for less than `least` rules times bytes."""
        self._binary = binary
        self._least = least

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """See `Engine.run`."""
        return run_around_fatal(rules, targets, lambda rules, targets: self._ask(rules, targets, limits))

    def _ask(self, rules: Sequence[EngineRule], targets: Sequence[Target], limits: Limits) -> EngineResult:
        most = min(os.cpu_count() or 1, _MOST_PROCESSES)
        shares = share_out(make_entries(rules, targets), most=most, least=self._least)
        with workspace() as folder:
            (folder / _RULES).write_text(json.dumps(rules_document(rules)), encoding="utf-8")
            files = [_write_targets(folder, share, f"targets{i}.json") for i, share in enumerate(shares)]
            argvs = [self._command(f"targets{i}.json", limits) for i in range(len(shares))]
            completed = execute(argvs, folder, limits)
        return merge(_result(*each) for each in zip(completed, shares, files, strict=True))

    def explain(self, questions: Sequence[Question], *, limits: Limits) -> dict[int, tuple[Step, ...]]:
        """Tell what the parts of each rule did to its one target, by the key of that.

        Nothing is told of a target that the rule's `paths` leave out. Raise `EngineError` as `run` does.
        """
        # Loaded here, because no scan needs it.
        from lessonguard.semgrep.batches import set_apart  # noqa: PLC0415
        from lessonguard.semgrep.explanations import numbered_document, read_steps  # noqa: PLC0415

        asked = [each for each in set_apart(questions) if each.targets]
        rules, targets = [each.rule for each in asked], [each.targets[0] for each in asked]
        document = numbered_document(rules)
        thorough = replace(limits, prefilter=False)
        with workspace() as folder:
            (folder / _RULES).write_text(document, encoding="utf-8")
            _write_targets(folder, make_entries(rules, targets), "targets.json")
            argv = [*self._command("targets.json", thorough), "-matching_explanations"]
            (completed,) = execute([argv], folder, limits)
        try:
            steps = read_steps(_read_answer(completed)["explanations"], document)
            return {targets[number].key: steps[number] for number in steps}
        except (LookupError, TypeError, ValueError) as error:
            raise unusable(completed) from error

    def _command(self, targets: str, limits: Limits) -> list[str]:
        return [
            str(self._binary),
            "-json_nodots",
            *("-rules", _RULES),
            *("-targets", targets),
            # One: more threads slow it down, however much there is to do; more processes do not.
            *("-j", "1"),
            "-fast" if limits.prefilter else "-no_filter_irrelevant_rules",
            *("-timeout", str(limits.timeout)),
            *("-timeout_threshold", str(TIMEOUT_THRESHOLD)),
            *("-max_memory", str(limits.max_memory)),
        ]


def _write_targets(folder: Path, entries: Sequence[Entry], name: str) -> dict[str, Target]:
    """Write targets into `folder`, listed in a file, and return them by where their bytes are.

    Each target has a file of its own: Semgrep names that file only, so two targets that shared
    one could not be told apart. `ppath` is what the rules' `paths` see, and must begin with `/`.
    """
    files: dict[str, Target] = {}
    listed = []
    for entry in entries:
        file = f"{folder}/{entry.target.key}{file_suffix(entry.target.path)}"
        if file not in files:
            files[file] = entry.target
            with open(file, "wb", buffering=0) as content:  # noqa: PTH123 - half the time of a Path
                content.write(readable(entry.target.content))
        path = {"fpath": file, "ppath": "/" + visible_path(entry.target.path)}
        listed.append(["CodeTarget", {"path": path, "analyzer": entry.analyzer, "products": ["sast"]}])
    (folder / name).write_text(json.dumps(["Targets", listed]), encoding="utf-8")
    return files


def _result(completed: Completed, entries: Sequence[Entry], files: Mapping[str, Target]) -> EngineResult:
    try:
        answer, built = _read_answer(completed), ResultBuilder()
        for found in answer["results"]:
            built.add_match(found, files[found["path"]])
        for error in (*answer["errors"], *answer["time"].get("fixpoint_timeouts", ())):
            target = files.get(error.get("location", {}).get("path"))
            built.add_error(error["error_type"], error["message"], rule=error.get("rule_id"), target=target)
        for skipped in answer.get("skipped_rules", ()):
            built.add_error("Rule parse error", skipped["details"], rule=skipped["rule_id"], target=None)
        scanned = Counter(files[path].key for path in answer["paths"]["scanned"])
        result = built.result()
    except (LookupError, TypeError, ValueError) as error:
        raise unusable(completed) from error
    check_accounted(entries, result, scanned)
    return result


def _read_answer(completed: Completed) -> dict[str, Any]:
    """Take the answer from what Semgrep wrote; raise `EngineError` if it says that it failed."""
    # The answer quotes source code, which need not be UTF-8.
    answer: dict[str, Any] = json.loads(completed.stdout.decode("utf-8", "replace"))
    for error in answer["errors"]:
        if error["error_type"] == "Fatal error":
            raise FatalError(f"Semgrep stopped: {plain_message(error['message'])}")
    if completed.returncode != 0:
        raise unusable(completed)
    return answer
