"""What comes with lessonguard: lessons of public incidents, and a workflow that reviews pull requests."""

from __future__ import annotations

from pathlib import Path

# What stands for the lessons that come with lessonguard, because nobody knows where pip has put them.
BUILTIN = "builtin"

_PACKAGE = Path(__file__).parents[1]
_CHECKOUT = _PACKAGE.parents[1]


def builtin_folder() -> Path:
    """Return the folder of the lessons that come with lessonguard."""
    return _find("library", "lessons")


def builtin_workflow() -> Path:
    """Return the workflow of GitHub Actions that reviews pull requests, as one would write it first."""
    return _find("workflow.yml", "docs/workflows/review.yml")


def _find(installed: str, kept: str) -> Path:
    """Return what the build put into the package as `installed`; in a checkout, where it is kept."""
    path = _PACKAGE / installed
    return path if path.exists() else _CHECKOUT / kept
