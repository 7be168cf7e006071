"""Take the pictures of the documentation: a review on GitHub, in light and in dark.

The content is real: the script scans a repository, renders the review, converts its Markdown to HTML with
GitHub's own parser, and takes the picture in a headless browser. In addition to the packages of
`make lint`, it needs Chromium and GitHub's style sheet:

    npm install --prefix .venv/picture github-markdown-css
    .venv/bin/python tools/picture.py                 writes docs/comment.png and docs/comment-dark.png
    .venv/bin/python tools/picture.py --all FOLDER    writes pictures of all texts, wide and narrow
"""

from __future__ import annotations

import argparse
import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]  # it has no types
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]  # the same

from lessonguard.demo_repository import history
from lessonguard.git.repository import Repository
from lessonguard.git.revisions import branch_change
from lessonguard.review.comment import render_comment, render_resolved
from lessonguard.review.links import Links
from lessonguard.review.summary import render_further, render_review
from lessonguard.scan.finding import Acceptance, Finding, ScanReport, State
from lessonguard.scan.scan import ScanOptions, read_library, scan_change
from lessonguard.semgrep.installed import find_semgrep

_ROOT = Path(__file__).parents[1]
_LOOKS = _ROOT / ".venv/picture/node_modules/github-markdown-css"
_STYLE = Path(__file__).with_suffix(".css")
_WIDE, _NARROW = 900, 390  # CSS pixels
_COLUMN = 820  # in which GitHub shows a README
_CONTEXT = 4  # lines above a comment

_LESSON = """\
incident: INC-245
title: Checkout hung for 41 minutes when the payments API stalled
date: 2026-05-14
severity: P1
postmortem: https://wiki.example.com/INC-245
failure-class: missing-timeout
failure-mode: A call to the payments API had no timeout, so one stalled upstream held every worker.
root-cause: The HTTP client has no default timeout.
mitigation: Pass an explicit timeout; fall back to the queued path when it expires.
invariant: Every outbound HTTP call has a timeout.
mode: block
rules:
  - languages: [python]
    patterns:
      - pattern: requests.$M($...ARGUMENTS)
      - pattern-not: requests.$M(..., timeout=$T, ...)
    fix: requests.$M($...ARGUMENTS, timeout=5)
examples:
  - bad: requests.get(url)
    good: requests.get(url, timeout=5)
"""
_CLIENT = '''\
"""Talk to the payments API."""

import requests

from billing.model import Order, Receipt


def charge(order: Order) -> Receipt:
    reply = requests.post(f"{API}/charges", json=order.as_json(), timeout=5)
    return Receipt.parse(reply)
'''
_REFUND = """

def refund(order: Order) -> Receipt:
    reply = requests.post(f"{API}/refunds", json=order.as_json())
    return Receipt.parse(reply)


def status(order: Order) -> str:
    return requests.get(
        f"{API}/orders/{order.id}",
        headers={"Accept": "text/plain"},
    ).text
"""


def main(arguments: Sequence[str]) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    folder: Path | None = parser.parse_args(arguments).all
    if not _LOOKS.is_dir():
        print("GitHub's looks are missing; run: npm install --prefix .venv/picture github-markdown-css")
        return 1
    report = _report()
    if folder is None:
        for theme, name in (("light", "comment.png"), ("dark", "comment-dark.png")):
            _take(_best(report), theme=theme, width=_COLUMN, to=_ROOT / "docs" / name)
        return 0
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in _everything(report):
        for theme in ("light", "dark"):
            for width in (_WIDE, _NARROW):
                _take(page, theme=theme, width=width, to=folder / f"{name}-{theme}-{width}.png")
    return 0


# What is shown ---------------------------------------------------------------------------------


def _report() -> ScanReport:
    """Scan a change that repeats two incidents, one of them by removing a guard."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _git(folder, "init", "--quiet", "--initial-branch=main")
        guarded = {path: text for commit in history()[:3] for path, text in commit.files.items()}
        _commit(folder, {**guarded, "lessons/INC-245.yaml": _LESSON, "billing/client.py": _CLIENT})
        _git(folder, "checkout", "--quiet", "-b", "refunds")
        exposed = next(commit.files for commit in history() if commit.branch == "narrow-except")
        _commit(folder, {**exposed, "billing/client.py": _CLIENT + _REFUND})
        with Repository.open(folder) as repository:
            change = branch_change(repository, base="main", head="refunds")
            semgrep = find_semgrep()
            return scan_change(
                read_library(repository, change.tip, folder="lessons"),
                repository,
                change,
                engine=semgrep,
                languages=semgrep.languages,
                options=ScanOptions(today=date(2026, 9, 1)),
            )


def _commit(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    _git(folder, "add", "--all")
    _git(folder, "-c", "user.name=Sam", "-c", "user.email=sam@example.com", "commit", "--quiet", "-m", "x")


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True)


def _links(report: ScanReport) -> Links:
    return Links(server="https://github.com", repository="acme/shop", tip=report.base, head=report.head)


def _best(report: ScanReport) -> str:
    finding = report.findings[0]
    return _thread(finding, render_comment(finding, links=_links(report), is_exact=True))


def _everything(report: ScanReport) -> Iterator[tuple[str, str]]:
    links = _links(report)
    for number, finding in enumerate(report.findings):
        body = render_comment(finding, links=links, is_exact=True)
        yield f"comment-{number}", _thread(finding, body)
        yield f"comment-{number}-open", _thread(finding, body).replace("<details>", "<details open>")
        yield f"elsewhere-{number}", _thread(finding, render_comment(finding, links=links, is_exact=False))
    first = report.findings[0]
    body = render_comment(first, links=links, is_exact=True)
    accepted = replace(
        first, accepted=Acceptance(reason="own host, cannot stall", until=None, where="a.py:1")
    )
    moved = replace(first, state=State.MOVED, previous_path="billing/http.py")
    yield "fixed", _thread(first, render_resolved(body, how="fixed", finding=None, links=links))
    yield "accepted", _thread(first, render_resolved(body, how="accepted", finding=accepted, links=links))
    yield "carried", _thread(first, render_resolved(body, how="carried", finding=moved, links=links))
    commented = {finding.fingerprint for finding in report.findings}
    yield "review", _review(render_review(report, commented=commented, links=links))
    yield "review-unsaid", _review(render_review(report, commented=(), links=links))
    yield "review-clean", _review(render_review(replace(report, findings=()), commented=(), links=links))
    yield "further", _review(render_further(2, url="https://github.com/acme/shop/pull/7"))


# How GitHub shows it ---------------------------------------------------------------------------


def _thread(finding: Finding, body: str) -> str:
    """Show a comment below the end of the file's diff that it is about."""
    rows = "".join(_rows(finding))
    return (
        f'<div class="file"><div class="name">{html.escape(finding.path)}</div>'
        f'<table class="diff">{rows}</table>'
        f'<div class="thread">{_comment(finding, body)}<div class="reply">Reply…</div></div></div>'
    )


def _rows(finding: Finding) -> Iterator[str]:
    files = {path: text for commit in history() for path, text in commit.files.items()}
    text = files.get(finding.path, "") if finding.state is State.EXPOSED else _CLIENT + _REFUND
    text = text.replace("except BaseException:", "except OSError:")
    last = finding.lines[-1].number
    for number, line in enumerate(text.split("\n"), 1):
        if last - _CONTEXT - len(finding.lines) < number <= last:
            is_new = number > _CLIENT.count("\n") and finding.state is not State.EXPOSED
            kind, sign = ("new", "+") if is_new else ("", "")
            old = "" if is_new else str(number)
            yield (
                f'<tr class="{kind}"><td class="number">{old}</td><td class="number">{number}</td>'
                f'<td class="code"><i>{sign}</i>{_coloured(line)}</td></tr>'
            )


def _review(body: str) -> str:
    return f'<div class="review">{_author("reviewed")}<div class="markdown-body">{_html(body)}</div></div>'


def _comment(finding: Finding, body: str) -> str:
    shown = re.sub(
        r'<pre lang="suggestion"><code>(.*?)</code></pre>',
        lambda found: _suggested(finding, html.unescape(found[1])),
        _html(body),
        flags=re.DOTALL,
    )
    return f'<div class="comment">{_author("")}<div class="markdown-body">{shown}</div></div>'


def _author(verb: str) -> str:
    mark = (
        '<svg class="face" viewBox="0 0 24 24"><rect width="24" height="24" rx="6" fill="#1f6feb"/>'
        '<path d="M12 4.5 18 7v4.6c0 3.6-2.5 6.3-6 7.9-3.5-1.6-6-4.3-6-7.9V7z" fill="none" stroke="#fff" '
        'stroke-width="1.7"/><path d="m9.3 12 2 2 3.6-4" fill="none" stroke="#fff" stroke-width="1.7"/></svg>'
    )
    return (
        f'<div class="author">{mark}<b>github-actions</b><span class="badge">bot</span>'
        f"<span>{verb} 2 minutes ago</span></div>"
    )


def _suggested(finding: Finding, text: str) -> str:
    """Return HTML that looks like GitHub's box for a suggestion."""
    old = [("old", line.number, line.text) for line in finding.lines]
    first = finding.lines[0].number
    new = [("new", first + index, line) for index, line in enumerate(text.rstrip("\n").split("\n"))]
    rows = "".join(
        f'<tr class="{kind}"><td class="number">{number if kind == "old" else ""}</td>'
        f'<td class="number">{number if kind == "new" else ""}</td>'
        f'<td class="code"><i>{"-" if kind == "old" else "+"}</i>{_coloured(line)}</td></tr>'
        for kind, number, line in old + new
    )
    return (
        f'<div class="suggestion"><div class="title">Suggested change</div><table class="diff">{rows}</table>'
        '<div class="buttons"><span>Commit suggestion</span></div></div>'
    )


def _html(body: str) -> str:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_GITHUB_PRE_LANG
    page: str = cmarkgfm.github_flavored_markdown_to_html(body, options)
    return re.sub(
        r'(<pre lang="(python|diff)"><code>)(.*?)(</code></pre>)',
        lambda found: found[1] + _highlighted(html.unescape(found[3]), found[2]) + found[4],
        page,
        flags=re.DOTALL,
    )


def _highlighted(code: str, language: str) -> str:
    if language == "python":
        return "\n".join(map(_coloured, code.split("\n")))
    kinds = {"-": "removed", "+": "added"}
    return "\n".join(
        f'<span class="{kinds.get(line[:1], "same")}">{html.escape(line)}</span>' for line in code.split("\n")
    )


_TOKEN = re.compile(
    r"(?P<c>#.*)|(?P<s>[a-z]?\"[^\"]*\")|(?P<k>\b(?:def|return|import|from|await|async|try|except|finally|raise|"
    r"class|None)\b)|(?P<f>\w+(?=\())|(?P<n>\b\d+\b)"
)


def _coloured(line: str) -> str:
    """Colour a line of Python roughly as GitHub does."""
    parts, end = [], 0
    for found in _TOKEN.finditer(line):
        parts += [
            html.escape(line[end : found.start()]),
            f'<b class="{found.lastgroup}">{html.escape(found[0])}</b>',
        ]
        end = found.end()
    return "".join([*parts, html.escape(line[end:])])


# The picture -----------------------------------------------------------------------------------


def _take(page: str, *, theme: str, width: int, to: Path) -> None:
    """Take a picture of a whole page of this width, with two dots per CSS pixel."""
    sheets = (_LOOKS / f"github-markdown-{theme}.css", _STYLE)
    style = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    document = (
        f'<!doctype html><html class="{theme}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width={width}"><style>{style}</style>'
        f'<body style="width:{width}px"><main>{page}</main>'
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "page.html").write_text(document, encoding="utf-8")
        height = _height(folder)
        _chromium(folder, f"--screenshot={folder / 'page.png'}", f"--window-size={width},{height}")
        shutil.copyfile(folder / "page.png", to)
    print(f"wrote {to} ({to.stat().st_size // 1024} kB)")


def _height(folder: Path) -> int:
    """Return the height of the page, measured by the browser."""
    page = folder / "page.html"
    measured = page.read_text(encoding="utf-8") + (
        "<script>document.title = document.querySelector('main').getBoundingClientRect().height</script>"
    )
    page.with_name("measured.html").write_text(measured, encoding="utf-8")
    text = _chromium(folder, "--dump-dom", "--window-size=1200,800", page="measured.html")
    found = re.search(r"<title>([\d.]+)</title>", text)
    return max(int(float(found[1])) + 1, 300) if found else 800


def _chromium(folder: Path, *options: str, page: str = "page.html") -> str:
    program = shutil.which("chromium") or shutil.which("google-chrome") or "chromium-browser"
    quiet = (
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *("--hide-scrollbars", "--force-device-scale-factor=2", f"--user-data-dir={folder / 'profile'}"),
    )
    argv = [program, *quiet, *options, (folder / page).as_uri()]
    result = subprocess.run(argv, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120)
    return result.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
