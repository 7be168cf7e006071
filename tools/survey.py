"""Count what lessons find in whole repositories, and show a sample.

    python -m tools.survey lessons /path/to/repository … --incident NAME --show 20

It searches every regular file of HEAD. A repository may be bare. `--json` prints the counts as JSON, by
incident and repository. `--show N` prints N places of each incident with the lines around them; the same
sample each time. `--update docs/survey.json` writes the counts there, with the searched commits; it keeps
other counts, and the judgements of people.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from lessonguard.errors import GitError
from lessonguard.git.changes import FileVersion
from lessonguard.git.repository import Repository
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Library
from lessonguard.record import record
from lessonguard.scan.source import Source
from lessonguard.semgrep.installed import Semgrep, find_semgrep
from lessonguard.semgrep.interface import EngineRule, Limits, Match, Target
from lessonguard.semgrep.rules import engine_rules
from lessonguard.semgrep.targets import MAX_BYTES, Selector
from tools.survey_record import Revision, read_survey, write_survey

_AT_ONCE = 8_000_000
_AROUND = 4


@record
class Place:
    """A place where a rule matches: the repository, the path, the 1-based line, and the lines around it."""

    repository: str
    path: str
    line: int
    excerpt: str


def main() -> int:
    """Search, count and print; fail if a lesson is invalid or Semgrep rejects a rule."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("lessons", type=Path)
    parser.add_argument("repositories", type=Path, nargs="+")
    parser.add_argument("--incident", action="append", help="only this one; may be given again")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="show so many places of each")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--update", type=Path, metavar="FILE", help="write the counts into this record")
    arguments = parser.parse_args()

    library = load_folder(arguments.lessons, name=None)
    for fault in library.faults:
        print(fault.text, file=sys.stderr)
    places = survey(library, arguments.repositories, wanted=arguments.incident)
    names = [_name(repository) for repository in arguments.repositories]
    counts = {
        incident: {name: sum(place.repository == name for place in found) for name in names}
        for incident, found in places.items()
    }
    if arguments.update:
        revisions = {_name(folder): _revision(folder) for folder in arguments.repositories}
        write_survey(arguments.update, read_survey(arguments.update).counted(counts, revisions))
    if arguments.json:
        print(json.dumps(counts, indent=2))
    else:
        for incident, by_name in counts.items():
            row = ", ".join(f"{name} {count}" for name, count in by_name.items() if count)
            print(f"{incident}: {sum(by_name.values())}" + (f" ({row})" if row else ""))
    for incident, found in places.items():
        chosen = Random(incident).sample(found, min(arguments.show, len(found)))  # noqa: S311 - no secret
        for place in chosen:
            print(f"\n== {incident} · {place.repository} · {place.path}:{place.line}\n{place.excerpt}")
    return int(bool(library.faults))


def survey(
    library: Library, repositories: Sequence[Path], *, wanted: Sequence[str] | None = None
) -> dict[str, list[Place]]:
    """Return the places of each chosen incident, by default of all, in the order of repositories."""
    semgrep = find_semgrep()
    lessons = [lesson for lesson in library.lessons if lesson.rules]
    lessons = [lesson for lesson in lessons if not wanted or lesson.incident in wanted]
    rules = engine_rules(lessons, semgrep.languages)
    found: dict[str, list[Place]] = {lesson.incident: [] for lesson in lessons}
    for folder in repositories:
        with Repository.open(folder) as repository:
            for rule, place in _look(repository, _name(folder), rules, semgrep):
                found[library.by_rule[rule].incident].append(place)
    return found


def _look(
    repository: Repository, name: str, rules: Sequence[EngineRule], semgrep: Semgrep
) -> Iterator[tuple[str, Place]]:
    selector = Selector(rules, semgrep.languages, folder=None)
    for files in _files(repository, selector):
        selection = selector.select([(version, source.content) for version, source in files])
        if not selection.targets:
            continue
        answer = semgrep.run(selection.rules, selection.targets, limits=Limits(max_memory=4096))
        for rule, reason in answer.refused.items():
            print(f"Semgrep refuses {rule}: {reason}", file=sys.stderr)
        by_key: dict[int, Target] = {target.key: target for target in selection.targets}
        for match in _one_a_line(answer.matches, files):
            version, source = files[by_key[match.target].key]
            yield match.rule, _place(name, version, source, match)


def _files(repository: Repository, selector: Selector) -> Iterator[list[tuple[FileVersion, Source]]]:
    """Return the files that rules apply to with their contents, some megabytes at a time."""
    head = repository.resolve("HEAD")
    executable = repository.list_files(head)
    versions = (
        FileVersion(path=path, blob=blob, executable=executable[path])
        for path, blob in repository.tree_entries(head, ".")
    )
    batch: list[tuple[FileVersion, Source]] = []
    size = 0
    for version in filter(selector.wants, versions):
        try:
            content = repository.read_blobs([version.blob], limit=MAX_BYTES)[version.blob]
        except GitError as error:  # as where a copy lacks the largest files
            print(f"{version.path} is left out: {error.message}", file=sys.stderr)
            continue
        if isinstance(content, bytes):
            batch.append((version, Source(content)))
            size += len(content)
        if size >= _AT_ONCE:
            yield batch
            batch, size = [], 0
    yield batch


def _one_a_line(matches: Sequence[Match], files: Sequence[tuple[FileVersion, Source]]) -> Iterator[Match]:
    """Return the first match of a rule on each line: people count places, not matches."""
    seen: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for match in matches:
        line = files[match.target][1].lines_of(match.start, match.end).start
        if line not in seen[match.rule, match.target]:
            seen[match.rule, match.target].add(line)
            yield match


def _place(name: str, version: FileVersion, source: Source, match: Match) -> Place:
    lines = source.lines_of(match.start, match.end)
    count = source.content.count(b"\n") + 1
    shown = range(max(1, lines.start - _AROUND), min(count + 1, lines.stop + _AROUND))
    excerpt = "\n".join(
        f"{'>' if number in lines else ' '} {number:5} {source.line(number).text.rstrip()[:160]}"
        for number in shown
    )
    return Place(repository=name, path=version.path, line=lines.start, excerpt=excerpt)


def _revision(folder: Path) -> Revision:
    argv = ["git", "-C", str(folder), "log", "-1", "--no-show-signature", "--format=%H %cs", "HEAD"]
    commit, date = subprocess.run(argv, stdout=subprocess.PIPE, check=True).stdout.decode().split()
    return Revision(commit=commit, date=date)


def _name(folder: Path) -> str:
    """Return the name of a repository from its folder: of `redis+redis/repo`, the first part."""
    folder = folder.resolve()
    return (folder.parent if folder.name in {"repo", ".git"} else folder).name.replace("+", "/")


if __name__ == "__main__":
    sys.exit(main())
