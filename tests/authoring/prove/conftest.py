"""The lessons of all cases, proven once."""

from __future__ import annotations

import pytest

from lessonguard.authoring.prove.explain import explain_failures
from lessonguard.authoring.prove.locations import Locations
from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.git.repository import Repository
from lessonguard.lessons.library import load_folder
from lessonguard.semgrep.installed import Semgrep, find_semgrep
from lessonguard.semgrep.interface import Limits
from tests.support.prove import HEAD
from tests.support.prove_cases import CASES, Shop, make_repository, read_case


@pytest.fixture(scope="session")
def semgrep() -> Semgrep:
    return find_semgrep()


@pytest.fixture(scope="session")
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
