"""A new lesson, as a person reads about it at a terminal."""

from __future__ import annotations

from dataclasses import replace

from lessonguard.authoring.new.draft import FixCommit, FollowUp, Offer, Pair, Statement
from lessonguard.authoring.new.text import render_new_lesson
from tests.support.drafts import empty_draft, filled_draft

_PAIR = Pair(place="pay.py, line 5", path="pay.py", bad="f(x)\n", good="f(x, 5)\n")
_FULL = """\
Wrote lessons/INC-245.yaml

Filled in:
  title        from the heading, line 1, a guess
  proof        broken 4444444444, fixed 9999999999
  example      from pay.py, line 5
  example      from old.py, line 7, as whole files
  left out     2 parts of the fix, listed in the lesson file
  remediation  1 follow-up, the first from “Actions”, line 9; the lesson file
               shows what each of them lacks

Not filled in:
  severity  “SEV-2” (“Severity”, line 5): it is not one of P0 to P3

Still to write:
  the rule

Next:
  edit lessons/INC-245.yaml               replace every TODO
  lessonguard check lessons/INC-245.yaml  lists what is wrong with it
  lessonguard prove INC-245               runs the rule on the examples
  lessonguard backtest INC-245            shows where it would have commented
"""


def test_it_names_what_is_filled_in_what_is_not_and_what_to_do_next() -> None:
    filled = filled_draft()
    title = Statement(key="title", text="Hung", origin="the heading, line 1", is_guess=True)
    draft = replace(
        filled,
        statements=(title, *(each for each in filled.statements if each.key != "title")),
        offers=(
            Offer(key="severity", text="SEV-2", origin="“Severity”, line 5", why="it is not one of P0 to P3"),
            Offer(key="title", text="More.", origin="the heading, line 1", why=""),
        ),
        follow_ups=(FollowUp(action="Add a timeout", origin="“Actions”, line 9"),),
        fix=FixCommit(
            fixed="9" * 40,
            broken="4" * 40,
            paths=("pay.py",),
            pairs=(_PAIR, replace(_PAIR, place="old.py, line 7", files=("old.py@4444444", "old.py@9999999"))),
            left_out=("a.py: it is new", "b.py: it is new"),
        ),
    )
    title = draft.statements[0]
    draft = replace(
        draft, statements=(title, *(each for each in draft.statements[1:] if each.key != "title"))
    )

    assert render_new_lesson(draft, path="lessons/INC-245.yaml", width=80, colour=False) == _FULL


def test_without_anything_known_everything_is_still_to_write() -> None:
    text = render_new_lesson(empty_draft(), path="INC-245.yaml", width=200, colour=False)

    assert "Filled in" not in text
    assert "invariant, language, the rule, its examples Next:" in " ".join(text.split())


def test_paths_and_quoted_text_are_made_visible() -> None:
    offer = Offer(key="title", text="\x1b[2J\n" + "x" * 100, origin="the heading, line 1", why="it is odd")
    text = render_new_lesson(
        replace(empty_draft(), offers=(offer,)), path="\x1b[2J.yaml", width=80, colour=False
    )

    assert "\x1b" not in text
    assert "x" * 61 not in text


def test_colour_is_all_that_colour_changes() -> None:
    plain, coloured = (
        render_new_lesson(empty_draft(), path="a.yaml", width=80, colour=colour) for colour in (False, True)
    )

    assert coloured.replace("\x1b[1m", "").replace("\x1b[0m", "") == plain != coloured
