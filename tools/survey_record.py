"""The record of the survey: what lessons find in public code, counted by a program, judged by people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, field, replace
from pathlib import Path

from lessonguard.record import record


@record
class Revision:
    """The commit of a repository that was searched: its full hash and its day."""

    commit: str
    date: str


@record
class Finds:
    """What a lesson finds: matches by repository; of those `judged` by hand, how many are `right`.

    A repository without a match is in `hits` too: it was looked at.
    """

    hits: Mapping[str, int]
    judged: int = 0
    right: int = 0
    note: str = ""

    @property
    def total(self) -> int:
        """Return the number of matches in all repositories."""
        return sum(self.hits.values())

    @property
    def ranked(self) -> list[tuple[str, int]]:
        """Return the repositories and their numbers of matches, most matches first."""
        return sorted(self.hits.items(), key=lambda item: (-item[1], item[0].lower()))

    @property
    def words(self) -> str:
        """Return the result of the survey in two sentences."""
        places = {0: "nothing", 1: "1 place"}.get(self.total, f"{self.total} places")
        counted = f"In {len(self.hits)} public repositories, the rules of this lesson match {places}."
        sample = f" Of {self.judged} matches judged by hand, {self.right} are worth a comment."
        return counted + (sample if self.judged else "")


@record
class Survey:
    """The repositories by `owner/name`, and what was found in them by incident."""

    repositories: Mapping[str, Revision] = field(default_factory=dict)
    lessons: Mapping[str, Finds] = field(default_factory=dict)

    def counted(self, counts: Mapping[str, Mapping[str, int]], at: Mapping[str, Revision]) -> Survey:
        """Replace counts, by incident and repository, by new ones; keep the judgements of people."""
        found = {
            incident: replace(finds, hits={**finds.hits, **hits})
            for incident, hits in counts.items()
            for finds in [self.lessons.get(incident, Finds(hits={}))]
        }
        return Survey(repositories={**self.repositories, **at}, lessons={**self.lessons, **found})


def read_survey(path: Path) -> Survey:
    """Read the record; it is empty if there is no such file."""
    document = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return Survey(
        repositories={name: Revision(**item) for name, item in document.get("repositories", {}).items()},
        lessons={incident: Finds(**item) for incident, item in document.get("lessons", {}).items()},
    )


def write_survey(path: Path, survey: Survey) -> None:
    """Write the record, sorted by name."""
    document = {
        "repositories": dict(sorted(asdict(survey)["repositories"].items())),
        "lessons": {
            incident: {**item, "hits": dict(sorted(item["hits"].items()))}
            for incident, item in sorted(asdict(survey)["lessons"].items())
        },
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
