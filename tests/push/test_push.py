"""Pushes with the hook installed, over file and HTTP: what is judged, and what arrives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lessonguard.semgrep.installed import find_semgrep
from tests.support.cli import lessonguard
from tests.support.code import BAD, LOCKED, SAFE, UNLOCKED
from tests.support.git_server import GitServer
from tests.support.pushing import Pusher, lessons, push
from tests.support.repo import Repo
from tests.support.semgrep import install_semgrep

CLEAN = "No new findings · 1 file checked by 3 lessons"


EMPTY = "Nothing to check: no changes against"


def test_a_clean_push_is_one_line(pusher: Pusher) -> None:
    commit = pusher.commit({"app.py": SAFE + "x = 1\n"})

    pushed = pusher.push()

    assert pushed.code == 0
    assert pushed.verdicts == [f"HEAD → main · 1 new commit · {CLEAN}"]
    assert pusher.arrived("refs/heads/main") == commit


def test_a_blocking_lesson_stops_the_push_and_says_what_to_do(pusher: Pusher) -> None:
    pusher.commit({"app.py": BAD})

    pushed = pusher.push("origin", "main")

    assert pushed.code == 1
    assert pusher.arrived("refs/heads/main") == pusher.first
    assert pushed.said.startswith("lessonguard · main · 1 new commit\n\napp.py:5:12  ")
    assert 'lessonguard: accept TIMEOUT reason="why it is safe"' in pushed.said
    assert "\nPush stopped by 1 finding." in pushed.said
    assert "\nTo push anyway: git push --no-verify\n" in pushed.said


def test_what_programs_read_of_a_push_is_not_mixed_with_the_report(pusher: Pusher) -> None:
    pusher.commit({"pay.py": UNLOCKED})

    pushed = pusher.push("--porcelain", "origin", "main")

    assert "pay.py:2:5" in pushed.said
    assert pushed.printed.splitlines()[0] == f"To {pusher.remote.path.as_uri()}"


def test_no_verify_pushes_all_the_same(pusher: Pusher) -> None:
    commit = pusher.commit({"app.py": BAD})

    assert pusher.push("--no-verify", "origin", "main").code == 0
    assert pusher.arrived("refs/heads/main") == commit


def test_accepting_lets_the_push_through(pusher: Pusher) -> None:
    accept = '# lessonguard: accept TIMEOUT reason="our own health check"\n'
    commit = pusher.commit({"app.py": f"import requests\n\n{accept}requests.get(url)\n"})

    pushed = pusher.push("origin", "main")

    assert (pushed.code, pusher.arrived("refs/heads/main")) == (0, commit)
    assert "our own health check" in pushed.said


def test_a_commenting_lesson_is_shown_and_lets_the_push_through(pusher: Pusher) -> None:
    commit = pusher.commit({"pay.py": UNLOCKED})

    pushed = pusher.push("origin", "main")

    assert (pushed.code, pusher.arrived("refs/heads/main")) == (0, commit)
    assert "pay.py:2:5  this change removes the protection of this line · warning only" in pushed.said
    assert "stopped" not in pushed.said


def test_a_monitoring_lesson_is_not_shown(pusher: Pusher) -> None:
    pusher.commit({"jobs.py": "fetch_all()\n"})

    pushed = pusher.push("origin", "main")

    assert pushed.verdicts == [f"main · 1 new commit · {CLEAN}"]


def test_what_is_pushed_is_judged_not_what_is_checked_out(pusher: Pusher) -> None:
    pusher.repo.branch("bad")
    bad = pusher.commit({"app.py": BAD})
    pusher.repo.switch("main").write({"app.py": SAFE + "# not committed\n"})

    assert pusher.push("origin", "bad").code == 1
    assert pusher.push("origin", f"{bad}:refs/heads/other").code == 1
    assert pusher.arrived("refs/heads/*") == pusher.first

    pusher.repo.write({"app.py": BAD})
    pusher.repo.git("add", "app.py")
    assert pusher.push("origin", "main").code == 0


def test_main_pushed_to_another_branch_is_judged_as_main(pusher: Pusher) -> None:
    pusher.commit({"app.py": BAD})

    pushed = pusher.push("origin", "main:release")

    assert pushed.code == 1
    assert pushed.verdicts == ["main → release · 1 new commit"]
    assert pusher.arrived("refs/heads/release") is None


def test_a_new_branch_is_judged_from_where_it_left_what_the_remote_has(pusher: Pusher) -> None:
    pusher.commit({"old.py": BAD})
    pusher.push("--no-verify", "origin", "main")
    pusher.repo.branch("feature")
    pusher.commit({"app.py": SAFE + "x = 1\n"})
    pusher.commit({"app.py": SAFE + "x = 2\n"})

    pushed = pusher.push("origin", "feature")

    assert pushed.verdicts == [f"feature · 2 new commits · {CLEAN}"]


def test_a_branch_on_a_branch_is_not_blamed_for_that(pusher: Pusher) -> None:
    pusher.repo.branch("theirs")
    pusher.commit({"old.py": BAD})
    pusher.push("--no-verify", "origin", "theirs")
    pusher.repo.branch("mine")
    pusher.commit({"app.py": SAFE + "x = 1\n"})

    pushed = pusher.push("origin", "mine")

    assert pushed.verdicts == [f"mine · 1 new commit · {CLEAN}"]


def test_what_was_pushed_once_is_not_said_again(pusher: Pusher) -> None:
    pusher.repo.branch("feature")
    pusher.commit({"pay.py": UNLOCKED})
    assert "pay.py:2:5" in pusher.push("origin", "feature").said
    pusher.commit({"app.py": SAFE + "x = 1\n"})

    pushed = pusher.push("origin", "feature")

    assert pushed.verdicts == [f"feature · 1 new commit · {CLEAN}"]


def test_a_commit_on_what_is_there_already_starts_nothing(pusher: Pusher) -> None:
    pushed = pusher.push("origin", "main:again", "main:refs/tags/v1")

    assert (pushed.code, pushed.verdicts) == (0, [])
    assert pusher.arrived("refs/heads/again") == pusher.arrived("refs/tags/v1") == pusher.first


def test_a_deletion_is_not_judged(pusher: Pusher) -> None:
    pusher.push("origin", "main:gone")

    pushed = pusher.push("origin", "--delete", "gone")

    assert (pushed.code, pushed.verdicts) == (0, [])
    assert pusher.arrived("refs/heads/gone") is None


@pytest.mark.parametrize("options", [(), ("-a", "-m", "One")], ids=["lightweight", "annotated"])
def test_a_tag_is_judged_by_its_commit(pusher: Pusher, options: tuple[str, ...]) -> None:
    pusher.repo.branch("feature")
    pusher.commit({"app.py": BAD})
    pusher.repo.git("tag", *options, "v1")

    pushed = pusher.push("origin", "v1")

    assert (pushed.code, pushed.verdicts) == (1, ["v1 · 1 new commit"])
    assert pusher.arrived("refs/tags/v1") is None


def test_a_tag_of_a_file_is_let_through(pusher: Pusher) -> None:
    blob = pusher.repo.git("rev-parse", "HEAD:app.py")
    pusher.repo.git("tag", "key", blob)

    assert pusher.push("origin", "key").code == 0
    assert pusher.arrived("refs/tags/key") == blob


def test_of_several_refs_each_commit_counts_once(pusher: Pusher) -> None:
    pusher.repo.branch("low")
    pusher.commit({"pay.py": UNLOCKED})
    pusher.repo.branch("high")
    pusher.commit({"app.py": BAD})
    pusher.repo.switch("main")
    pusher.commit({"new.py": SAFE})

    pushed = pusher.push("origin", "low", "high", "main", "low:copy")

    assert pushed.code == 1
    assert pushed.said.count("pay.py:2:5") == pushed.said.count("app.py:5:12") == 1
    assert min(pushed.verdicts).startswith("high")
    assert sum(" 1 new commit" in verdict for verdict in pushed.verdicts) == len(pushed.verdicts) == 3
    assert pusher.arrived("refs/heads/low") is None


def test_all_refs_take_one_run_of_semgrep(pusher: Pusher, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    core = find_semgrep().core
    install_semgrep(tmp_path / "counting", f'echo started >> "{starts}"; exec "{core}" "$@"')
    for number in range(4):
        pusher.repo.branch(f"feature{number}", "main")
        pusher.commit({f"new{number}.py": UNLOCKED})

    pushed = pusher.push(
        "origin", *(f"feature{number}" for number in range(4)), PYTHONPATH=str(tmp_path / "counting")
    )

    assert len(pushed.verdicts) == pushed.said.count("this change adds code like") == 4
    assert starts.read_text(encoding="utf-8") == "started\n"


def test_where_no_lesson_looks_semgrep_is_not_started(pusher: Pusher, tmp_path: Path) -> None:
    install_semgrep(tmp_path / "broken", "exit 9")
    pusher.commit({"NOTES.txt": "Nothing\n"})

    pushed = pusher.push("origin", "main", PYTHONPATH=str(tmp_path / "broken"))

    assert pushed.verdicts == [f"main · 1 new commit · {CLEAN}"]


def test_a_merge_of_main_is_not_blamed_for_what_others_did(pusher: Pusher) -> None:
    pusher.repo.branch("feature")
    pusher.commit({"mine.py": UNLOCKED})
    pusher.push("origin", "feature")
    pusher.repo.switch("main")
    pusher.commit({"theirs.py": BAD})
    pusher.push("--no-verify", "origin", "main")
    pusher.repo.switch("feature").merge("main")

    [verdict] = pusher.push("origin", "feature").verdicts
    assert verdict.startswith(f"feature · 1 new commit · {EMPTY}")


def test_what_the_merge_itself_brings_is_found(pusher: Pusher) -> None:
    pusher.repo.branch("feature")
    pusher.commit({"mine.py": "a = 1\n"})
    pusher.push("origin", "feature")
    pusher.repo.switch("main")
    pusher.commit({"theirs.py": LOCKED})
    pusher.push("origin", "main")
    pusher.repo.switch("feature").merge("main")
    pusher.commit({"app.py": BAD, "theirs.py": UNLOCKED})

    pushed = pusher.push("origin", "feature")

    assert pushed.code == 1
    assert "app.py:5:12  blocked: this change removes the protection of this line" in pushed.said
    assert "theirs.py:2:5  this change removes the protection of this line" in pushed.said
    assert "2 new findings (1 blocking) · 2 files checked by 3 lessons" in pushed.said


def test_a_forced_push_over_a_commit_that_is_not_here(pusher: Pusher, tmp_path: Path) -> None:
    pusher.push("origin", "main:shared")
    other = pusher.remote.clone(tmp_path / "other", "--branch", "shared")
    theirs = other.commit("Theirs", {"app.py": BAD})
    other.git("push", "--quiet", "origin", "shared")
    pusher.repo.branch("shared")
    mine = pusher.commit({"new.py": SAFE})

    pushed = pusher.push("--force", "origin", "shared")

    assert pusher.repo.git("cat-file", "-t", mine) == "commit"
    assert pusher.arrived("refs/heads/shared") == mine != theirs
    assert pushed.verdicts == [f"shared · 1 new commit · {CLEAN}"]


def test_after_a_rebase_only_what_is_mine_is_judged(pusher: Pusher) -> None:
    pusher.repo.branch("feature")
    pusher.commit({"mine.py": "a = 1\n"})
    pusher.push("origin", "feature")
    pusher.repo.switch("main")
    pusher.commit({"theirs.py": BAD})
    pusher.push("--no-verify", "origin", "main")
    pusher.repo.switch("feature").git("rebase", "--quiet", "main")

    pushed = pusher.push("--force", "origin", "feature")

    assert pushed.verdicts == [f"feature · 1 new commit · {CLEAN}"]


def test_the_first_push_to_an_empty_remote_is_judged_whole(tmp_path: Path) -> None:
    empty = Repo(tmp_path / "server" / "empty.git", options=("--bare",))
    start = Repo(tmp_path / "start").write({"app.py": BAD, **lessons()})
    start.commit("Start")
    start.git("remote", "add", "origin", empty.path.as_uri())
    lessonguard("hook", "install", cwd=start.path)

    pushed = push(start.path, "origin", "main")

    assert pushed.code == 1
    assert pushed.verdicts == ["main · 1 new commit · nothing of it is on the remote yet"]
    assert empty.git("for-each-ref") == ""
    assert push(start.path, "--no-verify", "origin", "main").code == 0


def test_another_remote_without_anything_is_told_what_the_first_does_not_have(
    pusher: Pusher, tmp_path: Path
) -> None:
    mirror = Repo(tmp_path / "server" / "mirror.git", options=("--bare",))
    pusher.commit({"old.py": BAD})
    pusher.push("--no-verify", "origin", "main")
    pusher.repo.git("remote", "add", "mirror", mirror.path.as_uri())
    pusher.commit({"app.py": SAFE + "x = 1\n"})

    pushed = pusher.push("mirror", "main")

    assert pushed.verdicts == [f"main · 1 new commit · {CLEAN}"]


@pytest.mark.parametrize("how", ["name", "address", "unknown address"])
def test_a_remote_may_be_named_by_its_address(pusher: Pusher, how: str) -> None:
    pusher.repo.branch("theirs")
    pusher.commit({"old.py": BAD})
    pusher.push("--no-verify", "origin", "theirs")
    pusher.repo.branch("mine")
    pusher.commit({"app.py": SAFE + "x = 1\n"})
    uri = pusher.remote.path.as_uri()
    remote = {"name": "origin", "address": uri, "unknown address": str(pusher.remote.path)}[how]

    pushed = pusher.push(remote, "mine")

    # Nothing tells that the unknown address is that of origin: then its main is all that is known.
    count = "2 new commits" if how == "unknown address" else f"1 new commit · {CLEAN}"
    assert pushed.verdicts == [f"mine · {count}"]


def test_a_fork_is_not_blamed_for_what_upstream_has(pusher: Pusher, tmp_path: Path) -> None:
    fork = Repo(tmp_path / "server" / "fork.git", options=("--bare",))
    pusher.repo.git("push", "--quiet", "--no-verify", fork.path.as_uri(), "main")
    pusher.repo.git("remote", "rename", "origin", "upstream")
    pusher.repo.git("remote", "add", "origin", fork.path.as_uri())
    pusher.repo.git("fetch", "--quiet", "origin")
    pusher.commit({"theirs.py": BAD})
    pusher.push("--no-verify", "upstream", "main")
    pusher.repo.branch("release", "main~")
    pusher.commit({"other.py": BAD})
    pusher.push("--no-verify", "upstream", "release")

    pusher.repo.branch("from-main", "main")
    pusher.commit({"app.py": SAFE + "x = 1\n"})
    from_main = pusher.push("origin", "from-main")
    pusher.repo.git("switch", "--quiet", "--create", "from-release", "--track", "upstream/release")
    pusher.commit({"app.py": SAFE + "x = 2\n"})
    from_release = pusher.push("origin", "from-release")

    assert from_main.verdicts == [f"from-main · 1 new commit · {CLEAN}"]
    assert from_release.verdicts == [f"from-release · 1 new commit · {CLEAN}"]


def test_lessons_are_those_of_the_remote_not_those_of_the_push(pusher: Pusher) -> None:
    pusher.commit({"lessons/TIMEOUT.yaml": None, "app.py": BAD})

    assert pusher.push("origin", "main").code == 1


def test_a_lesson_learned_meanwhile_judges_a_branch_that_was_cut_before(pusher: Pusher) -> None:
    pusher.repo.write({"lessons/TIMEOUT.yaml": None})
    cut = pusher.commit({"pay.py": LOCKED + "\n"})
    pusher.push("--no-verify", "origin", "main")
    pusher.repo.git("revert", "--no-edit", cut)
    pusher.push("--no-verify", "origin", "main")
    pusher.repo.branch("old", cut)
    pusher.commit({"app.py": BAD})

    assert pusher.push("origin", "old").code == 1


def test_without_a_known_default_branch_lessons_are_those_of_the_merge_base(pusher: Pusher) -> None:
    pusher.push("origin", "main:trunk")
    pusher.repo.git("update-ref", "-d", "refs/remotes/origin/main")
    pusher.repo.branch("feature")
    pusher.commit({"lessons/TIMEOUT.yaml": None, "app.py": BAD})

    pushed = pusher.push("origin", "feature")

    assert (pushed.code, pushed.verdicts) == (1, ["feature · 1 new commit"])


def test_where_there_are_no_lessons_nothing_is_said(pusher: Pusher) -> None:
    for name in lessons():
        pusher.repo.write({name: None})
    pusher.commit({"new.py": "a = 1\n"})
    pusher.push("--no-verify", "origin", "main")
    pusher.commit({"app.py": BAD})

    pushed = pusher.push("origin", "main")

    assert (pushed.code, "lessonguard" in pushed.said) == (0, False)


@pytest.mark.parametrize("depth", ["--depth=1", "--depth=2"])
def test_a_shallow_clone_is_neither_deepened_nor_blamed(pusher: Pusher, tmp_path: Path, depth: str) -> None:
    for number in range(3):
        pusher.commit({f"old{number}.py": BAD})
    pusher.push("--no-verify", "origin", "main")
    shallow = pusher.remote.clone(tmp_path / "shallow", depth, "--no-single-branch")
    lessonguard("hook", "install", cwd=shallow.path)
    cuts = (shallow.path / ".git" / "shallow").read_text(encoding="ascii")
    shallow.branch("feature").commit("Mine", {"app.py": SAFE + "x = 1\n"})

    pushed = push(shallow.path, "origin", "feature")

    assert pushed.verdicts == [f"feature · 1 new commit · {CLEAN}"]
    assert (shallow.path / ".git" / "shallow").read_text(encoding="ascii") == cuts
    assert pusher.arrived("refs/heads/feature") == shallow.head


def test_a_partial_clone_fetches_what_it_takes(pusher: Pusher, tmp_path: Path) -> None:
    partial = pusher.remote.clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout")
    lessonguard("hook", "install", cwd=partial.path)
    partial.git("checkout", "--quiet", "main")
    partial.branch("feature").commit("Mine", {"pay.py": UNLOCKED})

    pushed = push(partial.path, "origin", "feature")

    assert pushed.code == 0
    assert "pay.py:2:5  this change removes the protection of this line" in pushed.said


def test_a_detached_head_is_judged(pusher: Pusher) -> None:
    pusher.repo.git("checkout", "--quiet", "--detach")
    pusher.commit({"app.py": BAD})

    pushed = pusher.push("origin", "HEAD:refs/heads/loose")

    assert (pushed.code, pushed.verdicts) == (1, ["HEAD → loose · 1 new commit"])


def test_a_linked_worktree_pushes_its_own_branch(pusher: Pusher, tmp_path: Path) -> None:
    pusher.repo.git("worktree", "add", "--quiet", "-b", "linked", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", create=False)
    linked.commit("Bad", {"app.py": BAD})

    pushed = push(linked.path, "origin", "linked")

    assert (pushed.code, pushed.verdicts) == (1, ["linked · 1 new commit"])


def test_a_bare_repository_pushes(pusher: Pusher, tmp_path: Path) -> None:
    pusher.repo.branch("feature")
    pusher.commit({"app.py": BAD})
    pusher.repo.git("clone", "--quiet", "--bare", str(pusher.repo.path), str(tmp_path / "bare.git"))
    bare = Repo(tmp_path / "bare.git", create=False)
    bare.git("remote", "set-url", "origin", pusher.remote.path.as_uri())
    lessonguard("hook", "install", cwd=bare.path)

    pushed = push(bare.path, "origin", "feature", "main:main2")

    assert pushed.code == 1


def test_an_orphan_branch_is_judged_whole_by_the_lessons_of_the_remote(pusher: Pusher) -> None:
    pusher.repo.git("checkout", "--quiet", "--orphan", "pages")
    pusher.repo.git("rm", "--quiet", "-r", "--force", ".")
    pusher.commit({"site.py": BAD})

    pushed = pusher.push("origin", "pages")

    assert pushed.verdicts == ["pages · 1 new commit · nothing of it is on the remote yet"]
    assert (pushed.code, pusher.arrived("refs/heads/pages")) == (1, None)


def test_over_http(pusher: Pusher, tmp_path: Path) -> None:
    with GitServer(tmp_path / "server") as server:
        address = f"{server.address}shop.git"
        pusher.repo.git("remote", "set-url", "origin", address)
        pusher.repo.branch("feature")
        bad = pusher.commit({"app.py": BAD})

        stopped = pusher.push("origin", "feature")
        assert (stopped.code, pusher.arrived("refs/heads/feature")) == (1, None)

        good = pusher.commit({"app.py": SAFE})
        pushed = pusher.push("origin", "feature", "main:other")

    assert (pushed.code, pusher.arrived("refs/heads/feature")) == (0, good)
    assert pusher.arrived("refs/heads/other") == pusher.first
    [verdict] = pushed.verdicts
    assert verdict.startswith(f"feature · 2 new commits · {EMPTY}")
    assert bad != good


def test_a_branch_with_an_odd_name(pusher: Pusher) -> None:
    name = "fix/«größe»-$(touch${IFS}x);\u202e"
    pusher.repo.branch(name)
    commit = pusher.commit({"app.py": SAFE + "x = 1\n"})

    pushed = pusher.push("origin", name)

    assert pusher.arrived(f"refs/heads/{name}") == commit
    assert pushed.verdicts == [f"fix/«größe»-$(touch${{IFS}}x);\\u202e · 1 new commit · {CLEAN}"]
    assert not (pusher.repo.path / "x").exists()


def test_an_invalid_lesson_is_told_and_the_push_goes_on(pusher: Pusher) -> None:
    pusher.commit({"lessons/BROKEN.yaml": "incident: BROKEN\n"})
    pusher.push("--no-verify", "origin", "main")
    commit = pusher.commit({"app.py": SAFE + "x = 1\n"})

    pushed = pusher.push("origin", "main")

    assert (pushed.code, pusher.arrived("refs/heads/main")) == (0, commit)
    assert "lessons/BROKEN.yaml:1:1" in pushed.said
    assert "lessonguard: This push was not checked, or not by all lessons; see above.\n" in pushed.said
    assert "lessonguard: The push continues.\n" in pushed.said


def test_an_invalid_lesson_hides_nothing_that_blocks(pusher: Pusher) -> None:
    pusher.commit({"lessons/BROKEN.yaml": "incident: BROKEN\n"})
    pusher.push("--no-verify", "origin", "main")
    pusher.commit({"app.py": BAD})

    pushed = pusher.push("origin", "main")

    assert pushed.code == 1
    assert "lessons/BROKEN.yaml:1:1" in pushed.said
    assert "Push stopped by 1 finding." in pushed.said


def _import_branches(pusher: Pusher, number: int) -> list[str]:
    """Make branches of a commit each on the first one, and return what Git tells a hook of their push."""
    commits = "".join(
        f"commit refs/heads/b{index}\ncommitter I <i@example.com> {1_700_000_000 + index} +0000\ndata 0\n"
        f"from {pusher.first}\nM 100644 inline f{index}.py\ndata 6\nx = 1\n\n"
        for index in range(number)
    )
    pusher.repo.git("fast-import", "--quiet", stdin=commits.encode())
    rows = pusher.repo.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/b*").splitlines()
    return [f"{row} {row.split(' ')[0]} {'0' * 40}\n" for row in rows]


def _count_git(pusher: Pusher, folder: Path, told: list[str]) -> tuple[str, int]:
    """Return what `pre-push` says of a push, and how often it starts Git."""
    folder.mkdir()
    path, log = os.environ["PATH"], folder / "log"  # noqa: TID251 - as the user's shell has it
    (folder / "git").write_text(f'#!/bin/sh\necho >> {log}\nPATH={path} exec git "$@"\n')
    (folder / "git").chmod(0o755)
    said = lessonguard(
        "pre-push", "origin", cwd=pusher.repo.path, stdin="".join(told), PATH=f"{folder}:{path}"
    )
    return said.stdout, len(log.read_text().splitlines())


def test_a_push_of_three_thousand_tags_starts_git_as_often_as_one_of_one(
    pusher: Pusher, tmp_path: Path
) -> None:
    tags = [f"refs/tags/v{index} {pusher.first} refs/tags/v{index} {'0' * 40}\n" for index in range(3000)]

    one, many = (_count_git(pusher, tmp_path / f"{number}", tags[:number]) for number in (1, 3000))

    assert one == many
    assert many[0] == ""


def test_a_push_of_many_branches_is_judged_together_and_takes_a_line(pusher: Pusher, tmp_path: Path) -> None:
    told = _import_branches(pusher, 400)

    said, started = _count_git(pusher, tmp_path / "bin", told)

    clean = "No new findings · 400 files checked by 3 lessons"
    assert said == f"lessonguard · 400 refs · 400 new commits · {clean}\n"
    assert started < 20
