"""Measure programs side by side: seconds in turns, and the memory of the whole process tree."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_INTERVAL = 0.004
"""Seconds between two looks at the memory of a process tree."""

_DEADLINE = 300.0
"""Seconds after which a run has failed."""

_UNITS = 1024


def _nothing() -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What a server was asked in one run.

    `fetched` are the bytes that Git was sent, in so many `answers`; `calls` are those of the API, of
    which `writes` change something.
    """

    fetched: int
    answers: int
    calls: int
    writes: int

    @property
    def kilobytes(self) -> float:
        """Return what was fetched in units of 1,000 bytes."""
        return self.fetched / 1000


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A program to measure. `before` runs before each run, outside the measurement.

    `variables` are added to the environment. `report` is the JSON report, if that does not come on
    standard output. `traffic` tells what the run that has just ended asked of a server.
    """

    name: str
    argv: tuple[str, ...]
    directory: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] = _nothing
    exits: frozenset[int] = frozenset({0, 1})
    report: Path | None = None
    traffic: Callable[[], Traffic] | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the whole environment that it runs in."""
        return {**os.environ, **self.variables}  # noqa: TID251 - a child inherits what people have set


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What one contender took: seconds in the order of the rounds, its findings, its peak in MiB."""

    name: str
    seconds: tuple[float, ...]
    found: int | None
    peak: float | None = None
    traffic: Traffic | None = None

    @property
    def median(self) -> float:
        """Return the median of the seconds."""
        return statistics.median(self.seconds)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A few contenders measured in turns; the first one is compared with each of the others.

    `most_rounds` is for what takes minutes.
    """

    group: str
    name: str
    contenders: tuple[Contender, ...]
    with_memory: bool = False
    most_rounds: int = sys.maxsize


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The measurements of one case, in the order of its contenders."""

    group: str
    name: str
    measurements: tuple[Measurement, ...]
    by_name: Mapping[str, Measurement] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the measurements."""
        object.__setattr__(self, "by_name", {item.name: item for item in self.measurements})

    def ratio(self, one: str, other: str) -> float:
        """Return how many times as long `one` took as `other`: the median over pairs of one round."""
        return statistics.median(self.ratios(one, other))

    def difference(self, one: str, other: str) -> float:
        """Return how many seconds longer `one` took than `other`: the median over pairs of one round."""
        pairs = zip(self.by_name[one].seconds, self.by_name[other].seconds, strict=True)
        return statistics.median(first - second for first, second in pairs)

    def ratios(self, one: str, other: str) -> list[float]:
        """Return the ratio of each round, so that what slows down both in a round cancels out."""
        pairs = zip(self.by_name[one].seconds, self.by_name[other].seconds, strict=True)
        return [first / second for first, second in pairs]


def measure(case: Case, *, rounds: int) -> Outcome:
    """Run all contenders once to warm up, then in turns for `rounds` rounds; memory comes last."""
    found = [_warm_up(contender) for contender in case.contenders]
    seconds: list[list[float]] = [[] for _ in case.contenders]
    traffic: dict[str, Traffic] = {}
    for _ in range(min(rounds, case.most_rounds)):
        for contender, taken in zip(case.contenders, seconds, strict=True):
            taken.append(_time(contender))
            if contender.traffic:
                traffic[contender.name] = contender.traffic()
    peaks = [_peak(contender) if case.with_memory else None for contender in case.contenders]
    rows = zip(case.contenders, seconds, found, peaks, strict=True)
    measurements = tuple(
        Measurement(
            name=contender.name,
            seconds=tuple(taken),
            found=count,
            peak=peak,
            traffic=traffic.get(contender.name),
        )
        for contender, taken, count, peak in rows
    )
    return Outcome(group=case.group, name=case.name, measurements=measurements)


def _time(contender: Contender) -> float:
    contender.before()
    start = time.perf_counter()
    result = _run(contender, stdout=subprocess.DEVNULL)
    taken = time.perf_counter() - start
    _check(contender, result)
    return taken


def _warm_up(contender: Contender) -> int | None:
    """Run once, so that caches are filled, and count what was found."""
    contender.before()
    result = _run(contender, stdout=subprocess.PIPE)
    _check(contender, result)
    return _count_findings(contender.report.read_bytes() if contender.report else result.stdout)


def _run(contender: Contender, *, stdout: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        contender.argv,
        cwd=contender.directory,
        env=contender.environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        timeout=_DEADLINE,
        check=False,
    )


def _check(contender: Contender, result: subprocess.CompletedProcess[bytes]) -> None:
    if result.returncode not in contender.exits:
        words = result.stderr.decode(errors="replace")[-2000:]
        raise RuntimeError(f"{contender.name} exited with {result.returncode}:\n{words}")


def _count_findings(output: bytes) -> int | None:
    """Count what a JSON report lists; `semgrep-core` prints dots before its JSON."""
    start = output.find(b"{")
    if start < 0:
        return None
    try:
        report = json.loads(output[start:])
    except ValueError:
        return None
    rows: Sequence[object] | None = report.get("findings", report.get("results"))
    if "replayed" in report:
        rows = [
            place for lesson in report["lessons"] for spoken in lesson["spoken"] for place in spoken["places"]
        ]
    return None if rows is None else len(rows)


# Memory -------------------------------------------------------------------------------------


def _peak(contender: Contender) -> float | None:
    """Return the largest proportional memory of the process tree in MiB, None if the system lacks it.

    Proportional, so that pages which forked processes share count once.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    contender.before()
    process = subprocess.Popen(
        contender.argv,
        cwd=contender.directory,
        env=contender.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_proportional, _tree(process.pid))))
        time.sleep(_INTERVAL)
    return peak / _UNITS


def _tree(process: int) -> list[int]:
    """Return a process and all its descendants that still run."""
    found = [process]
    for parent in found:
        try:
            children = [path.read_text() for path in Path(f"/proc/{parent}/task").glob("*/children")]
        except OSError:
            continue
        found += [int(child) for line in children for child in line.split()]
    return found


def _proportional(process: int) -> int:
    """Return the proportional set size of one process in KiB, 0 once it is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
