"""`prove_lessons` and its outputs: every kind of result, with the real Semgrep.

A case of `tests/cases/prove` is a sentence, the end of a lesson, and what is printed about its rules. In
the lesson, BROKEN and FIXED are the two commits of the repository, and SHORT is short for BROKEN.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lessonguard.authoring.locations import Locations
from lessonguard.authoring.prove.explain import explain_failures
from lessonguard.authoring.prove.json import render_proofs_json
from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.authoring.prove.result import RuleProof, SampleResult
from lessonguard.authoring.prove.text import render_proofs
from lessonguard.git.repository import Repository
from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Example, IncidentId, Library
from lessonguard.output.terminal import column_width
from lessonguard.semgrep.installed import TESTED, Semgrep, find_semgrep
from lessonguard.semgrep.interface import Limits
from tests.support.engine import FakeEngine
from tests.support.prove import BAD, HEAD, LARGE
from tests.support.repo import Repo
from tests.support.semgrep import install_semgrep

CASES = {path.stem: path for path in sorted((Path(__file__).parents[2] / "cases" / "prove").glob("*.txt"))}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A repository with a fix, the lessons of all cases, and what came of them."""

    repo: Repo
    library: Library
    proofs: Mapping[str, Sequence[RuleProof]]


def make_repository(path: Path) -> tuple[Repo, str, str]:
    """Make a repository with two commits: broken, and fixed."""
    repo = Repo(path)
    (path / "link.py").symlink_to("billing/pay.py")
    (path / "folder").symlink_to("billing")
    others: dict[str, str | bytes] = {
        "hostile.py": "requests.get('\x1b[2J\u202e')  # \x1b]0;title\x07\n",
        "large.py": LARGE,
        "picture.py": b"\x89PNG\0",
        "README.md": "A shop.\n",
    }
    broken = repo.commit(
        "Sell things", {**others, "billing/pay.py": BAD, "billing/refund.py": "requests.get(url)\n"}
    )
    fixed = repo.commit(
        "Pass a timeout",
        {
            "billing/pay.py": BAD.replace("order.body,", "order.body, timeout=5,"),
            "billing/refund.py": "requests.get(url, timeout=5)\n",
            "README.md": "A shop that does not hang.\n",
        },
    )
    return repo, broken, fixed


def read_case(path: Path) -> tuple[str, str]:
    """Return the end of a lesson, and the expected output."""
    lesson, _, expect = (
        path.read_text(encoding="utf-8").partition("=== lesson\n")[2].partition("=== expect\n")
    )
    return lesson, expect


@pytest.fixture(scope="module")
def semgrep() -> Semgrep:
    return find_semgrep()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, semgrep: Semgrep) -> Shop:
    repo, broken, fixed = make_repository(tmp_path_factory.mktemp("prove") / "shop")
    for name, path in CASES.items():
        text = HEAD.format(name=name) + read_case(path)[0]
        text = text.replace("BROKEN", broken).replace("FIXED", fixed).replace("SHORT", broken[:9])
        repo.write({f"lessons/{name}.yaml": text})
    library = load_folder(repo.path / "lessons", name="lessons")
    with Repository.open(repo.path) as repository:
        proofs = prove_lessons(
            library.lessons,
            repository=repository,
            engine=semgrep,
            languages=semgrep.languages,
            limits=Limits(),
        )
    locations = Locations(lambda path: (repo.path / path).read_bytes())
    explained = explain_failures(proofs, locations=locations, semgrep=semgrep, limits=Limits())
    by_case = {name: [proof for proof in explained if proof.lesson.incident == name] for name in CASES}
    return Shop(repo=repo, library=library, proofs=by_case)


def test_the_lessons_of_all_cases_are_valid(shop: Shop) -> None:
    assert shop.library.faults == ()
    assert {lesson.incident for lesson in shop.library.lessons} == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_the_text_of_each_case_is_as_approved(name: str, shop: Shop) -> None:
    lesson = shop.library.by_incident[IncidentId(name)]

    assert render_proofs(shop.proofs[name], [lesson], width=80, colour=False) == read_case(CASES[name])[1]


@pytest.mark.parametrize("width", [48, 120])
def test_nothing_is_wider_than_the_terminal(width: int, shop: Shop) -> None:
    proofs = [proof for proofs in shop.proofs.values() for proof in proofs]

    lines = render_proofs(proofs, shop.library.lessons, width=width, colour=False).splitlines()

    wide = [line for line in lines if column_width(line) > width]
    allowed = re.compile("://|lessons/|-rule-")  # links are not broken, nor are names
    assert [line for line in wide if not allowed.search(line)] == []


def test_colour_only_adds_to_the_text(shop: Shop) -> None:
    proofs = [proof for proofs in shop.proofs.values() for proof in proofs]

    plain, coloured = (
        render_proofs(proofs, shop.library.lessons, width=80, colour=colour) for colour in (False, True)
    )

    assert "\x1b" not in plain
    assert "\x1b[31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_the_json_of_a_case_is_as_approved(shop: Shop) -> None:
    report = json.loads(render_proofs_json(shop.proofs["NOT-PATTERN"]))

    assert report == json.loads((CASES["PROVEN"].parent / "not-pattern.json").read_text(encoding="utf-8"))


def test_one_run_of_the_engine_is_enough_for_all_lessons(shop: Shop, semgrep: Semgrep) -> None:
    engine = FakeEngine()

    prove_lessons(
        shop.library.lessons,
        repository=None,
        engine=engine,
        languages=semgrep.languages,
        limits=Limits(),
    )

    assert len(engine.asked) == 1


def test_a_rule_that_takes_too_long_proves_nothing(shop: Shop, semgrep: Semgrep) -> None:
    [rule] = shop.library.by_incident[IncidentId("STILL")].rules
    slow = replace(rule, document={**rule.document, "pattern": "a(..., ..., ..., ..., ...)"})
    code = Example(bad="a(1)\n" * 2_000, good="b(1)\n" * 2_000)
    lesson = replace(
        shop.library.by_incident[IncidentId("STILL")], rules=(slow,), examples=(code,), proof=None
    )

    [proof] = prove_lessons(
        [lesson], repository=None, engine=FakeEngine(), languages=semgrep.languages, limits=Limits()
    )

    assert [result.problem_words for result in proof.results] == ["slow", "slow"]
    assert not proof.is_proven


def test_without_a_repository_only_the_code_in_the_lesson_is_tried(shop: Shop, semgrep: Semgrep) -> None:
    chosen = [shop.library.by_incident[IncidentId(name)] for name in ("PROVEN", "FILES")]

    proven, files = prove_lessons(
        chosen, repository=None, engine=semgrep, languages=semgrep.languages, limits=Limits()
    )

    assert proven.is_proven
    assert [note.partition(": ")[2] for note in proven.notes] == ["this is no Git repository"]
    assert {result.problem_words.partition(": ")[2] for result in files.results} == {
        "this is no Git repository"
    }


def test_files_of_examples_are_read_from_the_given_tree(shop: Shop, semgrep: Semgrep) -> None:
    lesson = replace(
        shop.library.by_incident[IncidentId("FILES")], examples=(Example(bad_file="billing/pay.py"),)
    )

    with Repository.open(shop.repo.path) as repository:
        at_broken, in_work_tree = (
            prove_lessons(
                [lesson],
                repository=repository,
                tree=tree,
                engine=semgrep,
                languages=semgrep.languages,
                limits=Limits(),
            )[0]
            for tree in (repository.resolve("HEAD^"), None)
        )

    assert at_broken.is_proven
    assert not in_work_tree.is_proven


def test_an_engine_that_cannot_explain_leaves_the_rest_as_it_is(
    shop: Shop, semgrep: Semgrep, tmp_path: Path
) -> None:
    install_semgrep(tmp_path, "echo '{\"errors\": []}'")
    failed = [
        replace(proof, results=tuple(map(_without_steps, proof.results))) for proof in shop.proofs["FIRES"]
    ]
    locations = Locations(lambda path: (shop.repo.path / path).read_bytes())

    for other in (
        Semgrep(package=tmp_path / "semgrep", version=(*TESTED[1], 0)),
        Semgrep(package=semgrep.package, version=(99, 0, 0)),
    ):
        assert explain_failures(failed, locations=locations, semgrep=other, limits=Limits()) == tuple(failed)


def _without_steps(result: SampleResult) -> SampleResult:
    return replace(result, steps=())
