"""Grow a history at random, the same for the same seed: code as people add, edit and move it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from textwrap import indent

from tests.support.repo import Repo

_SHAPES = {
    ("py", "call", "safe"): "requests.get(url_#, timeout=5)",
    ("py", "call", "bare"): "requests.get(url_#)",
    ("py", "wide", "safe"): "reply_# = requests.post(\n    url_#,\n    timeout=5,\n)",
    ("py", "wide", "bare"): "reply_# = requests.post(\n    url_#,\n)",
    ("py", "charge", "safe"): "with lock(order_#):\n    charge(order_#, 1)",
    ("py", "charge", "bare"): "charge(order_#, 1)",
    ("py", "charge", "weak"): "if ready(order_#):\n    charge(order_#, 1)",
    ("py", "query", "safe"): (
        'name_# = quote(request.args.get("name"))\nlog.info("asked")\nexecute("select " + name_#)'
    ),
    (
        "py",
        "query",
        "bare",
    ): 'name_# = request.args.get("name")\nlog.info("asked")\nexecute("select " + name_#)',
    ("py", "plain", "bare"): 'log.info("step #")',
    ("js", "call", "safe"): "await fetch(url#, { signal });",
    ("js", "call", "bare"): "await fetch(url#);",
    ("js", "charge", "safe"): "try {\n  await charge(order#);\n} catch (error) {\n  log(error);\n}",
    ("js", "charge", "bare"): "await charge(order#);",
    ("js", "charge", "weak"): "if (ready) {\n  await charge(order#);\n}",
    ("js", "plain", "bare"): 'log("step #");',
    ("sh", "call", "safe"): 'rm -rf "${DIR#:?}"/*',
    ("sh", "call", "bare"): 'rm -rf "$DIR#"/*',
    ("sh", "plain", "bare"): 'echo "step #"',
}
"""The code of a statement by language, kind and guard; `#` is its number."""

_FRAMES = {
    "py": ("def {name}(request):", "", "if enabled:", ""),
    "js": ("async function {name}(request) {{", "}}", "if (enabled) {", "}"),
    "sh": ("{name}() {{", "}}", 'if [ "$enabled" ]; then', "fi"),
}
"""What stands around a function, and around its body where that is conditional."""

_HEADERS = {
    "py": "import requests\n\nfrom shop import charge, execute, lock, log, quote, ready\n",
    "js": '"use strict";\n',
    "sh": "#!/bin/bash\nset -eu\n",
}


@dataclass(kw_only=True)
class Statement:
    """One statement, and whether it is safe."""

    kind: str
    guard: str
    number: int


@dataclass(kw_only=True)
class Function:
    """A function whose body may stand in a condition of its own."""

    name: str
    statements: list[Statement]
    is_conditional: bool = False


@dataclass(kw_only=True)
class Module:
    """A file of functions."""

    language: str
    functions: list[Function]
    margin: str = "    "
    ending: str = "\n"

    def render(self) -> bytes:
        """Write the file."""
        parts = [_HEADERS[self.language], *(self._render(function) for function in self.functions)]
        return "\n".join(parts).replace("\n", self.ending).encode()

    def _render(self, function: Function) -> str:
        opening, closing, condition, done = _FRAMES[self.language]
        lines = "\n".join(
            _SHAPES[self.language, statement.kind, statement.guard].replace("#", str(statement.number))
            for statement in function.statements
        )
        if function.is_conditional:
            lines = "\n".join(filter(None, [condition, indent(lines, self.margin), done]))
        parts = [opening.format(name=function.name), indent(lines, self.margin), closing.format()]
        return "\n".join(filter(None, parts)) + "\n"


@dataclass(kw_only=True)
class Evolution:
    """A repository and the code in it, which changes with every `step`."""

    repo: Repo
    random: Random
    files: dict[str, Module] = field(default_factory=dict)
    _names: int = 0

    def start(self) -> None:
        """Commit the first files."""
        for number in range(9):
            self._create(("py", "py", "js", "py", "sh")[number % 5])
        self._commit()

    def step(self) -> None:
        """Commit one to three edits anywhere."""
        self._edit(list(self.files))
        self._commit()

    def fork_and_merge(self) -> None:
        """Commit on two branches that touch different files, and merge them."""
        paths = self.random.sample(sorted(self.files), len(self.files) // 2)
        fork = deepcopy(self.files)
        self._names += 1
        self.repo.branch(side := f"side-{self._names}")
        theirs = self._branch_off({path: module for path, module in fork.items() if path in paths}, fork)
        self.repo.switch("main")
        ours = self._branch_off({path: module for path, module in fork.items() if path not in paths}, fork)
        self.repo.merge(side)
        self.files = ours | theirs

    def _branch_off(self, mine: dict[str, Module], fork: dict[str, Module]) -> dict[str, Module]:
        """Commit twice to `mine` alone and give what has become of it; the others stay as at the fork."""
        others = {path: module for path, module in fork.items() if path not in mine}
        self.files = deepcopy(mine)
        for _ in range(2):
            self._edit(list(self.files))
            grown, self.files = self.files, self.files | others
            self._commit()
            self.files = grown
        return self.files

    def _commit(self) -> None:
        tracked = self.repo.git("ls-files").splitlines()
        gone = {path: None for path in tracked if path not in self.files}
        files = {path: module.render() for path, module in self.files.items()}
        self.repo.commit(files={**gone, **files})

    # Edits ------------------------------------------------------------------------------------

    def _edit(self, paths: Sequence[str]) -> None:
        for _ in range(self.random.randint(1, 3)):
            present = [path for path in paths if path in self.files]
            if present:
                edits, weights = zip(*_EDITS, strict=True)
                edit: Callable[[Evolution, str], None] = self.random.choices(edits, weights)[0]
                edit(self, self.random.choice(present))

    def _create(self, language: str, functions: list[Function] | None = None) -> str:
        self._names += 1
        folder = self.random.choice(("app", "lib", "app/jobs"))
        path = f"{folder}/{self._name()}.{language}"
        made = functions or [self._function(language) for _ in range(self.random.randint(2, 5))]
        self.files[path] = Module(language=language, functions=made)
        return path

    def _name(self) -> str:
        self._names += 1
        return f"work_{self._names}"

    def _function(self, language: str) -> Function:
        count = self.random.randint(2, 6)
        return Function(name=self._name(), statements=[self._statement(language) for _ in range(count)])

    def _statement(self, language: str) -> Statement:
        kinds = [(kind, guard) for owner, kind, guard in _SHAPES if owner == language]
        kind, guard = self.random.choice(kinds)
        return Statement(kind=kind, guard=guard, number=self.random.randint(1, 4))

    def _pick(self, path: str) -> Function:
        return self.random.choice(self.files[path].functions)

    def _add_statement(self, path: str) -> None:
        statements = self._pick(path).statements
        statements.insert(self.random.randint(0, len(statements)), self._statement(self.files[path].language))

    def _drop_statement(self, path: str) -> None:
        statements = self._pick(path).statements
        if len(statements) > 1:
            del statements[self.random.randrange(len(statements))]

    def _repeat_statement(self, path: str) -> None:
        chosen = self.random.choice(self._pick(path).statements)
        self._pick(path).statements.append(deepcopy(chosen))

    def _change_guard(self, path: str) -> None:
        statement = self.random.choice(self._pick(path).statements)
        language = self.files[path].language
        guards = [guard for owner, kind, guard in _SHAPES if (owner, kind) == (language, statement.kind)]
        statement.guard = self.random.choice(guards)

    def _renumber(self, path: str) -> None:
        self.random.choice(self._pick(path).statements).number = self.random.randint(1, 4)

    def _add_function(self, path: str) -> None:
        module = self.files[path]
        place = self.random.randint(0, len(module.functions))
        module.functions.insert(place, self._function(module.language))

    def _drop_function(self, path: str) -> None:
        self._take(path)

    def _take(self, path: str) -> Function | None:
        functions = self.files[path].functions
        return functions.pop(self.random.randrange(len(functions))) if len(functions) > 1 else None

    def _rename_function(self, path: str) -> None:
        self._pick(path).name = self._name()

    def _move_function(self, path: str) -> None:
        language = self.files[path].language
        others = [name for name, module in self.files.items() if module.language == language]
        target = self.random.choice(others)
        if function := self._take(path):
            functions = self.files[target].functions
            functions.insert(self.random.randint(0, len(functions)), function)

    def _toggle_condition(self, path: str) -> None:
        function = self._pick(path)
        function.is_conditional = not function.is_conditional

    def _reindent(self, path: str) -> None:
        module = self.files[path]
        module.margin = "  " if len(module.margin) > 2 else "    "

    def _convert_endings(self, path: str) -> None:
        module = self.files[path]
        module.ending = "\n" if module.ending == "\r\n" else "\r\n"

    def _rename_file(self, path: str) -> None:
        module = self.files.pop(path)
        self.files[self._create(module.language)] = module

    def _copy_file(self, path: str) -> None:
        self.files[self._create(self.files[path].language)] = deepcopy(self.files[path])

    def _split_file(self, path: str) -> None:
        functions = self.files[path].functions
        middle = len(functions) // 2
        if middle:
            self._create(self.files[path].language, functions[middle:])
            del functions[middle:]

    def _drop_file(self, path: str) -> None:
        if len(self.files) > 6:
            del self.files[path]


_EDITS: tuple[tuple[Callable[[Evolution, str], None], int], ...] = (
    (Evolution._add_statement, 5),  # noqa: SLF001 - its own
    (Evolution._drop_statement, 4),  # noqa: SLF001
    (Evolution._repeat_statement, 3),  # noqa: SLF001
    (Evolution._change_guard, 16),  # noqa: SLF001
    (Evolution._renumber, 3),  # noqa: SLF001
    (Evolution._add_function, 3),  # noqa: SLF001
    (Evolution._drop_function, 2),  # noqa: SLF001
    (Evolution._rename_function, 1),  # noqa: SLF001
    (Evolution._move_function, 4),  # noqa: SLF001
    (Evolution._toggle_condition, 2),  # noqa: SLF001
    (Evolution._reindent, 1),  # noqa: SLF001
    (Evolution._convert_endings, 1),  # noqa: SLF001
    (Evolution._rename_file, 2),  # noqa: SLF001
    (Evolution._copy_file, 1),  # noqa: SLF001
    (Evolution._split_file, 1),  # noqa: SLF001
    (Evolution._drop_file, 1),  # noqa: SLF001
)
"""The edits and how often they are made."""


def grow(repo: Repo, *, steps: int, seed: int) -> None:
    """Commit `steps` times to `repo`, and fork and merge after every eighth."""
    repo.config(core__autocrlf="false", merge__renames="false")
    evolution = Evolution(repo=repo, random=Random(seed))  # noqa: S311 - the same history every time
    evolution.start()
    for number in range(1, steps):
        evolution.step()
        if number % 8 == 0:
            evolution.fork_and_merge()
