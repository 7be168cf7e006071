"""Measure lessonguard beside the engine it uses and the tools it could be replaced by: `make bench`."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from bench.cases import GROUPS
from bench.measure import Outcome, measure
from bench.tables import render_json, render_tables
from bench.workbench import Workbench

_FOLDER = Path(__file__).parent
_RESULTS = _FOLDER / "results.json"
_README = _FOLDER / "README.md"
_BEGIN, _END = "<!-- last run: begin -->", "<!-- last run: end -->"
_ROUNDS, _QUICK_ROUNDS = 5, 3


def main() -> None:
    """Measure, and print tables; a full run is also written to `bench/results.json`."""
    options = _parse_arguments()
    rounds = options.rounds or (_QUICK_ROUNDS if options.quick else _ROUNDS)
    groups = options.only or list(GROUPS)
    with tempfile.TemporaryDirectory(prefix="lessonguard-bench-") as folder:
        outcomes = _measure_all(Workbench(folder=Path(folder)), groups, rounds=rounds, quick=options.quick)
    machine = _describe_machine()
    tables = render_tables(outcomes, machine, rounds=rounds)
    print(tables)
    if not options.quick and not options.only:
        _RESULTS.write_text(render_json(outcomes, machine, rounds=rounds), encoding="utf-8")
        if options.write:
            _rewrite_readme(tables)


def _parse_arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small part of it, in less than a minute")
    parser.add_argument("--only", metavar="NAME", action="append", choices=list(GROUPS), help="one group")
    parser.add_argument("--rounds", metavar="N", type=int, help=f"how often ({_ROUNDS})")
    parser.add_argument(
        "--write", action="store_true", help="put the tables of a full run in bench/README.md"
    )
    return parser.parse_args()


def _measure_all(workbench: Workbench, groups: Sequence[str], *, rounds: int, quick: bool) -> list[Outcome]:
    outcomes = []
    for group in groups:
        for case in GROUPS[group](workbench, quick=quick):
            print(f"{group}: {case.name}", file=sys.stderr)
            wanted = replace(case, with_memory=False) if quick else case
            outcomes.append(measure(wanted, rounds=rounds))
    return outcomes


def _describe_machine() -> dict[str, str]:
    """Return facts about the machine; none of them identifies it or its owner."""
    git = subprocess.run(["git", "--version"], capture_output=True, check=True, text=True).stdout.split()
    return {
        "CPU": f"{_cpu_model()} ({os.cpu_count()} cores)",
        "OS": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "git": git[2],
        "Semgrep": version("semgrep"),
        "date": datetime.now(timezone.utc).date().isoformat(),
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _rewrite_readme(tables: str) -> None:
    text = _README.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    _README.write_text(f"{before}{_BEGIN}\n\n{tables}\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
