"""Measure the shape of the code: `python -m tools.measure [PATH]`, for this checkout or another.

The numbers are for comparing two states of lessonguard by one definition, which stands below each table.
They measure names and shapes, not quality: a class that is renamed must be renamed in `_TYPES` as well.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.code_tree import (
    Module,
    code_lines,
    function_lines,
    import_graph,
    reachable,
    read_modules,
    reasons,
    single_callers,
)
from tools.command_rooms import rooms_of_commands
from tools.warm_scan import functions_of_a_warm_scan

_TYPES = {
    "file": (
        *(
            "FileVersion",
            "ChangedFile",
            "Side",
            "Target",
            "Version",
            "SeenFile",
            "Remarkable",
            "ComparedFile",
        ),
        *("JudgedFile", "FileComparison"),
    ),
    "match": (
        *("Match", "ClassifiedMatch", "Occurrence", "introduced._Place", "compare._Place", "Verdict"),
        *("Finding", "Sighting", "backtest.Place", "result.Place"),
    ),
    "not checked": (
        *("Skipped", "_Obstacle", "Obstacle", "Problem", "RuleProblem", "Complaint", "Unchecked", "Unseen"),
        "Unreplayed",
    ),
    "lesson fault": ("Fault", "Remark", "RuleProblem", "_Words", "Diagnostic"),
}
"""The classes for one thing, those of the past and those of today; `module.Class` where a name is common."""

_DOORS = {"change", "git", "github"}
"""The folders through which every command reaches Git and GitHub, also where only one needs a part."""

_IN_EVERY_DRAWER = {"result", "text", "json", "sarif", "markdown", "annotations", "phrases"}
_LONG_FUNCTION, _SHORT_MODULE = 40, 40


@dataclass(frozen=True)
class Row:
    """One measure of a checkout, what it should be, and how it is defined."""

    measure: str
    value: str
    goal: str
    definition: str


def measure(checkout: Path) -> list[Row]:
    """Measure a checkout, in the order of the table."""
    modules = read_modules(checkout)
    return [*_room_rows(modules), *_name_rows(modules), _scan_row(checkout), *_habit_rows(modules, checkout)]


def main() -> None:
    """Print the table and the definitions."""
    checkout = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    rows = measure(checkout)
    print("| | measure | value | goal |\n|---|---|---|---|")
    for number, row in enumerate(rows, start=1):
        print(f"| {number} | {row.measure} | {row.value} | {row.goal} |")
    print()
    for number, row in enumerate(rows, start=1):
        print(f"{number}. {row.definition}")


# Rooms -----------------------------------------------------------------------------------------


def _room_rows(modules: Sequence[Module]) -> list[Row]:
    sizes = Counter("/".join(module.parts[:-1]) for module in modules)
    largest = max(sizes.values())
    names = ", ".join(sorted(name for name, size in sizes.items() if size == largest))
    rooms = rooms_of_commands(modules)
    counts = {command: len(found - _DOORS) for command, found in rooms.items()}
    return [
        Row(
            "largest flat room",
            f"{largest} ({names})",
            "≤ 20",
            "The most modules directly in one folder, `__init__` aside.",
        ),
        Row(
            "rooms that hold one command's parts",
            f"{max(counts.values())}: " + ", ".join(f"{name} {count}" for name, count in counts.items()),
            "≤ 2",
            "A module is a part of a command if no other command imports it, directly or through others. "
            "What `review` shares with the `check`, `prove` or `backtest` that it runs, or `check` with "
            "`prove`, still belongs to those. A room is a folder at the top, or one named like a command. "
            f"`git` and `github` are doors and do not count; with them: "
            f"{', '.join(f'{name} {len(found)}' for name, found in rooms.items())}. "
            + "; ".join(f"{name}: {', '.join(sorted(found))}" for name, found in rooms.items())
            + ".",
        ),
    ]


# Names -----------------------------------------------------------------------------------------


def _name_rows(modules: Sequence[Module]) -> list[Row]:
    types = {concept: types_of(concept, modules) for concept in _TYPES}
    repeated = repeated_names(modules)
    return [
        Row(
            f"types for {' / '.join(types)}",
            " / ".join(str(len(found)) for found in types.values()),
            "4 / 3 / 1 / 1",
            "The classes that stand for one thing on its way, from a table in this script, as far as the "
            "checkout has them. "
            + "; ".join(f"{concept}: {', '.join(found) or 'none'}" for concept, found in types.items())
            + ".",
        ),
        Row(
            "module names used twice",
            str(len(repeated)),
            "≤ 3",
            "File names that stand in more than one folder, apart from those that every drawer has "
            f"({', '.join(sorted(_IN_EVERY_DRAWER))}); the file of a command in `cli/` may be called like "
            "the main module of its drawer, as `cli/check.py` and `authoring/check/check.py` are. "
            f"Here: {', '.join(repeated) or 'none'}.",
        ),
    ]


def types_of(concept: str, modules: Iterable[Module]) -> list[str]:
    """List the classes for a concept that these modules define, in the order of the table."""
    classes = {
        name
        for module in modules
        for node in module.nodes
        if isinstance(node, ast.ClassDef)
        for name in (node.name, f"{module.parts[-1]}.{node.name}")
    }
    return [name for name in _TYPES[concept] if name in classes]


def repeated_names(modules: Iterable[Module]) -> list[str]:
    """List the names of more than one module, sorted; see the table for those that may repeat."""
    counted = [module for module in modules if not _is_main_of_drawer(module)]
    counts = Counter(module.parts[-1] for module in counted)
    return sorted(name for name, count in counts.items() if count > 1 and name not in _IN_EVERY_DRAWER)


def _is_main_of_drawer(module: Module) -> bool:
    return module.parts[-2:-1] == module.parts[-1:]


# Speed and habits --------------------------------------------------------------------------------


def _scan_row(checkout: Path) -> Row:
    functions = functions_of_a_warm_scan(checkout)
    return Row(
        "files / functions run by a warm scan of one file",
        f"{len({file for file, _, _ in functions})} / {len(functions)}",
        "≤ 42 / ≤ 260",
        "Functions of lessonguard that `lessonguard scan` runs at least once, and the files with them: "
        "one lesson, one changed Python file with a match, caches warm. The bodies of modules and classes "
        "do not count, nor do comprehensions and lambdas apart from their function.",
    )


def _habit_rows(modules: Sequence[Module], checkout: Path) -> list[Row]:
    functions = [function for module in modules for function in module.functions]
    lines = sorted(map(function_lines, functions))
    sizes = {"/".join(module.parts): len(module.source.splitlines()) for module in modules}
    largest = max(sizes, key=lambda name: sizes[name])
    graph = import_graph(modules)
    single = sum(len(single_callers(module)) for module in modules)
    tested = sum(has_test_file(module, checkout) for module in modules)
    why, code = sum(map(reasons, modules)), sum(map(code_lines, modules))
    begins = Counter(text.split(maxsplit=1)[0] for module in modules for text in module.docstrings)
    old = sum(begins[verb] for verb in ("Give", "Tell", "Say"))
    return [
        Row(
            "functions with a single caller",
            f"{single / len(functions):.0%} ({single} of {len(functions)})",
            "≤ 25 %",
            "Private functions and methods that their module mentions at one place outside of their body, "
            "as a share of all functions and methods.",
        ),
        Row(
            "modules with a test file of their name",
            f"{tested / len(modules):.0%} ({tested} of {len(modules)})",
            "≥ 85 %",
            "`a/b.py` has `tests/a/test_b.py`, or `tests/test_a_b.py` where the tests are in one folder.",
        ),
        Row(
            "comments that say why, per 100 lines of code",
            f"{100 * why / code:.1f} ({why} of {code:,})",
            "≥ 2",
            "Lines of comments with a link, a measurement, a number of two digits, a word such as because, "
            "or the name of a program whose behaviour they explain; without comments for tools and headings. "
            "Code is what is neither empty nor a comment nor a docstring.",
        ),
        Row("modules", str(len(modules)), "", "`__init__` aside."),
        Row("largest module", f"{sizes[largest]} lines ({largest})", "≤ 400", "All lines of the file."),
        Row(
            "modules under 40 lines",
            str(sum(size < _SHORT_MODULE for size in sizes.values())),
            "few",
            "All lines of the file.",
        ),
        Row(
            "lines of a function: median / p90 / max",
            f"{statistics.median_low(lines)} / {lines[len(lines) * 9 // 10]} / {lines[-1]}",
            "about 8",
            "From `def` to its last line; decorators and the docstring aside.",
        ),
        Row(
            "functions over 40 lines",
            str(sum(length > _LONG_FUNCTION for length in lines)),
            "few",
            "As above.",
        ),
        Row(
            "modules in an import cycle",
            str(sum(name in reachable(graph, name) for name in graph)),
            "0",
            "Modules that import themselves through others; imports inside of functions count.",
        ),
        Row(
            'docstrings that begin with "Give", "Tell" or "Say"',
            f"{old} ({begins['Give']}, {begins['Tell']}, {begins['Say']})",
            "0",
            "The first word of the docstring of a function or method.",
        ),
    ]


def has_test_file(module: Module, checkout: Path) -> bool:
    """Return whether there is a test file with the name of a module, in its folder or with it in the name."""
    *folders, name = module.parts
    places = (Path(*folders, f"test_{name}.py"), Path(f"test_{'_'.join(module.parts)}.py"))
    return any((checkout / "tests" / place).is_file() for place in places)


if __name__ == "__main__":
    main()
