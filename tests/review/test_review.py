"""`lessonguard review` on a loopback GitHub, as a step of a workflow runs it: with no checkout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.code import BAD, SAFE, UNLOCKED
from tests.support.repo import Repo
from tests.support.shop import Shop, ours, places, summaries


class TestAPullRequest:
    def test_that_repeats_an_incident_gets_one_review_with_the_comment_on_its_line(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})

        reviewed = shop.review(pull, expect=1)

        assert places(pull) == ["app.py:5 **This looks like"]
        assert "Pass an explicit timeout" in ours(pull)[0].body
        assert [call.split("/")[-1] for call in reviewed.writes] == ["reviews 200"]
        assert len(reviewed.calls) <= 8
        assert summaries(pull)[0].state == "COMMENTED"

    def test_that_is_clean_gets_nothing_and_costs_three_calls(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": SAFE + "\n\nx = 1\n"})

        reviewed = shop.review(pull)

        assert reviewed.writes == []
        assert len(reviewed.calls) <= 3
        assert (pull.comments, pull.reviews) == ({}, {})
        assert reviewed.outcome.stdout == ""
        assert "no new findings" in reviewed.run.summary

    def test_is_left_as_it_is_if_nothing_was_pushed(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED})
        shop.review(pull, expect=1)

        again = shop.review(pull, expect=1)

        assert again.writes == []
        assert len(again.calls) <= 4
        assert again.words == ["Pull request 7: kept 2 comments."]

    def test_is_judged_by_the_lessons_that_base_has_today(self, shop: Shop) -> None:
        pull = shop.pull({"old.py": "open(path)\n"})
        lesson = (shop.repo.path / "lessons" / "SHELL.yaml").read_text(encoding="utf-8")
        lesson = lesson.replace("SHELL", "OPEN").replace("[bash]", "[python]")
        for old, new in {'rm -rf "$DIR"/*': "open(...)", 'rm -rf "${DIR:?}"/*': "close()"}.items():
            lesson = lesson.replace(f": {old}", f": {new}")
        shop.repo.commit("Learn", {"lessons/OPEN.yaml": lesson})

        shop.review(pull)

        assert places(pull) == ["old.py:1 **This looks like"]

    def test_cannot_weaken_what_judges_it(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD, "lessons/TIMEOUT.yaml": None})

        shop.review(pull, expect=1)

        assert places(pull) == ["app.py:5 **This looks like"]

    def test_is_not_blamed_for_what_main_has_got_since(self, shop: Shop) -> None:
        pull = shop.pull({"new.py": "x = 1\n"})
        shop.repo.commit("Meanwhile", {"app.py": BAD})

        assert shop.review(pull).writes == []

    def test_of_a_branch_that_merged_main_shows_only_its_own_lines(self, shop: Shop) -> None:
        shop.commit({"new.py": "x = 1\n"})
        shop.repo.commit("Meanwhile", {"app.py": BAD})
        shop.repo.switch("feature").merge("main")
        head = shop.repo.commit("Bad, too", {"new.py": "import requests\nrequests.get(u)\n"})
        shop.repo.switch("main")
        pull = shop.hosted.pull(7, head=head)

        shop.review(pull, expect=1)

        assert places(pull) == ["new.py:2 **This looks like"]

    def test_under_pull_request_target_is_reviewed_the_same(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD}, fork="mallory/shop")

        shop.review(pull, event="pull_request_target", action="opened", expect=1)

        assert places(pull) == ["app.py:5 **This looks like"]

    def test_that_is_closed_is_left_alone(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})
        pull.close()

        reviewed = shop.review(pull, action="closed")

        assert (reviewed.calls, reviewed.words) == ([], ["Nothing to review: pull request 7 is closed."])
        assert "Pull request 7 is closed." in reviewed.run.summary
        assert reviewed.run.outputs["introduced"] == "0"

    @pytest.mark.parametrize("argv", [(), ("--skip-drafts",)])
    def test_that_is_a_draft_is_reviewed_unless_it_is_to_be_skipped(
        self, shop: Shop, argv: tuple[str, ...]
    ) -> None:
        pull = shop.pull({"pay.py": UNLOCKED}, is_draft=True)

        shop.review(pull, *argv, action="opened")

        assert bool(pull.comments) is not bool(argv)

    def test_whose_finding_is_accepted_beside_the_code_gets_nothing(self, shop: Shop) -> None:
        accept = '    # lessonguard: accept TIMEOUT reason="own host"\n'
        pull = shop.pull({"app.py": BAD.replace("    return", f"{accept}    return")})

        reviewed = shop.review(pull)

        assert reviewed.writes == []
        assert reviewed.run.outputs["accepted"] == "1"

    def test_that_only_touches_a_watched_path_is_told_so_only_if_asked(self, shop: Shop) -> None:
        lesson = (shop.repo.path / "lessons" / "SHELL.yaml").read_text(encoding="utf-8")
        shop.repo.commit("Watch", {"lessons/SHELL.yaml": f"{lesson}watch:\n  paths: [deploy/**]\n"})
        pull = shop.pull({"deploy/run.txt": "x\n"})

        assert shop.review(pull).writes == []
        shop.review(pull, "--comments", "notices")

        [summary] = summaries(pull)
        assert "SHELL watches this path" in summary.body
        assert shop.review(pull, "--comments", "notices").writes == []

    def test_is_not_commented_on_where_that_is_not_wanted(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})

        reviewed = shop.review(pull, "--comments", "none", expect=1)

        assert len(reviewed.calls) == 1
        assert reviewed.run.outputs["blocking"] == "1"

    def test_hears_nothing_of_a_lesson_in_monitor_mode(self, shop: Shop) -> None:
        lesson = (shop.repo.path / "lessons" / "LOCK.yaml").read_text(encoding="utf-8")
        shop.repo.commit("Watch only", {"lessons/LOCK.yaml": f"{lesson}mode: monitor\n"})
        pull = shop.pull({"pay.py": UNLOCKED})

        reviewed = shop.review(pull)

        assert reviewed.writes == []
        assert "LOCK" not in reviewed.outcome.stdout + reviewed.run.summary
        assert reviewed.run.outputs["introduced"] == "1"
        report = json.loads(Path(reviewed.run.outputs["report"]).read_text(encoding="utf-8"))
        assert [finding["lesson"] for finding in report["findings"]] == ["LOCK"]
        assert "LOCK" not in Path(reviewed.run.outputs["sarif"]).read_text(encoding="utf-8")

    def test_in_a_repository_without_lessons_is_told_that_nothing_was_looked_for(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})

        reviewed = shop.review(pull, "--lessons-folder", "lesson")

        assert reviewed.writes == []
        assert "::warning title=No lessons::" in reviewed.outcome.stdout

    def test_takes_no_report_of_another_run(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})

        reviewed = shop.review(pull, "--report", "report.json", expect=2)

        assert "takes no report" in reviewed.outcome.stderr


class TestARunThat:
    def test_may_only_read_says_it_all_without_comments(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD}, fork="mallory/shop")
        token = shop.hub.token(pull_requests="read")

        reviewed = shop.review(pull, token=token, expect=1)

        assert pull.comments == {}
        assert reviewed.outcome.stdout.startswith("::error file=app.py,line=5")
        assert "TIMEOUT" in reviewed.run.summary
        [line] = reviewed.words
        assert "Resource not accessible by integration" in line

    def test_may_only_read_does_not_fail_for_that(self, shop: Shop) -> None:
        pull = shop.pull({"pay.py": UNLOCKED}, fork="mallory/shop")

        shop.review(pull, token=shop.hub.token(pull_requests="read"), expect=0)

    def test_has_a_checkout_with_the_commits_fetches_nothing(self, shop: Shop, tmp_path: Path) -> None:
        pull = shop.pull({"app.py": BAD})
        checkout = Repo(tmp_path / "checkout")
        checkout.git("fetch", "--quiet", shop.repo.path.as_uri(), "main", "feature")

        shop.review(pull, "-C", str(checkout.path), expect=1)

        assert places(pull) == ["app.py:5 **This looks like"]
        assert len(shop.hub.git) == 2  # where main is: the protocol's version, and the answer

    def test_has_a_checkout_without_the_commits_fetches_them(self, shop: Shop, tmp_path: Path) -> None:
        pull = shop.pull({"app.py": BAD})
        checkout = Repo(tmp_path / "checkout")
        checkout.commit("Something else", {"app.py": "1\n"})

        shop.review(pull, "-C", str(checkout.path), expect=1)

        assert places(pull) == ["app.py:5 **This looks like"]
        assert checkout.git("status", "--porcelain") == ""
