"""What is posted: once, whatever GitHub answers, and what becomes of it after the next push."""

from __future__ import annotations

import pytest

from tests.support.code import BAD, SAFE, UNLOCKED
from tests.support.shop import Shop, ours, places, summaries

REVIEWS, COMMENTS = r"/pulls/7/reviews$", r"/pulls/7/comments$"


@pytest.mark.parametrize("before", [True, False], ids=["before it is posted", "after it is posted"])
def test_a_review_whose_answer_is_a_502_is_there_once(shop: Shop, before: bool) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.fail("POST", REVIEWS, 502, before=before)

    shop.review(pull, expect=1)

    assert len(ours(pull)) == 1
    assert len(summaries(pull)) == 1


def test_a_review_whose_answer_never_comes_is_there_once(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.drop("POST", REVIEWS)

    shop.review(pull, expect=1)

    assert (len(ours(pull)), len(summaries(pull))) == (1, 1)


@pytest.mark.parametrize("status", [403, 429])
def test_the_secondary_rate_limit_is_waited_for(shop: Shop, status: int) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.limit("POST", REVIEWS, status=status)

    shop.review(pull, expect=1)

    assert len(ours(pull)) == 1


def test_a_rate_limit_that_lasts_for_long_is_exit_3_with_all_outputs(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.exhaust("GET", COMMENTS, reset=4_000_000_000)

    reviewed = shop.review(pull, expect=3)

    assert "rate" in reviewed.outcome.stderr
    assert reviewed.run.outputs["introduced"] == "1"
    assert reviewed.outcome.stdout.startswith("::error file=app.py")


def test_a_place_that_github_does_not_take_is_looked_up_in_its_own_diff(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED})
    shop.hub.fail("POST", REVIEWS, 422)

    reviewed = shop.review(pull, expect=1)

    assert places(pull) == ["app.py:5 **This looks like", "pay.py:2 **This looks like"]
    assert len(reviewed.calls) <= 10


def test_places_that_github_goes_on_refusing_are_told_in_the_summary(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED})
    shop.hub.fail("POST", REVIEWS, 422, times=2)

    shop.review(pull, expect=1)

    assert ours(pull) == []
    [summary] = summaries(pull)
    assert "app.py:5" in summary.body
    assert "pay.py:2" in summary.body
    assert "Pass an explicit timeout" in summary.body


def test_a_diff_too_large_for_github_to_show_gets_comments_on_files(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD + "x = 1  # and more\n" * 25_000})

    shop.review(pull, expect=1)

    assert "app.py" in summaries(pull)[0].body


def test_github_that_is_down_is_exit_3_and_never_clean(shop: Shop) -> None:
    pull = shop.pull({"app.py": BAD})
    shop.hub.fail("GET", COMMENTS, 502, times=1_000)

    reviewed = shop.review(pull, expect=3)

    assert "Cannot read the comments of pull request 7" in reviewed.outcome.stderr
    assert reviewed.run.outputs["introduced"] == "1"


class TestTheNextPush:
    def test_says_of_what_was_fixed_that_it_is_and_resolves_its_thread(self, shop: Shop) -> None:
        shop.token = shop.hub.token(contents="write")
        pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED})
        shop.review(pull, expect=1)

        head = shop.push(pull, {"app.py": SAFE})
        reviewed = shop.review(pull)

        fixed, standing = ours(pull)
        assert fixed.body.startswith(f"✓ **Fixed** in [`{head[:10]}`]")
        assert standing.body.startswith("**This looks like the code behind LOCK**")
        assert (pull.thread(fixed).is_resolved, pull.thread(standing).is_resolved) == (True, False)
        assert len(pull.reviews) == 1
        assert summaries(pull)[0].body.startswith("### 1 place looks like the code behind LOCK")
        assert len(reviewed.calls) == 9  # two of them to resolve the thread

    def test_edits_what_was_fixed_also_where_the_token_may_not_resolve(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})
        shop.review(pull, expect=1)

        shop.push(pull, {"app.py": SAFE})
        reviewed = shop.review(pull)

        [fixed] = ours(pull)
        assert fixed.body.startswith("✓ **Fixed**")
        assert not pull.thread(fixed).is_resolved
        assert reviewed.words == ["Pull request 7: resolved 1 comment."]

    def test_says_again_what_came_back(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})
        for content, code in [(BAD, 1), (SAFE, 0), (BAD, 1)]:
            shop.push(pull, {"app.py": content})
            shop.review(pull, expect=code)

        assert [comment.body[:4] for comment in ours(pull)] == ["✓ **", "**Th"]
        assert len(summaries(pull)) == 2
        assert "1 more place looks like" in summaries(pull)[1].body

    @pytest.mark.parametrize(
        "files",
        [
            {"app.py": f"# one\n# two\n{BAD}"},
            {"app.py": BAD.replace("    return", "\treturn")},
            {"other.py": "y = 2\n"},
            {"app.py": None, "web/client.py": BAD},
        ],
        ids=["its lines shift", "its layout changes", "something else changes", "its file is renamed"],
    )
    def test_says_nothing_twice_when(self, shop: Shop, files: dict[str, str | None]) -> None:
        pull = shop.pull({"app.py": BAD})
        shop.review(pull, expect=1)

        shop.push(pull, files)
        shop.review(pull, expect=1)

        assert len(ours(pull)) == 1
        assert ours(pull)[0].body.startswith("**This looks like")
        assert len(summaries(pull)) == 1

    def test_says_nothing_twice_after_a_rebase_by_force(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})
        shop.review(pull, expect=1)
        shop.repo.commit("Meanwhile", {"readme.md": "x\n"})

        shop.push(pull, {"app.py": BAD}, start="main")
        shop.review(pull, expect=1)

        assert len(ours(pull)) == 1

    def test_tells_of_what_was_accepted_why(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})
        shop.review(pull, expect=1)
        accept = '    # lessonguard: accept TIMEOUT reason="own host"\n'

        shop.push(pull, {"app.py": BAD.replace("    return", f"{accept}    return")})
        shop.review(pull)

        assert ours(pull)[0].body.startswith("✓ **Accepted:** own host")

    def test_leaves_what_people_wrote_as_it_is(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})
        shop.review(pull, expect=1)
        answer = pull.reply("hubot", ours(pull)[0], "We know.")
        forged = pull.comment("mallory", ours(pull)[0].body, path="app.py", line=5, side="RIGHT")
        texts = (answer.body, forged.body)

        shop.push(pull, {"app.py": SAFE})
        reviewed = shop.review(pull)

        assert (answer.body, forged.body) == texts
        assert not [call for call in reviewed.writes if call.startswith("DELETE")]

    def test_is_not_silenced_by_a_forged_comment(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})
        shop.review(pull, expect=1)
        body = ours(pull)[0].body
        pull.delete(ours(pull)[0])
        pull.comment("mallory", body, path="app.py", line=5, side="RIGHT")

        shop.review(pull, expect=1)

        assert len(ours(pull)) == 1

    def test_does_not_speak_for_a_head_that_was_replaced_meanwhile(self, shop: Shop) -> None:
        pull = shop.pull({"app.py": BAD})
        payload = shop.hosted.events.pull_request(pull)
        shop.push(pull, {"app.py": SAFE})

        late = shop.run("pull_request", payload, expect=1)

        assert late.writes == []
        assert "Nothing posted: pull request 7 is closed, or" in late.outcome.stderr


class TestComments:
    def test_are_no_more_than_asked_for_and_the_summary_has_the_rest(self, shop: Shop) -> None:
        files = {f"pay{number}.py": UNLOCKED for number in range(5)}
        pull = shop.pull(files)

        shop.review(pull, "--max-comments", "2")

        assert len(ours(pull)) == 2
        assert all(f"{name}:2" in summaries(pull)[0].body for name in files)
        assert shop.review(pull, "--max-comments", "2").writes == []

    def test_of_a_match_of_several_lines_span_them(self, shop: Shop) -> None:
        pull = shop.pull({"pay.py": "def pay(order):\n    charge(\n        order,\n        1,\n    )\n"})

        shop.review(pull)

        [comment] = ours(pull)
        assert (comment.start_line, comment.line) == (2, 5)

    def test_on_a_line_outside_of_the_diff_go_to_the_nearest_that_is_in_it(self, shop: Shop) -> None:
        steps = "".join(f"        log({number})\n" for number in range(20))
        text = f"def pay(order):\n    with lock(order):\n{steps}        charge(order, 1)\n"
        shop.repo.commit("Take longer", {"pay.py": text})
        pull = shop.pull({"pay.py": text.replace("with lock(order)", "if order")})

        shop.review(pull)

        [comment] = ours(pull)
        assert comment.line == 2
        assert "pay.py:23" in comment.body

    @pytest.mark.parametrize(("fail_on", "failing"), [("comment", 2), ("block", 1), ("never", 0)], ids=str)
    def test_say_what_fails_the_check(self, shop: Shop, fail_on: str, failing: int) -> None:
        pull = shop.pull({"app.py": BAD, "pay.py": UNLOCKED})

        shop.review(pull, "--fail-on", fail_on, expect=int(failing > 0))

        assert sum("The check fails until" in comment.body for comment in ours(pull)) == failing
        assert ("The check fails" in summaries(pull)[0].body) is bool(failing)
