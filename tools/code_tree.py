"""Read the modules of a checkout, and what `tools.measure` counts in them: functions, imports, comments."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = "lessonguard"

_DIRECTIVE = re.compile(r"#\s*(?:noqa|type:|pragma|!)|.*-{10}\Z")
"""Comments for tools, and headings underlined with a row of dashes."""

_WHY = re.compile(
    r"https?://|§|\bRFC \d"  # where it is written
    r"|\d\d|\d (?:ms|s|KB|MB|bytes|characters|columns|seconds|times)\b|\d ?%"  # a case, or what was measured
    r"|\b(?:because|since|so that|else|otherwise)\b"
    r"|\b(?:Git|GitHub|Semgrep|Python|PyGithub|Pygments|YAML|libyaml|OCaml|macOS|Windows)\b"  # who behaves so
)
_LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One module: `parts` are its folders in the package, and its own name."""

    parts: tuple[str, ...]
    source: str

    @property
    def name(self) -> str:
        """Return the dotted name, with the package."""
        return ".".join((PACKAGE, *self.parts))

    @cached_property
    def tree(self) -> ast.Module:
        """Return the syntax tree."""
        return ast.parse(self.source)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Return all nodes of the syntax tree."""
        return tuple(ast.walk(self.tree))

    @property
    def functions(self) -> list[Function]:
        """Return all functions and methods, also those inside of others."""
        return [node for node in self.nodes if isinstance(node, Function)]

    @property
    def docstrings(self) -> list[str]:
        """Return the docstrings of all functions and methods."""
        return [text for function in self.functions if (text := ast.get_docstring(function))]

    @property
    def strings(self) -> list[str]:
        """Return all constant strings."""
        constants = [node.value for node in self.nodes if isinstance(node, ast.Constant)]
        return [value for value in constants if isinstance(value, str)]


def read_modules(checkout: Path) -> list[Module]:
    """Read all modules below `src/lessonguard`, `__init__` aside, sorted by path."""
    top = checkout / "src" / PACKAGE
    paths = sorted(path for path in top.rglob("*.py") if path.name != "__init__.py")
    return [
        Module(path.relative_to(top).with_suffix("").parts, path.read_text(encoding="utf-8"))
        for path in paths
    ]


def import_graph(modules: Sequence[Module]) -> dict[str, set[str]]:
    """Return the modules that each module imports, by name.

    Imports inside of functions count, and so do names such as `"lessonguard.x:function"`, which are
    imported when they are needed; but not those in `cli/main.py`, or every command would import all.
    """
    names = {module.name for module in modules}
    return {module.name: {name for name in _imported(module) if name in names} for module in modules}


def _imported(module: Module) -> Iterator[str]:
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
    if module.parts != ("cli", "main"):
        yield from (text.partition(":")[0] for text in module.strings)


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Return all modules that one module imports, directly or through others; itself only in a cycle."""
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(graph[name])
    return found


def single_callers(module: Module) -> list[str]:
    """List the private functions and methods of a module that it mentions once outside of their own body."""
    names = [(node.id, node.lineno) for node in module.nodes if isinstance(node, ast.Name)]
    attributes = [
        (node.attr, node.end_lineno or 0) for node in module.nodes if isinstance(node, ast.Attribute)
    ]
    methods = {child for node in module.nodes if isinstance(node, ast.ClassDef) for child in node.body}
    found = []
    for function in module.functions:
        if function.name.startswith("_") and not function.name.endswith("__"):
            own = _lines(function)
            mentions = attributes if function in methods else names
            if sum(name == function.name and line not in own for name, line in mentions) == 1:
                found.append(function.name)
    return found


def code_lines(module: Module) -> int:
    """Count the lines with code: no empty lines, no comments and no docstrings."""
    texts = [node for node in module.nodes if isinstance(node, ast.Expr) and _is_text(node)]
    written = {line for text in texts for line in _lines(text)}
    code = {
        line
        for token in _tokens(module)
        if token.type not in {*_LAYOUT, tokenize.COMMENT}
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(code - written)


def function_lines(function: Function) -> int:
    """Count the lines of a function from `def` to its end, its docstring aside."""
    return len(_lines(function)) - (len(_lines(function.body[0])) if _is_text(function.body[0]) else 0)


def _is_text(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant):
        return False
    return isinstance(statement.value.value, str)


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or 0) + 1)


def reasons(module: Module) -> int:
    """Count the lines of comments that say why.

    Consecutive lines are one comment. It says why if it has a link, a measurement, a word such as "because"
    or "otherwise", or the name of the program whose behaviour it is about.
    """
    return sum(len(block) for block in _comments(module) if _WHY.search(" ".join(block)))


def _comments(module: Module) -> list[list[str]]:
    blocks: list[list[str]] = []
    end = 0
    for token in _tokens(module):
        if token.type == tokenize.COMMENT and not _DIRECTIVE.match(token.string):
            is_own_line = token.line.lstrip().startswith("#")
            if not (is_own_line and end == token.start[0] - 1):
                blocks.append([])
            blocks[-1].append(token.string)
            end = token.start[0] if is_own_line else 0
    return blocks


def _tokens(module: Module) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(module.source).readline)
