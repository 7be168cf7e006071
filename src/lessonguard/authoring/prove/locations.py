"""Where the parts of a lesson are in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lessonguard.lessons.yaml_tree import Entries, Items, Node, Scalar

# A 1-based line and column, in characters.
Location = tuple[int, int]


class Locations:
    """The lines and columns of the parts of lessons; a file is read when it is first needed."""

    def __init__(self, read: Callable[[str], bytes]) -> None:
        """Read files, by what lessons call them, with this function."""
        self._read = read
        self._roots: dict[str, Node | None] = {}

    def root(self, path: str) -> Node | None:
        """Return all values of a file, or None if it is not YAML or cannot be read."""
        if path not in self._roots:
            # Loaded here, because PyYAML takes 20 ms to load, and lessons without a fault need no location.
            from lessonguard.lessons.parse import read_tree  # noqa: PLC0415

            try:
                self._roots[path] = read_tree(self._read(path))
            except OSError:
                self._roots[path] = None
        return self._roots[path]

    def node(self, path: str, *steps: str | int) -> Node | None:
        """Return the value that keys and 0-based positions lead to, or None if there is none."""
        node = self.root(path)
        for step in steps:
            if isinstance(step, str):
                node = node.get(step) if isinstance(node, Entries) else None
            else:
                node = node.items[step] if isinstance(node, Items) and step < len(node.items) else None
        return node

    def value(self, path: str, *steps: str | int) -> Location:
        """Return where a value starts, or else the nearest value above it."""
        while (node := self.node(path, *steps)) is None and steps:
            steps = steps[:-1]
        return (node.line, node.column) if node else (1, 1)

    def key(self, path: str, *steps: str | int) -> Location:
        """Return where the key of a value starts, or else the nearest value above it."""
        parent = self.node(path, *steps[:-1])
        for key, _ in parent.entries if isinstance(parent, Entries) else ():
            if key.text == steps[-1]:
                return key.line, key.column
        return self.value(path, *steps[:-1])


def scalars(node: Node | None, key: str = "") -> Iterator[tuple[str, Scalar]]:
    """List the single values in a value, in the order of the file, each with the key nearest above it."""
    if isinstance(node, Scalar):
        yield key, node
    elif isinstance(node, Items):
        for item in node.items:
            yield from scalars(item, key)
    elif isinstance(node, Entries):
        for name, value in node.entries:
            yield from scalars(value, name.text)
