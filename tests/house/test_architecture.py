"""Rules of the house that no linter keeps: each test lists all offenders."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SOURCE = _ROOT / "src"
_MODULES = sorted(_SOURCE.rglob("*.py"))
_TESTS = sorted(path for path in _ROOT.glob("tests/**/*.py") if "cases" not in path.parts)

# Who alone may import a package from outside, or the one standard module that starts programs.
_OWNERS = {
    "click": "lessonguard.cli",
    "github": "lessonguard.github",
    "markdown_it": "lessonguard.authoring.new.postmortem.outline",
    "pygments": "lessonguard.scan.comments",
    "subprocess": "lessonguard.process",
    "typing_extensions": "lessonguard.record",  # for type checkers only
    "unidiff": "lessonguard.git.diff",
    "yaml": "lessonguard.lessons.parse",
}

_MODULE_LINES = 400
_FUNCTION_LINES = 60
_POSITIONAL = 3
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def _name(path: Path) -> str:
    parts = path.relative_to(_SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """List each function of lessonguard with its full name."""
    for path in _MODULES:
        for node in ast.walk(_tree(path)):
            if isinstance(node, _FUNCTIONS):
                yield f"{_name(path)}.{node.name}", node


def _packages(path: Path) -> Iterator[str]:
    """List the top-level packages that a module imports."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_a_package_from_outside_has_one_owner() -> None:
    own = sys.stdlib_module_names - _OWNERS.keys() | {"lessonguard"}

    offenders = [
        f"{_name(path)} imports {package}: see the owners at the top of this file"
        for path in _MODULES
        for package in sorted({*_packages(path)} - own)
        if not f"{_name(path)}.".startswith(f"{_OWNERS.get(package, 'nobody')}.")
    ]

    assert offenders == []


def test_a_package_init_is_a_docstring() -> None:
    offenders = [
        _name(path)
        for path in _MODULES
        if path.name == "__init__.py"
        and not (len(body := _tree(path).body) == 1 and isinstance(body[0], ast.Expr))
    ]

    assert offenders == []


def test_modules_and_functions_are_short_enough_to_read() -> None:
    modules = {_name(path): len(path.read_bytes().splitlines()) for path in _MODULES}
    functions = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in _functions()}

    assert {name: lines for name, lines in modules.items() if lines > _MODULE_LINES} == {}
    assert {name: lines for name, lines in functions.items() if lines > _FUNCTION_LINES} == {}


def test_more_than_three_parameters_are_keyword_only() -> None:
    offenders = {
        name: names
        for name, node in _functions()
        if len(names := _positional(node)) > _POSITIONAL and not node.decorator_list
    }

    assert offenders == {}


def _positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def test_no_test_replaces_parts_of_the_code() -> None:
    """Run the real thing, or pass a fake in; `setenv` and `chdir` are for the outside."""
    offenders = [
        f"{path.relative_to(_ROOT)}:{node.lineno}"
        for path in _TESTS
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and node.attr in {"setattr", "delattr", "setitem", "delitem"}
    ]

    assert offenders == []


def test_help_loads_nothing_that_only_some_commands_need() -> None:
    lazy = ("github", "jsonschema", "markdown_it", "pygments", "semgrep", "unidiff", "yaml")
    argv = [sys.executable, "-X", "importtime", "-m", "lessonguard", "--help"]

    result = subprocess.run(argv, capture_output=True, check=True, text=True)

    loaded = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "lessonguard.cli.main" in loaded
    assert not loaded.intersection(lazy)
