"""Find the folders in which the parts of each command lie, by who imports them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from tools.code_tree import Module, import_graph, reachable

_COMMANDS = {
    "new": ("new",),
    "init": ("init",),
    "check": ("check",),
    "prove": ("prove",),
    "backtest": ("backtest",),
    "push": ("pre-push", "hook"),
    "review": ("review",),
}
"""The commands whose rooms are counted."""

_CALLED_BY = {"check": {"review"}, "prove": {"check", "review"}, "backtest": {"review"}}
"""The commands that run another one as a part of their own work."""


def rooms_of_commands(modules: Sequence[Module]) -> dict[str, set[str]]:
    """Return the rooms in which the parts of each command lie, by command."""
    graph = import_graph(modules)
    reached = {
        command: reachable(graph, module) | {module} for command, module in _command_modules(modules).items()
    }
    rooms = {}
    for family, members in _COMMANDS.items():
        friends = {*members, *_CALLED_BY.get(family, ())}
        own: set[str] = set().union(*(reached.get(member, ()) for member in members))
        others: set[str] = set().union(*(found for name, found in reached.items() if name not in friends))
        rooms[family] = {_room(module) for module in modules if module.name in own - others}
    return rooms


def _command_modules(modules: Iterable[Module]) -> dict[str, str]:
    """Return the module of each command, as the table in `cli/main.py` names it."""
    main = next(module for module in modules if module.parts == ("cli", "main"))
    found = {}
    for table in (node for node in main.nodes if isinstance(node, ast.Dict)):
        for key, value in zip(table.keys, table.values, strict=True):
            named = re.search(r"lessonguard\.cli\.\w+", ast.unparse(value))
            if isinstance(key, ast.Constant) and named:
                found[str(key.value)] = named[0]
    return found


def _room(module: Module) -> str:
    folders = module.parts[:-1]
    drawer = next((depth for depth, name in enumerate(folders, start=1) if name in _COMMANDS), 1)
    return "/".join(folders[:drawer]) or "."
