"""The formats of `scan`: each name with the function that renders it, imported when asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from lessonguard.cli.terminal import wants_colour, width
from lessonguard.scan.finding import ScanReport


class _Render(Protocol):
    def __call__(self, report: ScanReport, /) -> str: ...


_FUNCTIONS = {
    "text": "lessonguard.output.text:render_text",
    "json": "lessonguard.output.json:render_json",
    "sarif": "lessonguard.output.sarif:render_sarif",
    "markdown": "lessonguard.output.markdown:render_markdown",
    "github": "lessonguard.output.annotations:render_workflow",
    "gcc": "lessonguard.output.gcc:render_gcc",
    "rdjson": "lessonguard.output.rdjson:render_rdjson",
}

FORMATS = tuple(_FUNCTIONS)
"""The names, the default first."""


def render(report: ScanReport, *, format_name: str, is_shown: bool) -> str:
    """Render a report in one of `FORMATS`; text is coloured only if it `is_shown` on a terminal."""
    module, _, name = _FUNCTIONS[format_name].partition(":")
    function = getattr(import_module(module), name)
    if format_name == "text":
        text: str = function(report, width=width(), colour=is_shown and wants_colour())
        return text
    plain: _Render = function
    return plain(report)
