"""The script that measures the shape of the code counts what a person counts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tools.code_tree import code_lines, function_lines, import_graph, read_modules, reasons, single_callers
from tools.command_rooms import rooms_of_commands
from tools.measure import has_test_file, repeated_names, types_of
from tools.warm_scan import functions_of_a_warm_scan

_ROOT = Path(__file__).parents[2]
_MAIN = """\
COMMANDS = {
    "prove": ("lessonguard.cli.prove:prove", "Prove."),
    "check": ("lessonguard.cli.check:check", "Check."),
    "scan": ("lessonguard.cli.scan:scan", "Scan."),
}
"""


def _checkout(folder: Path, files: dict[str, str]) -> Path:
    for name, code in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
    return folder


def _package(folder: Path, modules: dict[str, str]) -> Path:
    return _checkout(folder, {f"src/lessonguard/{name}.py": code for name, code in modules.items()})


def test_the_rooms_of_a_command_are_those_of_what_only_it_imports(tmp_path: Path) -> None:
    checkout = _package(
        tmp_path,
        {
            "cli/main": _MAIN,
            "cli/scan": "import lessonguard.output.text",
            "cli/prove": "from lessonguard.authoring.prove import prove\nimport lessonguard.output.text",
            "cli/check": "import lessonguard.authoring.prove.prove\nTEXT = 'lessonguard.render.check:render'",
            "authoring/prove/prove": "from lessonguard.authoring.prove.parts import trial",
            "authoring/prove/parts/trial": "import lessonguard.git.log",
            "git/log": "",
            "output/text": "",
            "render/check": "",
        },
    )

    rooms = rooms_of_commands(read_modules(checkout))

    assert rooms["prove"] == {"cli", "authoring/prove", "git"}  # `check` proves too, as a part of its work
    assert rooms["check"] == {"cli", "render"}
    assert rooms["new"] == set()


def test_a_class_counts_as_a_type_for_what_it_stands_for(tmp_path: Path) -> None:
    modules = read_modules(
        _package(
            tmp_path,
            {
                "scan/plan": "class Target: ...\nclass FileComparison: ...",
                "authoring/backtest/result": "class Place: ...\nclass Match: ...",
                "authoring/new/new": "class Place: ...",
            },
        )
    )

    assert types_of("file", modules) == ["Target", "FileComparison"]
    assert types_of("match", modules) == ["Match", "result.Place"]
    assert types_of("lesson fault", modules) == []


def test_a_name_may_repeat_if_every_drawer_has_it_or_the_command_is_called_so(tmp_path: Path) -> None:
    modules = read_modules(
        _package(
            tmp_path,
            {
                "cli/check": "",
                "authoring/check/check": "",
                "authoring/check/text": "",
                "output/text": "",
                "git/model": "",
                "lessons/model": "",
                "lessons/__init__": "",
                "git/__init__": "",
            },
        )
    )

    assert repeated_names(modules) == ["model"]


def test_a_private_function_that_is_mentioned_once_has_a_single_caller(tmp_path: Path) -> None:
    code = """\
def public():
    return _once(_twice(), _twice)

def _once(*_):
    return _once()

def _twice():
    return Thing()._method()

class Thing:
    def __init__(self):
        self._never = 1

    def _method(self):
        return _method

    @property
    def _other(self):
        return 1
"""
    (module,) = read_modules(_package(tmp_path, {"code": code}))

    assert single_callers(module) == ["_once", "_method"]


def test_a_comment_says_why_if_it_has_a_reason_a_number_or_a_source(tmp_path: Path) -> None:
    code = '''\
"""A module."""

# Loaded here,
# because it is slow.
import json  # noqa: F401 - because
# A second comment that says nothing.

# Headings: because -------------------------
LIMIT = 3  # characters
SIZE = 65_000  # of 65,536 that fit
NAME = "x"  # see https://example.com


def read():
    """Read."""

    return """
    text
    """
'''
    (module,) = read_modules(_package(tmp_path, {"code": code}))

    assert reasons(module) == 4
    assert code_lines(module) == 8
    assert list(map(function_lines, module.functions)) == [5]


def test_modules_that_import_each_other_are_seen_also_inside_of_functions(tmp_path: Path) -> None:
    modules = read_modules(
        _package(
            tmp_path, {"a": "def f():\n    from lessonguard import b", "b": "import lessonguard.a\nimport os"}
        )
    )

    assert import_graph(modules) == {"lessonguard.a": {"lessonguard.b"}, "lessonguard.b": {"lessonguard.a"}}


def test_a_test_file_is_found_in_the_folder_of_its_module_or_with_it_in_the_name(tmp_path: Path) -> None:
    package = _package(tmp_path, {"git/log": "", "git/diff": "", "git/merge_base": "", "process": ""})
    _checkout(
        package,
        dict.fromkeys(["tests/git/test_log.py", "tests/test_git_diff.py", "tests/test_process.py"], ""),
    )

    tested = [module.parts[-1] for module in read_modules(package) if has_test_file(module, package)]

    assert tested == ["diff", "log", "process"]


def test_a_warm_scan_runs_functions_of_the_command_line_and_of_the_comparison() -> None:
    functions = functions_of_a_warm_scan(_ROOT)

    assert ("cli/scan.py", "scan") in {(file, name) for file, name, _ in functions}
    assert not [name for _, name, _ in functions if name.startswith("<")]


def test_every_number_is_printed_with_its_definition() -> None:
    argv = [sys.executable, "-m", "tools.measure", str(_ROOT)]

    printed = subprocess.run(argv, cwd=_ROOT, capture_output=True, check=True, text=True).stdout

    rows = re.findall(r"^\| \d+ \| .+ \| .+ \|.*\|$", printed, re.MULTILINE)
    definitions = re.findall(r"^\d+\. .+$", printed, re.MULTILINE)
    assert len(rows) == len(definitions) > 10
