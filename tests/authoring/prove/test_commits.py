"""Lessons that are proven at the commits of their incident, in repositories of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessonguard.authoring.prove.prove import prove_lessons
from lessonguard.authoring.prove.result import RuleProof, SampleResult
from lessonguard.git.repository import Repository
from lessonguard.lessons.library import load_folder
from lessonguard.semgrep.installed import find_semgrep
from lessonguard.semgrep.interface import Limits
from tests.support.prove import BAD, HEAD, LARGE
from tests.support.repo import Repo

GOOD = BAD.replace("order.body,", "order.body, timeout=5,")

RULE = """\
rules:
  - languages: [python]
    patterns:
      - pattern: requests.$M(...)
      - pattern-not: requests.$M(..., timeout=$T, ...)
examples:
  - bad: requests.get(url)
    good: requests.get(url, timeout=5)
"""


def prove_at(
    repo: Repo, broken: str, fixed: str, *, elsewhere: Repo | None = None, fetch: bool = False
) -> RuleProof:
    """Prove one rule at two commits, in a lesson that need not be committed."""
    where = f"\n  repository: {elsewhere.path.as_uri()}" if elsewhere else ""
    proof = f"proof:\n  broken: {broken!r}\n  fixed: {fixed!r}{where}\n"
    repo.write({"lessons/INC-245.yaml": HEAD.format(name="INC-245") + RULE + proof})
    library = load_folder(repo.path / "lessons", name="lessons")
    assert library.faults == ()
    semgrep = find_semgrep()
    with Repository.open(repo.path) as repository:
        [proven] = prove_lessons(
            library.lessons,
            repository=repository,
            fetch=fetch,
            engine=semgrep,
            languages=semgrep.languages,
            limits=Limits(),
        )
    return proven


def outcomes(proof: RuleProof) -> list[str]:
    """Return what a rule did at the commits: the lines that it matches, or why it could not be tried."""
    return [
        f"{result.side} {result.path}: {result.problem_words or _lines(result)}"
        for result in proof.results
        if result.commit
    ]


def _lines(result: SampleResult) -> list[tuple[int, int]]:
    return [(lines.start, lines.stop - 1) for lines, _ in result.matched_code]


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "shop")


def test_a_file_is_followed_when_the_fix_renames_it(shop: Repo) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"pay.py": None, "billing/pay.py": GOOD})

    proof = prove_at(shop, broken[:7], fixed[:12])

    assert proof.is_proven
    assert outcomes(proof) == ["broken pay.py: [(5, 8)]", "fixed billing/pay.py: []"]


def test_a_fix_may_delete_the_code(shop: Repo) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"pay.py": None})

    proof = prove_at(shop, broken, fixed)

    assert proof.is_proven
    assert outcomes(proof) == ["broken pay.py: [(5, 8)]"]


def test_a_fix_on_another_branch_is_compared_with_the_broken_commit(shop: Repo) -> None:
    start = shop.commit(files={"pay.py": GOOD})
    broken = shop.branch("release").commit(files={"pay.py": BAD})
    fixed = shop.branch("main-again", start).commit(files={"README.md": "A shop.\n"})

    assert prove_at(shop, broken, fixed).is_proven


def test_code_in_the_folder_of_lessons_is_code(shop: Repo) -> None:
    broken = shop.commit(files={"pay.py": BAD, "lessons/pay.py": BAD})
    fixed = shop.commit(files={"pay.py": GOOD, "lessons/pay.py": GOOD})

    found = outcomes(prove_at(shop, broken, fixed))

    assert [line.partition(":")[0] for line in found] == [
        "broken lessons/pay.py",
        "broken pay.py",
        "fixed lessons/pay.py",
        "fixed pay.py",
    ]


def test_a_rule_that_looks_at_no_touched_file_is_not_proven_by_that(shop: Repo) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"README.md": "Better.\n"})

    proof = prove_at(shop, broken, fixed)

    assert not proof.is_proven
    assert outcomes(proof) == ["broken : the fix changed no file that the rule looks at"]


def test_code_that_cannot_be_read_does_not_matter_where_it_was_so_before(shop: Repo) -> None:
    broken = shop.commit(files={"pay.py": f"{BAD}\n)\n"})
    fixed = shop.commit(files={"pay.py": f"{GOOD}\n\n)\n"})

    assert prove_at(shop, broken, fixed).is_proven


def test_code_that_the_fix_made_unreadable_proves_nothing(shop: Repo) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"pay.py": f"{GOOD}\n)\n"})

    proof = prove_at(shop, broken, fixed)

    assert not proof.is_proven
    assert outcomes(proof)[1].startswith("fixed pay.py: Semgrep cannot read line 10 as python: ")


def test_a_file_that_the_fix_made_binary_proves_nothing(shop: Repo) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"pay.py": f"{GOOD}\0"})

    assert outcomes(prove_at(shop, broken, fixed))[1] == "fixed pay.py: its content is binary"


def test_a_file_that_the_fix_made_too_large_proves_nothing(shop: Repo) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"pay.py": LARGE})

    proof = prove_at(shop, broken, fixed)

    assert not proof.is_proven
    assert outcomes(proof)[1] == "fixed pay.py: it is larger than 1,000,000 bytes (1,200,000)"


def test_two_commits_that_differ_in_510_files_are_no_fix(shop: Repo) -> None:
    broken = shop.commit(files={f"p{n}.py": BAD for n in range(510)})
    fixed = shop.commit(files={f"p{n}.py": GOOD for n in range(510)})

    [outcome] = outcomes(prove_at(shop, broken, fixed))

    assert outcome.startswith("broken : 510 files that the rule looks at differ between ")
    assert outcome.endswith('; name as "broken" the commit right before the fix')


def test_a_missing_commit_is_an_error_with_a_hint(shop: Repo) -> None:
    broken = shop.commit(files={"pay.py": BAD})

    proof = prove_at(shop, broken, "0123456")

    assert not proof.is_proven
    [outcome] = outcomes(proof)
    assert outcome == (
        "broken : commit 0123456 is not in this repository; fetch the branch it is on, or write it with all "
        "of its digits and `git fetch origin` it"
    )


def test_a_shallow_clone_without_the_commits_is_no_error(shop: Repo, tmp_path: Path) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"pay.py": GOOD})

    proof = prove_at(shop.clone(tmp_path / "clone", "--depth=1"), broken, fixed)

    assert proof.is_proven
    [note] = proof.notes
    assert note == (
        f"not tried at {broken[:10]} → {fixed[:10]}: this clone is shallow and does not have {broken[:10]}; "
        f"fetch it: `git fetch origin {broken}`"
    )


def test_a_partial_clone_gets_the_contents_that_it_lacks(shop: Repo, tmp_path: Path) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"pay.py": GOOD})
    shop.commit(files={"pay.py": None})

    proof = prove_at(shop.clone(tmp_path / "clone", "--filter=blob:none"), broken, fixed)

    assert proof.is_proven
    assert outcomes(proof) == ["broken pay.py: [(5, 8)]", "fixed pay.py: []"]


def test_commits_of_another_repository_are_tried_if_they_are_here_too(shop: Repo, tmp_path: Path) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"pay.py": GOOD})

    proof = prove_at(shop, broken, fixed[:7], elsewhere=Repo(tmp_path / "empty"))

    assert proof.is_proven
    assert proof.notes == ()
    assert len(outcomes(proof)) == 2


def test_commits_of_another_repository_are_fetched_only_when_asked(shop: Repo, tmp_path: Path) -> None:
    upstream = Repo(tmp_path / "upstream").config(
        uploadpack__allowFilter="true", uploadpack__allowAnySHA1InWant="true"
    )
    broken = upstream.commit(files={"pay.py": BAD})
    fixed = upstream.commit(files={"pay.py": GOOD})

    left = prove_at(shop, broken, fixed, elsewhere=upstream)
    fetched = prove_at(shop, broken, fixed, elsewhere=upstream, fetch=True)

    where = upstream.path.as_uri()
    [note] = left.notes
    assert (
        note == f"not tried at {broken[:10]} → {fixed[:10]}: its commits are in {where}; --fetch fetches them"
    )
    assert fetched.is_proven
    assert fetched.notes == ()
    assert outcomes(fetched) == ["broken pay.py: [(5, 8)]", "fixed pay.py: []"]


def test_a_short_name_cannot_be_fetched(shop: Repo, tmp_path: Path) -> None:
    upstream = Repo(tmp_path / "upstream")
    broken = upstream.commit(files={"pay.py": BAD})

    proof = prove_at(shop, broken, "0123456", elsewhere=upstream, fetch=True)

    assert not proof.is_proven
    assert outcomes(proof) == ["broken : 0123456 cannot be fetched: servers need all digits of a commit"]


def test_a_repository_that_does_not_answer_leaves_the_rule_unproven(shop: Repo, tmp_path: Path) -> None:
    nowhere = Repo(tmp_path / "nowhere")
    commit = nowhere.commit()
    (nowhere.path / ".git" / "HEAD").unlink()

    proof = prove_at(shop, commit, commit, elsewhere=nowhere, fetch=True)

    assert not proof.is_proven
    assert "Cannot fetch" in outcomes(proof)[0]


def test_a_bare_repository_has_commits_but_no_work_tree(shop: Repo, tmp_path: Path) -> None:
    broken = shop.commit(files={"pay.py": BAD})
    fixed = shop.commit(files={"pay.py": GOOD})
    example = f"  - {{bad-file: pay.py, good-file: 'pay.py@{fixed}'}}\n"
    proof = f"proof: {{broken: '{broken}', fixed: '{fixed}'}}\n"
    shop.write({"lessons/INC-245.yaml": HEAD.format(name="INC-245") + RULE + example + proof})
    library = load_folder(shop.path / "lessons", name="lessons")
    semgrep = find_semgrep()

    with Repository.open(shop.clone(tmp_path / "bare", "--bare").path) as repository:
        [proven] = prove_lessons(
            library.lessons,
            repository=repository,
            engine=semgrep,
            languages=semgrep.languages,
            limits=Limits(),
        )

    [failure] = proven.failures
    assert failure.problem_words == "pay.py cannot be read: a bare repository has no files; write path@commit"
