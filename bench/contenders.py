"""The programs that are compared, each with the same task on the same change."""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from bench.lessons import LessonFile
from bench.measure import Contender
from bench.repositories import Benchmark

_SCRIPTS = Path(sysconfig.get_path("scripts"))
QUIET = ("--metrics", "off", "--disable-version-check", "--quiet")

LESSONGUARD = "lessonguard scan"
CORE = "semgrep-core -j 2"
CORE_ALONE = "semgrep-core -j 1"
SEMGREP = "semgrep scan --baseline-commit"
EXPERIMENTAL = "semgrep scan --experimental --baseline-commit"


def lessonguard(benchmark: Benchmark, *, name: str = LESSONGUARD, cold: bool = False) -> Contender:
    """Run the console script on the change; `cold` forgets the parsed lessons before each run."""
    cache = benchmark.path / ".git/lessonguard/lessons.json"
    argv = (str(_SCRIPTS / "lessonguard"), "scan", "--base", "main", "--head", "change", "--format", "json")
    if not cold:
        return Contender(name=name, argv=argv, directory=benchmark.path)
    return Contender(
        name=name, argv=argv, directory=benchmark.path, before=lambda: cache.unlink(missing_ok=True)
    )


def core(benchmark: Benchmark, lessons: Iterable[LessonFile], *, jobs: int = 2) -> Contender:
    """Run the bare engine on base and head of the changed files, which lie ready on disk."""
    folder = _input_folder(benchmark)
    rules = write_rules(benchmark, lessons)
    targets = folder / "targets.json"
    if not targets.exists():
        targets.write_text(json.dumps(["Targets", list(_write_targets(folder, benchmark))]), encoding="utf-8")
    files = ("-rules", str(rules), "-targets", str(targets))
    argv = (str(_core_path()), "-json", *files, "-j", str(jobs), "-fast")
    name = CORE if jobs > 1 else CORE_ALONE
    return Contender(name=name, argv=argv, directory=folder, exits=frozenset({0}))


def semgrep(benchmark: Benchmark, lessons: Iterable[LessonFile], *, experimental: bool = False) -> Contender:
    """Run the public command in a checkout of head, with all rules in one file."""
    rules = write_rules(benchmark, lessons)
    mode = ("--experimental",) if experimental else ()
    question = ("--config", str(rules), "--baseline-commit", "main", "--json", "--exclude", "lessons")
    argv = (str(_SCRIPTS / "semgrep"), "scan", *mode, *question, *QUIET)
    return Contender(
        name=EXPERIMENTAL if experimental else SEMGREP,
        argv=argv,
        directory=benchmark.path,
        exits=frozenset({0}),
    )


def write_rules(benchmark: Benchmark, lessons: Iterable[LessonFile]) -> Path:
    """Write all rules into one file, as Semgrep reads them."""
    path = _input_folder(benchmark) / "rules.json"
    if not path.exists():
        rules = [rule for lesson in lessons for rule in lesson.rules]
        path.write_text(json.dumps({"rules": rules}), encoding="utf-8")
    return path


def python(code: str, *, name: str, directory: Path) -> Contender:
    """Run one line of Python with the interpreter that runs lessonguard."""
    return Contender(name=name, argv=(sys.executable, "-c", code), directory=directory)


def core_start(directory: Path) -> Contender:
    """Start the engine and let it say its version."""
    return Contender(name="semgrep-core -version", argv=(str(_core_path()), "-version"), directory=directory)


def _core_path() -> Path:
    spec = find_spec("semgrep")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("Semgrep is not installed here")
    return Path(spec.submodule_search_locations[0], "bin", "semgrep-core")


def _input_folder(benchmark: Benchmark) -> Path:
    folder = benchmark.path.with_name(f"{benchmark.path.name}-{benchmark.branch}-input")
    folder.mkdir(exist_ok=True)
    return folder


def _write_targets(folder: Path, benchmark: Benchmark) -> Iterable[list[object]]:
    for number, pair in enumerate(benchmark.pairs):
        for side, content in (("base", pair.base), ("head", pair.head)):
            if content is None:
                continue
            blob = folder / f"{number}-{side}"
            blob.write_bytes(content)
            path = {"fpath": str(blob), "ppath": f"/{pair.path}"}
            yield ["CodeTarget", {"path": path, "analyzer": pair.language.analyzer, "products": ["sast"]}]
