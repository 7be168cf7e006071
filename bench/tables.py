"""Show what was measured: Markdown tables that read well at a terminal, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby

from bench.measure import Measurement, Outcome, Traffic
from bench.targets import TARGETS, Target

_TITLES = {
    "floor": "No lesson applies, compared with the smallest possible times",
    "side by side": "The same task for all programs",
    "lessons": "Growth with lessons",
    "files": "Growth with changed files",
    "repository": "Growth with the repository",
    "cache": "With and without cached lessons",
    "push": "Before a push",
    "review": "Pull requests on a server",
    "check": "Lessons in a work tree",
    "backtest": "Replaying past changes",
}

_COLUMNS = ("case", "program", "seconds", "fastest … slowest", "first ÷ it", "found", "peak MiB")
_TRAFFIC = ("fetched kB", "by Git", "API calls", "writes")


def render_tables(outcomes: Sequence[Outcome], machine: Mapping[str, str], *, rounds: int) -> str:
    """Return the results as Markdown: the machine, the targets, then a table for each group of cases."""
    parts = [_render_machine(machine, rounds), _render_targets(outcomes)]
    for group, members in groupby(outcomes, key=lambda outcome: outcome.group):
        parts.append(f"### {_TITLES[group]}\n\n{_render_group(list(members))}")
    return "\n\n".join(part for part in parts if part) + "\n"


def render_json(outcomes: Iterable[Outcome], machine: Mapping[str, str], *, rounds: int) -> str:
    """Return the results as JSON, with the seconds of every round."""
    cases = [
        {
            "group": outcome.group,
            "case": outcome.name,
            "measurements": [_describe(outcome, item) for item in outcome.measurements],
        }
        for outcome in outcomes
    ]
    document = {"version": 1, "machine": machine, "rounds": rounds, "cases": cases}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _describe(outcome: Outcome, item: Measurement) -> dict[str, object]:
    first = outcome.measurements[0].name
    return {
        "name": item.name,
        "median_seconds": round(item.median, 4),
        "seconds": [round(value, 4) for value in item.seconds],
        "ratio_of_first": round(outcome.ratio(first, item.name), 3),
        "found": item.found,
        "peak_mib": None if item.peak is None else round(item.peak),
        "traffic": None if item.traffic is None else asdict(item.traffic),
    }


def _render_machine(machine: Mapping[str, str], rounds: int) -> str:
    facts = "; ".join(f"{name} {value}" for name, value in machine.items())
    return f"{facts}. Medians of {rounds} rounds."


def _render_targets(outcomes: Sequence[Outcome]) -> str:
    measured = [(target, target.measured(outcomes)) for target in TARGETS]
    rows = [_target_row(target, value) for target, value in measured if value is not None]
    return _table(("promise", "measured", "target", "kept"), rows) if rows else ""


def _target_row(target: Target, value: float) -> tuple[str, ...]:
    sign = "≥" if target.is_minimum else "≤"
    verdict = "yes" if target.is_met(value) else "**no**"
    shown = f"{value:.2f}" if target.quantity == "seconds" else f"{value:,.0f}"
    return target.promise, shown, f"{sign} {target.limit:,g}", verdict


def _render_group(outcomes: Sequence[Outcome]) -> str:
    rows = [row for outcome in outcomes for row in _rows(outcome)]
    if any(item.traffic for outcome in outcomes for item in outcome.measurements):
        return _table((*_COLUMNS, *_TRAFFIC), rows)
    return _table(_COLUMNS, [row[: len(_COLUMNS)] for row in rows])


def _rows(outcome: Outcome) -> Iterable[tuple[str, ...]]:
    first = outcome.measurements[0].name
    for item in outcome.measurements:
        yield (
            outcome.name if item.name == first else "",
            item.name,
            f"{item.median:.3f}",
            f"{min(item.seconds):.3f} … {max(item.seconds):.3f}",
            "" if item.name == first else f"{outcome.ratio(first, item.name):.2f}",
            "" if item.found is None else f"{item.found:,}",
            "" if item.peak is None else f"{item.peak:.0f}",
            *_traffic(item.traffic),
        )


def _traffic(traffic: Traffic | None) -> tuple[str, ...]:
    if traffic is None:
        return ("",) * len(_TRAFFIC)
    return f"{traffic.kilobytes:,.0f}", f"{traffic.answers}", f"{traffic.calls}", f"{traffic.writes}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [_line(head, widths), "|" + "|".join("-" * (width + 2) for width in widths) + "|"]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)])


def _line(cells: tuple[str, ...], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
