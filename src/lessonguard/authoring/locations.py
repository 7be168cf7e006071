"""Where the parts of a lesson stand in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar

Place = tuple[int, int]
"""A 1-based line and column, in characters."""


class Places:
    """Finds the parts of lessons; a file is read when it is first asked about."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        """Read files, by what lessons call them, with this function."""
        self._read = read
        self._roots: dict[str, Node | None] = {}

    def root(self, path: str) -> Node | None:
        """Give all values of a file, or None if it is not YAML or cannot be read."""
        if path not in self._roots:
            # Loaded here, because the YAML library is slow to load, and a lesson in order needs none of it.
            from lessonguard.lessons.parse import read_tree  # noqa: PLC0415

            try:
                self._roots[path] = read_tree(self._read(path))
            except OSError:
                self._roots[path] = None
        return self._roots[path]

    def node(self, path: str, *steps: str | int) -> Node | None:
        """Give the value that keys and 0-based positions lead to, or None if there is no such."""
        node = self.root(path)
        for step in steps:
            node = _child(node, step)
        return node

    def place(self, path: str, *steps: str | int) -> Place:
        """Give where a value stands, or what is the nearest above it."""
        while (node := self.node(path, *steps)) is None and steps:
            steps = steps[:-1]
        return (node.line, node.column) if node else (1, 1)

    def key(self, path: str, *steps: str | int) -> Place:
        """Give where the key of a value stands, or what is the nearest above it."""
        parent = self.node(path, *steps[:-1])
        keys = [key for key, _ in parent.entries] if isinstance(parent, Entries) else []
        found = next((key for key in keys if key.text == steps[-1]), None)
        return (found.line, found.column) if found else self.place(path, *steps[:-1])


def scalars(node: Node | None, key: str = "") -> Iterator[tuple[str, Scalar]]:
    """Give the single values in a value, in the order of the file, each with the key nearest above it."""
    if isinstance(node, Scalar):
        yield key, node
    elif isinstance(node, Items):
        for item in node.items:
            yield from scalars(item, key)
    elif isinstance(node, Entries):
        for name, value in node.entries:
            yield from scalars(value, name.text)


def _child(node: Node | None, step: str | int) -> Node | None:
    if isinstance(step, str):
        return node.get(step) if isinstance(node, Entries) else None
    return node.items[step] if isinstance(node, Items) and step < len(node.items) else None
