"""Drafts of lessons, and text that is hostile to YAML."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import strategies as st

from lessonguard.authoring.new.draft import Draft, FixCommit, FollowUp, Offer, Pair, Statement
from lessonguard.lessons.model import IncidentId
from lessonguard.lessons.parse import read_tree
from lessonguard.lessons.yaml_tree import Entries, Items, Node
from tests.support.report import hostile_text

INCIDENT = IncidentId("INC-245")

_SNIPPETS = [
    *("- ", "# ", " #", "'", '"', ": ", ":", "\n", "\n\n", "\t", "  ", "{{", "[", "]", "}", "|", ">", "%"),
    *("@", "`", "\\", "\x00", "\x1b[2J", "\x85", "\u2028", "\ufeff", "\u202e", "\U000e0001", "---", "..."),
    *("&a", "*a", "!x", "?", "<<", "yes", "null", "1", "\ud800", " \n", "\r", "\r\n", "B c", "ü", "日本"),
    *("🙂", "\xa0"),
]
yaml_text = st.text() | hostile_text | st.lists(st.sampled_from(_SNIPPETS)).map("".join)
yaml_line = yaml_text.map(lambda text: " ".join(text.split()))

_FILLED = {
    "title": "Checkout hung",
    "date": "2026-05-14",
    "severity": "P1",
    "failure-class": "missing-timeout",
    "failure-mode": "A call to the payments API had no timeout.",
    "root-cause": "The HTTP client has no default timeout.",
    "mitigation": "Pass an explicit timeout.",
    "invariant": "Every outbound HTTP call has a timeout.",
    "language": "python",
}


def empty_draft() -> Draft:
    """Make a draft of which nothing is known."""
    return Draft(incident=INCIDENT)


def filled_draft(*statements: Statement) -> Draft:
    """Make a draft with all required values; the `statements` count first."""
    filled = (Statement(key=key, text=text) for key, text in _FILLED.items())
    return replace(empty_draft(), statements=(*statements, *filled))


def tree(text: str) -> Entries:
    """Read YAML that must be a mapping."""
    root = read_tree(text.encode())
    assert isinstance(root, Entries), text
    return root


def under(node: Node | None, *keys: str | int) -> Node:
    """Return what is under keys and the indices of lists."""
    for key in keys:
        node = node.items[key] if isinstance(node, Items) and isinstance(key, int) else node.get(str(key))  # type: ignore[union-attr]
    assert node
    return node


def without_surrogates(text: str) -> str:
    """Return text as a file can hold it: halves of surrogate pairs become U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


_follow_up = st.builds(
    FollowUp,
    action=yaml_text,
    origin=yaml_line,
    kind=st.sampled_from(["", "test"]),
    failure_mode=yaml_line,
    owner=yaml_line,
    due=st.sampled_from(["", "2026-05-28"]),
    validation=yaml_text,
    is_done=st.booleans(),
    done_on=st.sampled_from(["", "2026-05-28"]),
)
_pair = st.builds(
    Pair,
    place=yaml_text,
    path=yaml_text,
    bad=yaml_text,
    good=yaml_text,
    files=st.none() | st.tuples(yaml_text, yaml_text),
)
_fix = st.builds(
    FixCommit,
    fixed=st.just("9" * 40),
    broken=st.none() | st.just("4" * 40),
    paths=st.lists(yaml_text).map(tuple),
    pairs=st.lists(_pair, max_size=3).map(tuple),
    left_out=st.lists(yaml_text, max_size=12).map(tuple),
)


@st.composite
def hostile_drafts(draw: st.DrawFn) -> Draft:
    """Make a draft in which every text that comes from elsewhere is hostile."""
    keys = (
        *("title", "severity", "failure-class", "failure-mode", "root-cause", "mitigation", "invariant"),
        "postmortem",
    )
    value = st.builds(
        Statement, key=st.sampled_from(keys), text=yaml_text, origin=yaml_line, is_guess=st.booleans()
    )
    offers = st.builds(
        Offer, key=st.sampled_from([*keys, "date"]), text=yaml_text, origin=yaml_text, why=yaml_text
    )
    return Draft(
        incident=INCIDENT,
        postmortem=draw(yaml_text),
        statements=tuple(draw(st.lists(value, max_size=4))),
        offers=tuple(draw(st.lists(offers, max_size=3))),
        follow_ups=tuple(draw(st.lists(_follow_up, max_size=2))),
        fix=draw(st.none() | _fix),
    )
