"""Build a static web site of a folder of lessons, to browse and to search.

    python -m tools.site.build --lessons lessons --survey docs/survey.json --output build/site

The templates escape all text of lessons. Every page contains its style and its script and allows no others,
so that it also works when opened from a file. The same lessons give the same bytes.
"""

from __future__ import annotations

import argparse
import base64
import difflib
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import TextLexer, get_lexer_by_name
from pygments.util import ClassNotFound

from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import IncidentId, Lesson
from lessonguard.output.escape import visible
from lessonguard.output.lesson import detection_gap
from tools.lesson_facts import MODES, address, commit_url, languages, organisation, pairs, provenance
from tools.survey_record import Survey, read_survey

_HERE = Path(__file__).parent
_CODE = re.compile("`([^`]+)`")
_LIKE = 0.5  # the least similarity at which marking the differences of two pieces of code helps


def main() -> int:
    """Build the site; fail if a lesson is invalid."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lessons", type=Path, default=Path("lessons"))
    parser.add_argument("--survey", type=Path, default=Path("docs/survey.json"))
    parser.add_argument("--output", type=Path, default=Path("build/site"))
    arguments = parser.parse_args()
    library = load_folder(arguments.lessons, name="lessons")
    for fault in library.faults:
        print(fault.text, file=sys.stderr)
    sources = {
        lesson.incident: (arguments.lessons / PurePosixPath(lesson.path).relative_to("lessons")).read_text(
            "utf-8"
        )
        for lesson in library.lessons
    }
    pages = site_pages(library.lessons, sources, survey=read_survey(arguments.survey))
    for name, text in pages.items():
        path = arguments.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {len(pages)} files; open {arguments.output / 'index.html'}")
    return int(bool(library.faults))


def site_pages(
    lessons: Sequence[Lesson], sources: Mapping[IncidentId, str], *, survey: Survey
) -> dict[str, str]:
    """Return the files of the site by path; `sources` are the texts of the lesson files, by incident."""
    newest = sorted(lessons, key=lambda lesson: (lesson.date, lesson.incident), reverse=True)
    by_class = {
        name: [lesson for lesson in newest if lesson.failure_class == name]
        for name in sorted({lesson.failure_class for lesson in lessons})
    }
    site = _environment()
    pages = {"index.html": _index(site, newest, by_class)}
    for name, of_class in by_class.items():
        pages[f"classes/{name}.html"] = site.get_template("class.html").render(
            up="../", name=name, lessons=of_class
        )
    for lesson in newest:
        pages[f"lessons/{lesson.incident}.yaml"] = sources[lesson.incident]
        pages[f"lessons/{lesson.incident}.html"] = site.get_template("lesson.html").render(
            up="../",
            lesson=lesson,
            source=sources[lesson.incident],
            finds=survey.lessons.get(lesson.incident),
            repositories=survey.repositories,
            others=[other for other in by_class[lesson.failure_class] if other is not lesson],
        )
    return pages


def _index(site: Environment, lessons: Sequence[Lesson], by_class: Mapping[str, Sequence[Lesson]]) -> str:
    return site.get_template("index.html").render(
        up="",
        lessons=lessons,
        classes={name: len(of_class) for name, of_class in by_class.items()},
        all_languages=_counts(name for lesson in lessons for name in languages(lesson)),
        organisations=set(filter(None, map(organisation, lessons))),
    )


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: item[0].lower()))


# The templates ---------------------------------------------------------------------------------


def _environment() -> Environment:
    style, script = ((_HERE / name).read_text("utf-8") for name in ("style.css", "script.js"))
    site = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    site.filters.update(coloured=_coloured, prose=_prose, searched=_searched, shown=_shown)
    site.tests["web"] = lambda url: url.startswith(("https://", "http://"))
    site.globals.update(
        {function.__name__: function for function in (address, commit_url, languages, organisation)},
        pairs=pairs,
        provenance=provenance,
        gap=detection_gap,
        modes=MODES,
        style=Markup(style),  # noqa: S704 - a file of this folder
        script=Markup(script),  # noqa: S704 - the same
        style_hash=_digest(style),
        script_hash=_digest(script),
    )
    return site


def _digest(text: str) -> str:
    """Return the hash of a style or a script, as a content security policy writes it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(value: object) -> object:
    """Return text with invisible and control characters spelled out, except line breaks and tabs."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in value.split("\n"))


def _prose(text: str) -> Markup:
    """Return escaped prose; text in backticks becomes code."""
    parts = _CODE.split(str(_shown(" ".join(text.split()))))
    return Markup().join(
        Markup("<code>{}</code>").format(part) if index % 2 else part for index, part in enumerate(parts)
    )


def _coloured(code: str, syntax: str, other: str = "") -> Markup:
    """Return coloured code, with marks on the lines that differ from a similar piece of code."""
    formatter = HtmlFormatter(nowrap=True, hl_lines=_changed(code.split("\n"), other.split("\n")))
    return Markup(highlight(code, _lexer(syntax), formatter))  # noqa: S704 - Pygments escapes


def _changed(lines: Sequence[str], others: Sequence[str]) -> list[int]:
    matcher = difflib.SequenceMatcher(None, lines, others, autojunk=False)
    if matcher.ratio() < _LIKE:
        return []
    changes = [codes for codes in matcher.get_opcodes() if codes[0] != "equal"]
    return [number + 1 for _, start, end, _, _ in changes for number in range(start, end)]


def _lexer(syntax: str) -> Lexer:
    try:
        lexer: Lexer = get_lexer_by_name(syntax, stripnl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False)
    return lexer


def _searched(lesson: Lesson) -> str:
    """Return the text that the search looks in, in lower case, on one line."""
    told = (lesson.title, lesson.failure_mode, lesson.root_cause, lesson.mitigation, lesson.invariant)
    named = (lesson.incident, organisation(lesson), lesson.failure_class, *languages(lesson))
    return " ".join(" ".join((*named, *told)).lower().split())


if __name__ == "__main__":
    sys.exit(main())
