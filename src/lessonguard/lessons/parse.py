"""Parse a lesson file: a `Lesson`, or everything that is wrong with it. The only module that reads YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from lessonguard.lessons.build import build_lesson
from lessonguard.lessons.diagnostic import Diagnostic, Diagnostics
from lessonguard.lessons.model import Lesson
from lessonguard.lessons.yaml_tree import Entries, Items, Kind, Node, Scalar

# A larger lesson file is refused before it is read, because a file of a pull request may hold anything.
MAX_BYTES = 1_048_576

_MAX_VALUES = 20_000  # counts what aliases repeat: a file of 1 KB can ask for billions
_MAX_DEPTH = 50
_TOO_DEEP = "values are nested too deeply"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast, where it is there
_RESOLVER: Any = yaml.resolver.Resolver()
_TAG = "tag:yaml.org,2002:"
_KINDS: dict[str, Kind] = {
    "str": "text",
    "int": "number",
    "float": "number",
    "bool": "boolean",
    "timestamp": "date",
    "null": "nothing",
    "value": "text",
    "merge": "text",
}
# What is no `c-printable` of YAML 1.1; libyaml and PyYAML would each report it in other words.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What PyYAML and libyaml say, the first that fits. Their words are part of no contract, so that one which
# they change only costs the hint.
_REMEDIES = (
    ("mapping values are not allowed", 'put text that holds ": " in quotes, and check the indentation'),
    ("cannot start any token", "put text that starts with @, `, % or another sign in quotes"),
    ("could not find expected ':'", 'write "key: value", and indent the lines that continue a text'),
    ("the alias", "put text that starts with * in quotes"),
    ("unknown escape", "use single quotes, in which a backslash is just a backslash"),
    ("unexpected end of stream", "close the quotes"),
    ("did not find expected", "check the indentation and the quotes around here"),
    ("expected", "check the indentation and the quotes around here"),
)


def parse_lesson(data: bytes, *, path: str) -> Lesson | tuple[Diagnostic, ...]:
    """Return the lesson of a file, or else all of its errors in the order of the file.

    `path` is what the lesson and the errors call the file. A byte order mark and CRLF are accepted.
    Nothing but text, lists and mappings is ever made from the YAML.
    """
    found = Diagnostics(path)
    root = _read_tree(data, found)
    lesson = build_lesson(root, path=path, found=found) if root else None
    return found.sorted() if lesson is None else lesson


def read_tree(data: bytes) -> Node | None:
    """Return the values of a lesson file with their positions, or None if it is not YAML."""
    return _read_tree(data, Diagnostics(""))


def _read_tree(data: bytes, found: Diagnostics) -> Node | None:
    if len(data) > MAX_BYTES:
        found.add_at((1, 1), "the file is larger than 1 MiB", hint="one file holds one incident", code="file")
        return None
    text = _decode(data, found)
    if text is None:
        return None
    try:
        return _Tree(text=text, found=found).read()
    except yaml.YAMLError as error:
        _add_yaml_error(error, text, found)
    return None


def _decode(data: bytes, found: Diagnostics) -> str | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        message = f"the file is not UTF-8: byte 0x{data[error.start]:02X}"
        found.add_at(_place(before), message, hint="save it as UTF-8", code="file")
        return None
    if control := _UNPRINTABLE.search(text):
        message = f"a lesson cannot hold the control character U+{ord(control.group()):04X}"
        found.add_at(_place(text[: control.start()]), message, hint="remove it", code="file")
        return None
    return text


def _place(before: str) -> tuple[int, int]:
    """Return the 1-based line and column of what follows `before`, in characters."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _add_yaml_error(error: yaml.YAMLError, text: str, found: Diagnostics) -> None:
    mark = getattr(error, "problem_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = _describe(error)
    # libyaml names the token that it then does not expect, and not the tab.
    source = text.split("\n")
    if line <= len(source) and re.match(r" *\t", source[line - 1]):
        found.add_at((line, 1), "the line is indented with a tab", hint="use spaces", code="yaml")
        return
    hint = next((remedy for words, remedy in _REMEDIES if words in problem), "")
    found.add_at((line, column), problem, hint=hint, code="yaml")


def _describe(error: yaml.YAMLError) -> str:
    """Return what the problem is, and where the brackets or quotes begin that it is about."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return f"this is not YAML: {error}"
    if isinstance(error, _RefusedError):
        return str(error.problem)
    if "nesting depth" in str(error.problem):  # PyYAML 6.0.4 reads ahead of us, to a limit of its own: 1,000
        return _TOO_DEEP
    context, mark = error.context or "", error.context_mark
    is_open = mark is not None and ("flow" in context or "quoted" in context)
    start = f", {context} from line {mark.line + 1}" if mark and is_open else ""
    return f"this is not YAML: {error.problem}{start}"


class _RefusedError(yaml.MarkedYAMLError):
    """This is YAML, but more of it than a lesson needs."""


@dataclass(kw_only=True)
class _Tree:
    """Turn the events of the YAML parser into nodes.

    Events rather than YAML's own node graph, because composing that graph recurses in C: ten thousand
    brackets end the process. Here depth and size are bounded, and an alias shares what it names.
    """

    text: str
    found: Diagnostics
    anchors: dict[str, tuple[Node, int]] = field(default_factory=dict)
    values: int = 0

    def read(self) -> Node | None:
        """Read the one document, or record why there is none."""
        events = yaml.parse(self.text, Loader=_LOADER)
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    message = "a second document starts here"
                    self.found.add_at(_start(event), message, hint="one file holds one lesson", code="file")
                    return None
                root = self._node(next(events), events, 0)
        if root is None or (isinstance(root, Scalar) and not root.text):
            hint = "`lessonguard new` writes one to fill in"
            self.found.add_at((1, 1), "the file is empty", hint=hint, code="file")
            return None
        return root

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:  # noqa: ANN401 - PyYAML has no types
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise _refuse(event, f"the alias *{event.anchor} does not name a value before it")
            node, size = self.anchors[event.anchor]
            self._count(size, event)
            return node
        before = self.values
        self._count(1, event)
        if depth > _MAX_DEPTH:
            raise _refuse(event, _TOO_DEEP)
        line, column = _start(event)
        if isinstance(event, yaml.ScalarEvent):
            node = Scalar(line=line, column=column, text=event.value, kind=self._kind(event))
        else:
            self._check_tag(event)
            children: list[Node] = []
            while not isinstance(child := next(events), yaml.CollectionEndEvent):
                children.append(self._node(child, events, depth + 1))
            if isinstance(event, yaml.SequenceStartEvent):
                node = Items(line=line, column=column, items=tuple(children))
            else:
                node = self._entries(children, line, column)
        if event.anchor:
            self.anchors[event.anchor] = (node, self.values - before)
        return node

    def _count(self, size: int, event: Any) -> None:  # noqa: ANN401 - the same
        self.values += size
        if self.values > _MAX_VALUES:
            raise _refuse(event, f"there are more than {_MAX_VALUES} values, with those that aliases repeat")

    def _entries(self, children: list[Node], line: int, column: int) -> Entries:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Scalar):
                hint = "put text that starts with { or [ in quotes"
                self.found.add(key, "a key must be text", hint=hint, code="yaml")
            elif key.text == "<<":
                message = 'merge keys ("<<") are not supported'
                self.found.add(key, message, hint="repeat the keys", code="yaml")
            elif key.text in entries:
                first = entries[key.text][0].line
                message = f'"{key.text}" is already in line {first}'
                self.found.add(key, message, hint="keep one of them", code="duplicate")
            else:
                entries[key.text] = (key, value)
        return Entries(line=line, column=column, entries=tuple(entries.values()))

    def _kind(self, event: Any) -> Kind:  # noqa: ANN401 - the same
        if event.tag is None or event.tag == "!":
            if not event.implicit[0]:
                return "text"
            tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False))
            return _KINDS[tag.removeprefix(_TAG)]
        self._check_tag(event)
        return _KINDS.get(event.tag.removeprefix(_TAG), "text")

    def _check_tag(self, event: Any) -> None:  # noqa: ANN401 - the same
        name = (event.tag or "!").removeprefix(_TAG)
        if name not in {"!", "str", "int", "float", "bool", "null", "timestamp", "map", "seq"}:
            message = f"the tag {event.tag.replace(_TAG, '!!')} is not supported"
            self.found.add_at(_start(event), message, hint="remove it", code="yaml")


def _start(event: Any) -> tuple[int, int]:  # noqa: ANN401 - the same
    return event.start_mark.line + 1, event.start_mark.column + 1


def _refuse(event: Any, problem: str) -> _RefusedError:  # noqa: ANN401 - the same
    return _RefusedError(problem=problem, problem_mark=event.start_mark)
