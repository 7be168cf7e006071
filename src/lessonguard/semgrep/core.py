"""Run Semgrep's engine, the program `semgrep-core`, directly: the fast path."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lessonguard.errors import EngineError
from lessonguard.process import Completed, TimeLimitError, run_together
from lessonguard.semgrep.batches import (
    Entry,
    FatalError,
    RuleTargets,
    make_entries,
    run_around_fatal,
    separate,
    split_entries,
)
from lessonguard.semgrep.globs import visible_path
from lessonguard.semgrep.interface import EngineResult, EngineRule, Limits, Target
from lessonguard.semgrep.output import (
    TIMEOUT_THRESHOLD,
    ResultBuilder,
    check_accounted,
    merge,
    plain_message,
    unusable,
)
from lessonguard.semgrep.rules import rules_document

if TYPE_CHECKING:
    from lessonguard.semgrep.explanations import Step

# Rules times bytes. Measured on two idle cores: two processes take 0.7 of the time of one from some
# 20 million on, which is twice this.
WORTH_A_PROCESS = 10_000_000

# However many cores there are, because each process may take the memory that the limits allow (4 GiB).
_MOST_PROCESSES = 4

_RULES = "rules.json"
_SUFFIX = re.compile(r"\.[A-Za-z0-9+]{1,16}\Z")
_UNDECODABLE = re.compile("[\udc80-\udcff]")
_SYNTAX_ERROR = re.compile(rb"^File code, line (?:(\d+), characters (\d+)-(\d+):$)?", re.MULTILINE)


class CoreEngine:
    """Runs `semgrep-core`, several at once if there is much to do; it needs no network.

    It starts in 0.1 s, where the public `semgrep scan` needs 1.4 s and more before it matches anything.
    """

    def __init__(self, binary: Path, *, least: int = WORTH_A_PROCESS) -> None:
        """Use this program, and do not start another one for less than `least` rules times bytes."""
        self._binary = binary
        self._least = least

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """See `Engine.run`."""

        def run(rules: Sequence[EngineRule], targets: Sequence[Target]) -> EngineResult:
            most = min(os.cpu_count() or 1, _MOST_PROCESSES)
            shares = split_entries(make_entries(rules, targets), most=most, least=self._least)
            with workspace() as folder:
                (folder / _RULES).write_text(json.dumps(rules_document(rules)), encoding="utf-8")
                files = [_write_targets(folder, share, f"targets{i}.json") for i, share in enumerate(shares)]
                argvs = [self._command(f"targets{i}.json", limits) for i in range(len(shares))]
                completed = execute(argvs, folder, limits)
            return merge([_result(*each) for each in zip(completed, shares, files, strict=True)])

        return run_around_fatal(rules, targets, run)

    def explain(self, batches: Sequence[RuleTargets], *, limits: Limits) -> dict[int, tuple[Step, ...]]:
        """Return what the parts of each rule did to its one target, by the key of that.

        A target that the rule's `paths` leave out is not in it. Raise `EngineError` as `run` does.
        """
        # Loaded here, because no scan needs it.
        from lessonguard.semgrep.explanations import numbered_document, read_steps  # noqa: PLC0415

        looking = [batch for batch in separate(batches) if batch.targets]
        rules, targets = [batch.rule for batch in looking], [batch.targets[0] for batch in looking]
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

    def find_syntax_error(self, code: str, language: str, *, limits: Limits) -> tuple[int, int, int] | None:
        """Return where a pattern, or code, cannot be read: the line, and the fault's first and last column.

        The line is 1-based; the columns are 0-based, in bytes, the last one exclusive. Semgrep's refusal of
        a pattern has a place for few languages; this one is from its tree-sitter parser. None for a language
        without such a parser, and for a fault that is longer than a line.
        """
        with workspace() as folder:
            (folder / "code").write_text(f"{code}\n", encoding="utf-8")
            argv = [str(self._binary), "-dump_tree_sitter_cst", "code", "-lang", language]
            (completed,) = execute([argv], folder, limits)
        found = _SYNTAX_ERROR.search(completed.stderr)
        return (int(found[1]), int(found[2]), int(found[3])) if found and found[1] else None

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
    one could not be told apart.
    """
    files: dict[str, Target] = {}
    listed = []
    for entry in entries:
        file = f"{folder}/{entry.target.key}{file_suffix(entry.target.path)}"
        if file not in files:
            files[file] = entry.target
            with open(file, "wb", buffering=0) as content:  # noqa: PTH123 - half the time of a Path
                content.write(readable(entry.target.content))
        # What the rules' `paths` see; Semgrep takes only absolute ones.
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
    """Read the answer from what Semgrep wrote; raise `EngineError` if it says that it failed."""
    # The answer quotes source code, which need not be UTF-8.
    answer: dict[str, Any] = json.loads(completed.stdout.decode("utf-8", "replace"))
    for error in answer["errors"]:
        if error["error_type"] == "Fatal error":
            raise FatalError(f"Semgrep stopped: {plain_message(error['message'])}")
    if completed.returncode != 0:
        raise unusable(completed)
    return answer


@contextmanager
def workspace() -> Iterator[Path]:
    """Make a temporary folder, removed in the end whatever happens.

    Raise `EngineError` for what the system refuses meanwhile, such as to write to a full disk.
    """
    try:
        with TemporaryDirectory(prefix="lessonguard-") as folder:
            yield Path(folder)
    except OSError as error:
        hint = "Make room in the folder for temporary files, or choose another one with TMPDIR."
        raise EngineError(f"Cannot hand the files to Semgrep: {error}.", hint=hint) from error


def execute(
    argvs: Sequence[Sequence[str]],
    folder: Path,
    limits: Limits,
    *,
    variables: Mapping[str, str] | None = None,
) -> list[Completed]:
    """Run a program of Semgrep's in `folder`, once or several times at once.

    Raise `EngineError` if it does not end within the deadline.
    """
    try:
        return run_together(argvs, cwd=folder, variables=variables, timeout=limits.deadline)
    except TimeLimitError as error:
        hint = "Find the slow lesson with `lessonguard check`, or scan a smaller change."
        raise EngineError(f"Semgrep did not finish within {limits.deadline:g} seconds.", hint=hint) from error


def readable(content: bytes) -> bytes:
    """Replace every byte that is not UTF-8 by `_`, so that no offset moves.

    Semgrep's regular expressions match nothing in a text that is not UTF-8, and it does not say so.
    """
    try:
        content.decode()
    except UnicodeDecodeError:
        text = content.decode("utf-8", "surrogateescape")
        return _UNDECODABLE.sub("_", text).encode()
    return content


def file_suffix(path: str) -> str:
    """Return the end of a file name, such as `.tsx`: for some languages Semgrep's parser goes by it."""
    found = _SUFFIX.search(path)
    return found[0] if found else ""
