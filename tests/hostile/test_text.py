"""Hostile pull requests: none of their text becomes markup, a mention, a link or a marker.

SECURITY.md names each of these tests next to its promise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import unescape

from lessonguard.review.markers import FindingMark, read_mark
from tests.support.code import BAD
from tests.support.gfm import LINKING, Page, assert_harmless, github_html
from tests.support.hostile import MARKER, bodies, file_names, literal, teach, unmarked_bodies
from tests.support.hub.pull import Pull
from tests.support.report import HOSTILE
from tests.support.shop import Shop, ours, summaries

CAPTURING = """\
rules:
  - languages: [python]
    message: The call of $METHOD with $URL has no timeout.
    fix: requests.$METHOD($URL, timeout=5)
    pattern: requests.$METHOD($URL)
"""
_TABLE = {"table", "thead", "tbody", "tr", "th", "td", "b"}


def call(text: str) -> bytes:
    return b"import requests\n\nrequests.get(" + literal(text) + b")\n"


def assert_all_harmless(shop: Shop, *texts: str) -> None:
    for text in texts:
        assert_harmless(text, addresses=[f"{shop.hub.server_url}/acme/shop/"])


def assert_harmless_summary(text: str, addresses: Sequence[str] = ()) -> None:
    page = Page(text)
    assert {
        fault for fault in page.faults if fault not in {f"<{tag}> is not ours" for tag in _TABLE}
    } == set()
    assert [words for words in page.prose if LINKING.search(words)] == []
    assert [address for address in page.addresses if not address.startswith(tuple(addresses))] == []


def test_names_of_files_are_only_shown(shop: Shop) -> None:
    pull = shop.pull(dict.fromkeys(file_names(), "import requests\nrequests.get(u)\n"))

    reviewed = shop.review(pull, "--max-comments", "100", expect=1)

    assert len(ours(pull)) >= len(HOSTILE) - 1
    assert_all_harmless(shop, *unmarked_bodies(pull))
    assert_harmless_summary(reviewed.run.summary)


def test_code_is_only_shown(shop: Shop) -> None:
    pull = shop.pull({f"m{index}.py": call(text) for index, text in enumerate(HOSTILE)})

    reviewed = shop.review(pull, "--max-comments", "100", expect=1)

    assert len(ours(pull)) == len(HOSTILE)
    assert_all_harmless(shop, *unmarked_bodies(pull))
    assert_harmless_summary(reviewed.run.summary)


def test_what_rules_capture_is_only_shown(shop: Shop) -> None:
    teach(shop, "TIMEOUT", rules=CAPTURING)
    pull = shop.pull({f"m{index}.py": call(text) for index, text in enumerate(HOSTILE)})

    reviewed = shop.review(pull, "--max-comments", "100", expect=1)

    told = [comment.body for comment in ours(pull)]
    assert len(told) == len(HOSTILE)
    assert all("has no timeout" in body for body in told)
    assert_all_harmless(shop, *unmarked_bodies(pull))
    assert_harmless_summary(reviewed.run.summary)


def evil_lesson(number: int, text: str) -> str:
    """Write a lesson, valid or nearly so, in which all that can be text is this one."""
    said = json.dumps(f"The payments host went down with {text} for all workers and their orders.")
    keys = ("title", "failure-mode", "root-cause", "mitigation", "invariant")
    rule = {"languages": ["python"], "pattern": "requests.$M(...)", "message": f"Look: {text}"}
    return "\n".join(
        [
            f"incident: EVIL-{number}",
            "date: 2026-05-14\nseverity: P1\nfailure-class: missing-timeout",
            *(f"{key}: {said}" for key in keys),
            f"rules: {json.dumps([rule])}",
            f"examples: {json.dumps([{'bad': f'requests.get(u) # {text}', 'good': f'x = 1 # {text}'}])}",
            f"{json.dumps(text)}: 1\n" if number % 4 == 0 else "",
        ]
    )


def test_lessons_of_the_change_are_only_shown(shop: Shop) -> None:
    texts = [text for text in HOSTILE if text != "\udcff"]
    lessons = {f"lessons/{number}.yaml": evil_lesson(number, text) for number, text in enumerate(texts)}
    pull = shop.pull({**lessons, "app.py": BAD})

    reviewed = shop.review(pull, "--preview", expect=2)

    assert "lessons in this change" in summaries(pull)[0].body
    for text in (*unmarked_bodies(pull), reviewed.run.summary):
        assert_harmless_summary(text, addresses=[f"{shop.hub.server_url}/acme/shop/"])


def accepting(reason: str) -> bytes:
    plain = " ".join(reason.split()).replace('"', "'")
    comment = f'  # lessonguard: accept TIMEOUT reason="A host of ours {plain}"\n'
    return BAD.rstrip("\n").encode() + comment.encode("utf-8", "surrogateescape")


def test_reasons_of_accept_comments_are_only_shown(shop: Shop) -> None:
    few = {f"few{index}.py": " ".join(HOSTILE[index::4])[:200] for index in range(4)}
    pull = shop.pull(dict.fromkeys(few, BAD))
    shop.review(pull, expect=1)
    all_of_them = few | {f"m{index}.py": text for index, text in enumerate(HOSTILE)}

    shop.push(pull, {name: accepting(reason) for name, reason in all_of_them.items()})
    reviewed = shop.review(pull)

    assert {comment.body[:28] for comment in ours(pull)} == {"✓ **Accepted:** A host of ou"}
    assert reviewed.run.outputs["accepted"] == str(len(all_of_them))
    assert_all_harmless(shop, *unmarked_bodies(pull))
    assert_harmless_summary(reviewed.run.summary)


def test_a_marker_in_code_names_or_reasons_is_not_taken_for_ours(shop: Shop) -> None:
    teach(shop, "TIMEOUT", rules=CAPTURING)
    code = b"import requests\n\nrequests.get(" + literal(f"\n{MARKER}\n") + b")\n"
    pull = shop.pull({f"a/\n{MARKER}\n.py": code, "b.py": BAD})
    shop.review(pull, expect=1)

    shop.push(pull, {"b.py": accepting(MARKER), "c.py": accepting(f"{MARKER} {MARKER}")})
    shop.review(pull, expect=1)

    for body in bodies(pull):
        assert body.count("<!--") == 1
        assert read_mark(body[: body.index("<!--")]) is None
    assert [mark.fingerprint for mark in marks(pull) if mark.lesson == "TIMEOUT"]
    assert "0123456789abcdef0123456789abcdef" not in {mark.fingerprint for mark in marks(pull)}
    assert shop.review(pull, expect=1).writes == []


UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\U000e0041\\udcff]|<!--"
)
"""What nobody sees in a suggestion before it is accepted with a click."""


def suggested(body: str) -> list[str]:
    found = re.findall(r'<pre lang="suggestion"><code>(.*?)</code></pre>', github_html(body), re.DOTALL)
    return [unescape(text).removesuffix("\n") for text in found]


def test_a_suggestion_contains_only_the_fix_of_the_rule_and_no_invisible_text(shop: Shop) -> None:
    teach(shop, "TIMEOUT", rules=CAPTURING)
    texts = {f"m{index}.py": text for index, text in enumerate(HOSTILE)}
    pull = shop.pull({name: call(text) for name, text in texts.items()})

    shop.review(pull, "--max-comments", "100", expect=1)

    for comment in ours(pull):
        fixed = [f"requests.get({literal(texts[comment.path]).decode('utf-8', 'replace')}, timeout=5)"]
        is_seen = not UNSEEN.search(texts[comment.path])
        assert suggested(comment.body) == (fixed if is_seen else [])
        assert (comment.start_line or comment.line) == 3
    assert any(suggested(comment.body) for comment in ours(pull))


def marks(pull: Pull) -> list[FindingMark]:
    found = (read_mark(comment.body) for comment in ours(pull))
    return [mark for mark in found if isinstance(mark, FindingMark)]
