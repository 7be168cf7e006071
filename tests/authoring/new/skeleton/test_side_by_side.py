"""Two versions of some code, side by side or below each other."""

from __future__ import annotations

from lessonguard.authoring.new.skeleton.side_by_side import side_by_side


def test_two_versions_are_shown_side_by_side() -> None:
    before = "def pay(order):\n    audit(order)\n    post(order)\n"
    after = "def pay(order):\n    with lock(order):\n        post(order)\n    done()\n"

    assert side_by_side(before, after, titles=("broken", "fixed")) == [
        "  broken           │   fixed",
        "  def pay(order):  │   def pay(order):",
        "-     audit(order) │ +     with lock(order):",
        "-     post(order)  │ +         post(order)",
        "                   │ +     done()",
    ]


def test_versions_with_long_lines_are_shown_as_a_diff() -> None:
    long = "x" * 70

    assert side_by_side(f"a\n{long}\nb\n", f"a\n{long}, 1\nb\n", titles=("broken", "fixed")) == [
        "--- broken",
        "+++ fixed",
        "  a",
        f"- {long}",
        f"+ {long}, 1",
        "  b",
    ]
