"""What the linters cannot say about the shape of the code."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_SOURCE = _ROOT / "src"
_MODULES = sorted(_SOURCE.rglob("*.py"))
_TESTS = sorted(path for path in _ROOT.glob("tests/**/*.py") if "cases" not in path.parts)

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
"""Who alone may import a package from outside, or the one standard module that starts programs."""

_MODULE_LINES = 300
_FUNCTION_LINES = 60
_POSITIONAL = 3
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _name(path: Path) -> str:
    parts = path.relative_to(_SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.fixture(params=_MODULES, ids=_name)
def module(request: pytest.FixtureRequest) -> Path:
    """Give each module of lessonguard in turn."""
    path: Path = request.param
    return path


def test_a_package_from_outside_has_one_owner(module: Path) -> None:
    name = _name(module)
    packages = {imported.partition(".")[0] for imported in _imports(ast.parse(module.read_bytes()))}
    foreign = packages - sys.stdlib_module_names - {"lessonguard"} | packages & _OWNERS.keys()

    strangers = {
        package for package in foreign if not f"{name}.".startswith(f"{_OWNERS.get(package, 'nobody')}.")
    }

    assert not strangers, f"{name} may not import {strangers}; see the owners at the top of this file"


def test_a_package_init_is_a_docstring(module: Path) -> None:
    if module.name != "__init__.py":
        return
    body = ast.parse(module.read_bytes()).body

    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_a_module_is_short_enough_to_read(module: Path) -> None:
    lines = len(module.read_bytes().splitlines())

    assert lines <= _MODULE_LINES, f"{_name(module)} has {lines} lines: split it by what it is for"


def test_a_function_fits_on_a_screen(module: Path) -> None:
    long = {
        node.name: lines
        for node in ast.walk(ast.parse(module.read_bytes()))
        if isinstance(node, _FUNCTIONS)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > _FUNCTION_LINES
    }

    assert not long


def test_more_than_three_parameters_are_keyword_only(module: Path) -> None:
    crowded = {
        node.name: names
        for node in ast.walk(ast.parse(module.read_bytes()))
        if isinstance(node, _FUNCTIONS)
        and len(names := _positional(node)) > _POSITIONAL
        and not node.decorator_list
    }

    assert not crowded


def _positional(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


@pytest.mark.parametrize("path", _TESTS, ids=lambda path: str(path.relative_to(_ROOT)))
def test_no_test_replaces_parts_of_the_code(path: Path) -> None:
    replaced = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute) and node.attr in {"setattr", "delattr", "setitem", "delitem"}
    ]

    assert not replaced, "run the real thing, or pass a fake in; `setenv` and `chdir` are for the outside"


def test_help_loads_nothing_that_only_some_commands_need() -> None:
    lazy = ("github", "jsonschema", "markdown_it", "pygments", "semgrep", "unidiff", "yaml")
    argv = [sys.executable, "-X", "importtime", "-m", "lessonguard", "--help"]

    result = subprocess.run(argv, capture_output=True, check=True, text=True)

    loaded = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "lessonguard.cli.main" in loaded
    assert not loaded.intersection(lazy)
