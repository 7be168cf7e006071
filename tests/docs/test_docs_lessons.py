"""Every lesson and every rule that the documents show is valid, and proven by Semgrep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.authoring.prove.result import RuleProof
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Library
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import Limits

ROOT = Path(__file__).parents[2]
COOKBOOK = "docs/cookbook.md"
BASICS = "Semgrep in eight words"

# What a lesson says besides its rules; the documents leave it away where it is not the point.
_FRAME = """\
incident: {incident}
title: Checkout hung for 41 minutes when the payments API stalled
date: 2026-05-14
severity: P1
failure-class: missing-timeout
failure-mode: A call to the payments API had no timeout, so one stalled upstream held every worker.
root-cause: The HTTP client has no default timeout.
mitigation: Pass an explicit timeout.
invariant: Every outbound HTTP call has a timeout.
"""
_PIECE = re.compile(
    r"^(?P<title>#+ .*)$|^(?P<edit><!-- (?:keys|more) of: .*\n)?```.*\n(?P<code>(?:.*\n)*?)```$",
    flags=re.MULTILINE,
)
"""A heading, or a block of code; those that the tutorial edits a lesson with are proven there."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A lesson that stands in a document, or the rules and examples of one, below its headings."""

    document: str
    chapter: str
    heading: str
    number: int
    text: str

    @property
    def name(self) -> str:
        words = re.sub(r"[^a-z0-9]+", "-", f"{Path(self.document).stem} {self.heading}".lower())
        return f"{words.strip('-')}-{self.number}"

    @property
    def lesson(self) -> str:
        is_whole = re.search(r"^incident:", self.text, flags=re.MULTILINE)
        return self.text if is_whole else _FRAME.format(incident=self.name) + self.text


def _blocks() -> Iterator[Block]:
    for path in sorted(ROOT.glob("docs/*.md")):
        chapter = heading = ""
        for number, found in enumerate(_PIECE.finditer(path.read_text(encoding="utf-8"))):
            if title := found["title"]:
                heading = title.lstrip("# ")
                chapter = heading if title.startswith("## ") else chapter
            elif (
                re.search(r"^(incident|examples|watch):", found["code"], flags=re.MULTILINE)
                and not found["edit"]
            ):
                document = path.relative_to(ROOT).as_posix()
                yield Block(
                    document=document, chapter=chapter, heading=heading, number=number, text=found["code"]
                )


BLOCKS = tuple(_blocks())
RECIPES = [block for block in BLOCKS if block.document == COOKBOOK and block.chapter != BASICS]

by_name = pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
by_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda block: block.name)


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Library]:
    """Read each lesson in a folder of its own, by the name of its block: some are of the same incident."""
    libraries = {}
    for block in BLOCKS:
        folder = tmp_path_factory.mktemp("lessons")
        (folder / "lesson.yaml").write_text(block.lesson, encoding="utf-8")
        libraries[block.name] = load_folder(folder, name="lessons")
    return libraries


@pytest.fixture(scope="module")
def proofs(libraries: Mapping[str, Library]) -> Mapping[str, tuple[RuleProof, ...]]:
    """Prove the rules of all lessons, by the name of their block."""
    semgrep = find_semgrep()
    # The commits that they name as proof are nowhere.
    lessons = {
        name: replace(lesson, proof=None) for name, library in libraries.items() for lesson in library.lessons
    }
    proven = prove_lessons(
        tuple(lessons.values()),
        repository=None,
        engine=semgrep,
        languages=semgrep.languages,
        limits=Limits(),
    )
    return {
        name: tuple(proof for proof in proven if proof.lesson is lesson) for name, lesson in lessons.items()
    }


@by_name
def test_a_lesson_in_a_document_is_valid(block: Block, libraries: Mapping[str, Library]) -> None:
    library = libraries[block.name]

    assert library.faults == ()
    assert len(library.lessons) == 1


@by_name
def test_a_rule_in_a_document_is_proven(block: Block, proofs: Mapping[str, tuple[RuleProof, ...]]) -> None:
    failed = [
        (proof.refusal, result)
        for proof in proofs[block.name]
        for result in proof.results or [None]
        if not (result and result.is_passed)
    ]

    assert bool(proofs[block.name]) is ("rules:" in block.text)
    assert failed == []


@by_recipe
def test_a_recipe_shows_near_misses(recipe: Block, libraries: Mapping[str, Library]) -> None:
    (lesson,) = libraries[recipe.name].lessons
    good = [example for example in lesson.examples if example.good]
    bad = [example for example in lesson.examples if example.bad]

    assert lesson.watch or (len(good) >= 2 and len(bad) >= 1)


@by_recipe
def test_a_recipe_says_when_to_use_it_and_names_one_trap(recipe: Block) -> None:
    text = (ROOT / COOKBOOK).read_text(encoding="utf-8")
    section = text.partition(f"\n## {recipe.heading}\n")[2].partition("\n## ")[0]

    assert section.startswith("\nFor ")
    assert section.count("\n**Trap:** ") == 1


def test_the_cookbook_lists_its_recipes_in_order() -> None:
    contents = (ROOT / COOKBOOK).read_text(encoding="utf-8").partition(f"\n## {BASICS}")[0]
    anchors = re.findall(r"\]\(#([^)]*)\)", contents)

    assert anchors == [re.sub(r"[^\w -]", "", recipe.heading.lower()).replace(" ", "-") for recipe in RECIPES]
