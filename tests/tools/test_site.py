"""The web site of the lessons: complete, well formed, harmless, readable, and the same every time."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest

from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Lesson
from tools.lesson_facts import languages
from tools.site.build import site_pages
from tools.survey_record import read_survey

ROOT = Path(__file__).parents[2]
SITE = ROOT / "tools/site"
LESSONS = load_folder(ROOT / "lessons", name="lessons").lessons
SOURCES = {lesson.incident: (ROOT / lesson.path).read_text(encoding="utf-8") for lesson in LESSONS}
SURVEY = read_survey(ROOT / "docs/survey.json")
STYLE = (SITE / "style.css").read_text(encoding="utf-8")
SCRIPT = (SITE / "script.js").read_text(encoding="utf-8")
HOSTILE = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)></pre></style></title>`<b>`{{ 7 * 7 }}\u202e"
)


@pytest.fixture(scope="module")
def pages() -> Mapping[str, str]:
    return site_pages(LESSONS, SOURCES, survey=SURVEY)


@pytest.fixture(scope="module")
def documents(pages: Mapping[str, str]) -> Mapping[str, Element]:
    return _parsed(pages)


def _parsed(pages: Mapping[str, str]) -> dict[str, Element]:
    """Parse the pages as strictly as the standard; the first fault raises."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return {name: parser.parse(text) for name, text in pages.items() if name.endswith(".html")}


def _text(element: Element | None) -> str:
    return "".join(element.itertext()) if element is not None else ""


def test_every_lesson_has_a_page_and_its_file(
    pages: Mapping[str, str], documents: Mapping[str, Element]
) -> None:
    assert LESSONS
    for lesson in LESSONS:
        document = documents[f"lessons/{lesson.incident}.html"]
        assert _text(document.find(".//h1")) == lesson.title
        assert _text(document.find(".//*[@id='file']")) == SOURCES[lesson.incident]
        assert pages[f"lessons/{lesson.incident}.yaml"] == SOURCES[lesson.incident]
        assert f"classes/{lesson.failure_class}.html" in documents


def test_every_page_is_a_whole_document(documents: Mapping[str, Element]) -> None:
    for document in documents.values():
        assert document.get("lang") == "en"
        assert _text(document.find("head/title"))
        assert [len(document.findall(f".//{tag}")) for tag in ("h1", "main", "footer")] == [1, 1, 1]
        ids = [element.get("id") for element in document.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        labels = {label.get("for") for label in document.iter("label")}
        fields = {field.get("id") for tag in ("input", "select") for field in document.iter(tag)}
        assert fields == labels


def test_links_lead_to_other_pages_or_to_the_web(
    pages: Mapping[str, str], documents: Mapping[str, Element]
) -> None:
    options = documents["index.html"].findall(".//select[@name='language']/option")
    offered = {option.get("value") for option in options}
    for name, document in documents.items():
        ids = {element.get("id") for element in document.iter()}
        for link in document.iter("a"):
            target = urlsplit(link.get("href", ""))
            if target.scheme:
                assert target.scheme in {"https", "http"}
            elif target.path:
                assert not target.path.startswith("/")
                assert posixpath.normpath(f"{name}/../{unquote(target.path)}") in pages
                assert unquote(target.query).partition("language=")[2] in offered
            else:
                assert target.fragment in ids


def test_a_page_allows_its_own_style_and_script_and_nothing_else(documents: Mapping[str, Element]) -> None:
    for document in documents.values():
        policy = document.find(".//meta[@http-equiv]")
        assert policy is not None
        [script], [style] = document.findall(".//script"), document.findall(".//style")
        assert policy.get("content") == (
            f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )
        names = {name for element in document.iter() for name in element.attrib}
        assert {
            name for name in names if name.startswith("on") or name in {"style", "src", "srcset"}
        } == set()


def _digest(element: Element) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(_text(element).encode()).digest()).decode()}"


def test_the_index_says_of_each_lesson_what_the_filter_asks_for(documents: Mapping[str, Element]) -> None:
    index = documents["index.html"]
    shown = {item.find(".//h2/a"): item for item in index.iter("li") if item.get("data-text")}
    by_page = {link.get("href"): item for link, item in shown.items() if link is not None}
    for lesson in LESSONS:
        item = by_page[f"lessons/{lesson.incident}.html"]
        assert item.get("data-class") == lesson.failure_class
        assert item.get("data-languages") == ",".join(languages(lesson)).lower()
        text = item.get("data-text", "")
        assert text == text.lower()
        for said in (lesson.incident, lesson.title, lesson.invariant):
            assert " ".join(said.lower().split()) in text
    for name, asked in (("class", "data-class"), ("language", "data-languages")):
        offered = {option.get("value") for option in index.findall(f".//select[@name='{name}']/option")}
        given = {value for item in by_page.values() for value in item.get(asked, "").split(",")}
        assert offered == {"", *given}


def test_without_a_script_all_lessons_are_shown_and_no_form(documents: Mapping[str, Element]) -> None:
    index = documents["index.html"]
    form = index.find(".//form")

    assert form is not None
    assert "hidden" in form.attrib
    assert len([item for item in index.iter("li") if "data-text" in item.attrib]) == len(LESSONS)
    assert [item for item in index.iter("li") if "hidden" in item.attrib] == []


def test_the_same_lessons_give_the_same_pages(pages: Mapping[str, str]) -> None:
    assert site_pages(LESSONS[::-1], SOURCES, survey=SURVEY) == pages


def _hostile() -> Lesson:
    example = replace(
        LESSONS[0].examples[0], bad=HOSTILE, good=f"{HOSTILE}\n", note=HOSTILE, path=HOSTILE, language="bash"
    )
    return replace(
        LESSONS[0],
        title=HOSTILE,
        failure_mode=HOSTILE,
        root_cause=HOSTILE,
        mitigation=HOSTILE,
        invariant=HOSTILE,
        postmortem="javascript:alert(1)",
        sources=("javascript:alert(2)", f"https://example.com/{HOSTILE}"),
        examples=(example,),
    )


def test_hostile_text_is_shown_and_does_nothing() -> None:
    lesson = _hostile()
    pages = site_pages([lesson], {lesson.incident: HOSTILE}, survey=SURVEY)
    harmless = site_pages(LESSONS[:1], SOURCES, survey=SURVEY)
    known = {element.tag for document in _parsed(harmless).values() for element in document.iter()}

    documents = _parsed(pages)
    for document in documents.values():
        assert {element.tag for element in document.iter()} <= known
        assert _text(document.find(".//script")) == SCRIPT
        assert {urlsplit(link.get("href", "")).scheme for link in document.iter("a")} <= {"", "https"}
        attributes = {name for element in document.iter() for name in element.attrib}
        assert not [name for name in attributes if name.startswith("on")]
    page = documents[f"lessons/{lesson.incident}.html"]
    spelled = HOSTILE.replace("\u202e", r"\u202e")
    assert _text(page.find(".//h1")) == spelled
    assert [_text(code).rstrip("\n") for code in page.findall(".//figure//code")] == [spelled, spelled]
    assert "javascript:alert(1)" in _text(page)


def test_a_file_that_is_not_a_known_language_is_shown_as_it_is() -> None:
    example = replace(LESSONS[0].examples[0], bad="<x>", good=None, language="no such language")
    lesson = replace(LESSONS[0], examples=(example,))

    page = _parsed(site_pages([lesson], SOURCES, survey=SURVEY))[f"lessons/{lesson.incident}.html"]

    assert _text(page.find(".//figure//code")) == "<x>\n"


def test_make_site_runs_the_program_which_writes_all_files(tmp_path: Path, pages: Mapping[str, str]) -> None:
    argv = [sys.executable, "-m", "tools.site.build", "--output", str(tmp_path)]

    said = subprocess.run(argv, cwd=ROOT, capture_output=True, check=True, text=True)

    assert f"wrote {len(pages)} files" in said.stdout
    assert "\t@$(BIN)/python -m tools.site.build\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
    written = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.relative_to(tmp_path).as_posix(): path.read_text("utf-8") for path in written} == pages
    assert [path for path in written if str(ROOT) in path.read_text("utf-8")] == []


# How it looks ----------------------------------------------------------------------------------


def _themes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, flags=re.DOTALL)
    colours = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in (light, dark)]
    return {"light": colours[0], "dark": colours[1]}


def _luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_has_the_contrast_that_reading_takes(theme: str) -> None:
    colours = _themes()[theme]
    prose = itertools.product(("ink", "quiet", "link"), ("paper", "card", "tint", "code"))
    code = itertools.product(
        ("ink", "word", "text", "name", "value", "note"), ("code", "wrong-back", "right-back")
    )
    for text, back in [*prose, *code, ("wrong", "wrong-back"), ("right", "right-back")]:
        dark, light = sorted((_luminance(colours[text]), _luminance(colours[back])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, back)


def test_both_themes_have_all_colours_and_the_style_names_no_other() -> None:
    themes = _themes()

    assert themes["light"].keys() == themes["dark"].keys()
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLE)) <= themes["light"].keys()
    assert "url(" not in STYLE
    assert "prefers-reduced-motion" in STYLE


# The search ------------------------------------------------------------------------------------


def _evaluate(expression: str) -> object:
    """Let Node evaluate an expression after the script, which does nothing where there is no page."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed, so the script of the site is not tried")
    program = f"{SCRIPT}\nconsole.log(JSON.stringify({expression}));"
    said = subprocess.run([node, "-e", program], capture_output=True, check=True, text=True)
    return json.loads(said.stdout)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", [0, 1]),
        ("?q=redis", [0]),
        ("?q=POOL%20redis", [0]),
        ("?q=pool+lock", []),
        ("?class=lock-queue", [1]),
        ("?language=sql", [1]),
        ("?language=c", []),
        ("?language=C%2B%2B", [1]),
        ("?q=pool&class=lock-queue", [1]),
        ("?q=redis&language=sql", []),
    ],
)
def test_a_search_finds_lessons_that_have_all_of_it(search: str, found: list[int]) -> None:
    lessons = [
        {"text": "redis pool", "class": "dirty-connection", "languages": ["python"]},
        {"text": "postgres pool", "class": "lock-queue", "languages": ["sql", "c++"]},
    ]
    asked = f"askedIn({json.dumps(search)})"
    wanted = f"{json.dumps(lessons)}.map((lesson, at) => isWanted(lesson, {asked}) ? at : -1)"

    assert _evaluate(f"{wanted}.filter((at) => at >= 0)") == found


@pytest.mark.parametrize(
    ("asked", "search"),
    [
        ({"q": "", "class": "", "language": ""}, ""),
        ({"q": " ", "class": "", "language": ""}, ""),
        ({"q": "a b&c", "class": "x-y", "language": "c++"}, "?q=a+b%26c&class=x-y&language=c%2B%2B"),
    ],
)
def test_the_address_carries_what_is_asked_for(asked: dict[str, str], search: str) -> None:
    assert _evaluate(f"searchFor({json.dumps(asked)})") == search
    assert _evaluate(f"askedIn({json.dumps(search)})") == {key: value.strip() for key, value in asked.items()}
