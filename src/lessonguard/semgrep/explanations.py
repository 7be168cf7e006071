"""Semgrep's matching explanations: what each part of a rule found or removed, in the words of the rule."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from lessonguard.record import record
from lessonguard.semgrep.interface import EngineRule

# A part of a rule finds something, or takes away something that others have found.
Effect = Literal["finds", "takes"]


@record
class Step:
    """One part of a rule, and what it did to a piece of code.

    `key` and `value` are written as in the rule: `pattern-not` and its pattern. The value is empty
    for a part that only holds others, which follow one level deeper; with no key either, it is what
    the parts of its level find together. `lines` are those found or taken away, first and last, both
    inclusive. `is_end` marks where nothing was left of what was found.
    """

    depth: int
    key: str
    value: str
    effect: Effect
    lines: tuple[tuple[int, int], ...]
    is_end: bool = False


# Where a match is: first and last line (both inclusive), and its offsets in bytes.
_Place = tuple[int, int, int, int]

_KEY = re.compile(r'"([\w-]+)": $')
_DECODER = json.JSONDecoder()
_GROUPS = frozenset({"And", "Taint"})


def numbered_document(rules: Sequence[EngineRule]) -> str:
    """Return rules for an engine, each on a line of its own, by which `read_steps` tells them apart."""
    lines = [json.dumps({**rule.document, "id": f"rule-{number}"}) for number, rule in enumerate(rules)]
    return '{"rules": [\n' + ",\n".join(lines) + "\n]}"


def read_steps(explanations: Iterable[Mapping[str, Any]], document: str) -> dict[int, tuple[Step, ...]]:
    """Return for each rule of a document, by its position, what its parts did; all rules had one target each.

    Raise `LookupError`, `TypeError` or `ValueError` for explanations of another form.
    """
    found: dict[int, tuple[Step, ...]] = {}
    for tree in explanations:
        number = tree["loc"]["start"]["line"] - 2
        found[number] = tuple(_steps(tree, document, depth=0, is_needed=True))
    return found


def _steps(node: Mapping[str, Any], document: str, *, depth: int, is_needed: bool) -> Iterator[Step]:
    """List the steps of a part of a rule; `is_needed` says whether the rule fails if it finds nothing."""
    operation, places = _operation(node), _places(node["matches"])
    key, value = _written(node, document)
    if operation in _GROUPS:
        yield Step(depth=depth, key=key, value=value, effect="finds", lines=_lines(places))
        yield from _parts(node, document, depth=depth + 1, is_needed=is_needed)
        return
    is_end = is_needed and not places
    inner = _only_pattern(node)
    if inner is not None or not node["children"]:
        value = value if inner is None else _written(inner, document)[1]
        yield Step(depth=depth, key=key, value=value, effect="finds", lines=_lines(places), is_end=is_end)
        return
    yield Step(depth=depth, key=key, value="", effect="finds", lines=_lines(places))
    for child in node["children"]:
        yield from _steps(child, document, depth=depth + 1, is_needed=is_end)


def _parts(node: Mapping[str, Any], document: str, *, depth: int, is_needed: bool) -> Iterator[Step]:
    """List the steps of parts that all must hold: those that find, together, and those that take away."""
    finding = [child for child in node["children"] if _operation(child) not in {"Negation", "Filter"}]
    for child in sorted(finding, key=lambda child: int(child["loc"]["start"]["offset"])):
        is_sanitizer = _operation(child) == "TaintSanitizer"
        yield from _steps(child, document, depth=depth, is_needed=is_needed and not is_sanitizer)
    before = (node.get("extra") or {}).get("before_negation_matches", "None")
    if isinstance(before, list):  # as OCaml writes what may be absent: ["Some", value] or "None"
        left = _places(before[1])
    else:
        left = _places(finding[0]["matches"] if len(finding) == 1 else node["matches"])
    if len(finding) > 1:
        is_end = is_needed and not left and all(child["matches"] for child in finding)
        yield Step(depth=depth, key="", value="", effect="finds", lines=_lines(left), is_end=is_end)
    for child in node["children"]:
        if _operation(child) in {"Negation", "Filter"}:
            after = _places(child["matches"])
            taken = tuple(place for place in left if place not in after)
            is_end = is_needed and bool(left) and not after
            is_focus = child["op"] == ["Filter", "metavariable-focus"]
            if not (is_focus and after):  # because a focus only moves what was found
                yield from _taking(child, document, depth=depth, taken=_lines(taken), is_end=is_end)
            left = after


def _taking(
    node: Mapping[str, Any],
    document: str,
    *,
    depth: int,
    taken: tuple[tuple[int, int], ...],
    is_end: bool,
) -> Iterator[Step]:
    """List the steps of a part that takes away what others found, on these lines."""
    key, value = _written(node, document)
    inner = _only_pattern(node)
    if inner is not None:
        value = _written(inner, document)[1]
    yield Step(depth=depth, key=key, value=value, effect="takes", lines=taken, is_end=is_end)
    if inner is None:
        for child in node["children"]:
            yield from _steps(child, document, depth=depth + 1, is_needed=False)


def _only_pattern(node: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the pattern that is all there is in a part, such as `pattern-not`."""
    children: Sequence[Mapping[str, Any]] = node["children"]
    while len(children) == 1:
        if _operation(children[0]) == "XPat":
            return children[0]
        if _operation(children[0]) != "Inside":
            return None
        children = children[0]["children"]
    return None


def _operation(node: Mapping[str, Any]) -> str:
    operation = node["op"]
    return str(operation[0] if isinstance(operation, list) else operation)


def _written(node: Mapping[str, Any], document: str) -> tuple[str, str]:
    """Return the key of a part as its rule has it, and what stands there, on one line.

    Semgrep points at the key, or for a pattern at its text, behind its key.
    """
    start = node["loc"]["start"]["offset"]  # where it ends is wrong by what JSON escapes
    text, end = _DECODER.raw_decode(document, start)
    key = _KEY.search(document, 0, start)
    if _operation(node) == "Taint":
        return "mode", "taint"
    if _operation(node) == "XPat":
        return key[1] if key else "pattern", str(text)
    if key and key[1] == "metavariable":
        return "where", _condition(_DECODER.raw_decode(document, document.rindex("{", 0, start))[0])
    if _operation(node) == "Filter":
        return str(text), _condition(_DECODER.raw_decode(document, end + len(": "))[0])
    return str(text), ""


def _condition(value: Any) -> str:  # noqa: ANN401 - a JSON value
    """Return a condition on one line: `$X: ^get$` for a metavariable and its regular expression."""
    match value:
        case {"comparison": comparison}:
            return str(comparison)
        case {"metavariable": str(name), **rest}:
            texts = [text for text in rest.values() if isinstance(text, str)]
            return f"{name}: {texts[0] if texts else '…'}"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _places(matches: Iterable[Mapping[str, Any]]) -> tuple[_Place, ...]:
    found = set()
    for match in matches:
        start, end = match["start"], match["end"]
        # A match that ends where a line begins has nothing on that line.
        ends_before = end["col"] == 1 and end["line"] > start["line"]
        found.add((start["line"], end["line"] - ends_before, start["offset"], end["offset"]))
    return tuple(sorted(found))


def _lines(places: Iterable[_Place]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted({(first, last) for first, last, _, _ in places}))
