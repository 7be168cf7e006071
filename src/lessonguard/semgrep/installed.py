"""Find the Semgrep installed beside us, and choose how to run it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from lessonguard.errors import EngineError, LessonguardError
from lessonguard.record import record
from lessonguard.semgrep.interface import Engine, EngineResult, EngineRule, Limits, Target
from lessonguard.semgrep.languages import Languages, load_languages

if TYPE_CHECKING:
    from lessonguard.semgrep.batches import RuleTargets
    from lessonguard.semgrep.explanations import Step

# The oldest and the newest Semgrep whose engine has passed the tests of `CoreEngine`. 1.136 takes the
# globs of `paths` for something else; newer ones than the newest nobody has tried, and how the engine
# is called is Semgrep's own business, which may change with any version.
TESTED = ((1, 137), (1, 185))

_VERSION = re.compile(r"""^__VERSION__ = ["'](\d+)\.(\d+)\.(\d+)["']""", re.MULTILINE)


@record
class Semgrep:
    """An installed Semgrep, itself an engine: the folder of its Python package, and its version.

    `least` is how much must be asked for another process to be started, in rules times bytes; None
    for what suits one change.

    How it is run is decided, and the code for that loaded, when it first runs: most changes need no run.
    """

    package: Path
    version: tuple[int, int, int]
    least: int | None = None

    @property
    def core(self) -> Path:
        """Return the program that matches, `semgrep-core`; some packages of Semgrep keep it elsewhere."""
        return self.package / "bin" / "semgrep-core"

    @cached_property
    def languages(self) -> Languages:
        """Return its table of languages."""
        return load_languages(self.package)

    def run(self, rules: Sequence[EngineRule], targets: Sequence[Target], *, limits: Limits) -> EngineResult:
        """See `Engine.run`."""
        return self._engine.run(rules, targets, limits=limits)

    def explain(self, batches: Sequence[RuleTargets], *, limits: Limits) -> Mapping[int, tuple[Step, ...]]:
        """Return what the parts of rules did to their targets, of which each has one, by the targets' keys.

        It is empty where this Semgrep does not say it in a form that is known.
        """
        from lessonguard.semgrep.core import CoreEngine  # noqa: PLC0415 - see above

        with suppress(EngineError):
            if isinstance(self._engine, CoreEngine):
                return self._engine.explain(batches, limits=limits)
        return {}

    def find_syntax_error(self, code: str, language: str, *, limits: Limits) -> tuple[int, int, int] | None:
        """See `CoreEngine.find_syntax_error`; None, too, where this Semgrep does not say it as that expects.

        `language` is what a rule calls it, or a refusal.
        """
        from lessonguard.semgrep.core import CoreEngine  # noqa: PLC0415 - see above

        row = self.languages.named(language)
        with suppress(LessonguardError):
            return CoreEngine(self.core).find_syntax_error(code, row.id, limits=limits) if row else None
        return None

    @cached_property
    def _engine(self) -> Engine:
        if TESTED[0] <= self.version[:2] <= TESTED[1] and self.core.is_file():
            from lessonguard.semgrep.core import WORTH_A_PROCESS, CoreEngine  # noqa: PLC0415 - see above

            return CoreEngine(self.core, least=self.least or WORTH_A_PROCESS)
        return public_engine(self)


def find_semgrep() -> Semgrep:
    """Find the installed Semgrep by its files, because importing it would take a second.

    Raise `EngineError` if there is none.
    """
    spec = PathFinder.find_spec("semgrep")
    if spec is None or spec.origin is None:
        raise EngineError("Semgrep is not installed.", hint="pip install semgrep")
    package = Path(spec.origin).parent
    found = _VERSION.search(Path(spec.origin).read_text(encoding="utf-8"))
    if found is None:
        raise EngineError(
            f"Cannot tell the version of Semgrep in {package}.", hint="pip install --upgrade semgrep"
        )
    major, minor, patch = found.groups()
    return Semgrep(package=package, version=(int(major), int(minor), int(patch)))


def public_engine(semgrep: Semgrep) -> Engine:
    """Return the engine that runs the public `semgrep scan`: slower, and right for any version."""
    from lessonguard.semgrep.cli import CliEngine, find_program  # noqa: PLC0415 - rarely needed, and slow

    return CliEngine(find_program(), semgrep.languages)
