"""The cases of `tests/cases/prove`, and the repository in which they are proven.

A case is a sentence, the end of a lesson, and what is printed about its rules. In the lesson, BROKEN and
FIXED are the two commits of the repository, and SHORT is short for BROKEN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lessonguard.authoring.prove.result import RuleProof
from lessonguard.lessons.model import Library
from tests.support.prove import BAD, LARGE
from tests.support.repo import Repo

CASES = {path.stem: path for path in sorted((Path(__file__).parents[1] / "cases" / "prove").glob("*.txt"))}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A repository with a fix, the lessons of all cases, and what came of them."""

    repo: Repo
    library: Library
    proofs: Mapping[str, Sequence[RuleProof]]


def make_repository(path: Path) -> tuple[Repo, str, str]:
    """Make a repository with two commits: broken, and fixed."""
    repo = Repo(path)
    (path / "link.py").symlink_to("billing/pay.py")
    (path / "folder").symlink_to("billing")
    others: dict[str, str | bytes] = {
        "hostile.py": "requests.get('\x1b[2J\u202e')  # \x1b]0;title\x07\n",
        "large.py": LARGE,
        "picture.py": b"\x89PNG\0",
        "README.md": "A shop.\n",
    }
    broken = repo.commit(
        "Sell things", {**others, "billing/pay.py": BAD, "billing/refund.py": "requests.get(url)\n"}
    )
    fixed = repo.commit(
        "Pass a timeout",
        {
            "billing/pay.py": BAD.replace("order.body,", "order.body, timeout=5,"),
            "billing/refund.py": "requests.get(url, timeout=5)\n",
            "README.md": "A shop that does not hang.\n",
        },
    )
    return repo, broken, fixed


def read_case(path: Path) -> tuple[str, str]:
    """Return the end of a lesson, and the expected output."""
    lesson, _, expect = (
        path.read_text(encoding="utf-8").partition("=== lesson\n")[2].partition("=== expect\n")
    )
    return lesson, expect
