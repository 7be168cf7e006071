"""Write the library of lessons in Markdown: a page for each lesson, and the tables of `docs/library.md`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from lessonguard.lessons.library import load_folder
from lessonguard.lessons.model import Lesson
from lessonguard.output.escape import code_span, fence, link, markdown_prose, markdown_text
from lessonguard.output.lesson import detection_gap
from lessonguard.output.phrases import story_parts
from tools.generated_parts import fill
from tools.lesson_facts import (
    MODES,
    Pair,
    address,
    commit_url,
    languages,
    languages_of_rule,
    organisation,
    pairs,
    provenance,
)
from tools.survey_record import Finds, Survey, read_survey

_SHORT = 10  # digits of a commit
_NUMBERS = ("matches", "repositories", "judged right", "lessons run")


def library_documents(root: Path) -> dict[str, str | None]:
    """Return the document of the library and the pages of its lessons, by path.

    The text is None for a page that has no lesson any more. Raise `ValueError` if a lesson is invalid.
    """
    library = load_folder(root / "lessons", name="lessons")
    if library.faults:
        raise ValueError("\n".join(fault.text for fault in library.faults))
    survey = read_survey(root / "docs/survey.json")
    document = (root / "docs/library.md").read_text(encoding="utf-8")
    return {
        **{path.relative_to(root).as_posix(): None for path in sorted(root.glob("docs/library/*.md"))},
        **{f"docs/library/{lesson.incident}.md": page(lesson, survey) for lesson in library.lessons},
        "docs/library.md": fill(document, tables(library.lessons, survey)),
    }


def tables(lessons: Sequence[Lesson], survey: Survey) -> Mapping[str, str]:
    """Return the tables of the library, by the names of their places in the document."""
    return {
        "classes": _classes(lessons),
        "languages": _languages(lessons),
        "survey": _survey(lessons, survey),
        "repositories": _repositories(lessons, survey),
    }


def page(lesson: Lesson, survey: Survey) -> str:
    """Return the page of a lesson; it links to `docs/library.md` and to the lesson file."""
    parts = [
        f"<!-- Written by `make generate` from {lesson.path}. Edit that file instead. -->",
        f"# {markdown_text(lesson.title)}",
        " · ".join(_facts(lesson)),
        *(f"**{label}.** {markdown_prose(text)}" for label, text in story_parts(lesson)),
        f"**Invariant.** {markdown_prose(lesson.invariant)}",
        *_examples(pairs(lesson)),
        "## Sources",
        "\n".join(f"- {item}" for item in _origin(lesson)),
        *_on_real_code(survey.lessons.get(lesson.incident), survey),
    ]
    return "\n\n".join(parts) + "\n"


# The page of a lesson --------------------------------------------------------------------------


def _facts(lesson: Lesson) -> Iterator[str]:
    yield "[All lessons](../library.md)"
    yield from filter(None, [markdown_text(organisation(lesson))])
    yield f"{lesson.date.isoformat()} · {lesson.severity.value} · {code_span(lesson.failure_class)}"
    yield ", ".join(map(markdown_text, languages(lesson)))


def _examples(found: Sequence[Pair]) -> Iterator[str]:
    for pair in found[:1]:
        yield from _example(pair, "## {}")
    if more := found[1:]:
        yield f"<details>\n<summary>More examples that the rules are proven on ({len(more)})</summary>"
        for pair in more:
            yield "---"
            yield from _example(pair, "**{}**")
        yield "</details>"


def _example(pair: Pair, title: str) -> Iterator[str]:
    place = f"In a file such as {code_span(pair.path)}." if pair.path else ""
    said = " ".join(filter(None, [markdown_prose(pair.note), place]))
    for words, code in (("Wrong", pair.wrong), ("Right", pair.right)):
        if code:
            yield title.format(words)
            yield from filter(None, [said])
            yield fence(code.split("\n"), language=pair.syntax)
            said = ""


def _origin(lesson: Lesson) -> Iterator[str]:
    if lesson.postmortem:
        yield f"Postmortem: {_linked(lesson.postmortem)}"
    yield from (f"Source: {_linked(source)}" for source in lesson.sources)
    if gap := detection_gap(lesson.timeline):
        yield f"Timeline: {gap}"
    yield f"Code: {provenance(lesson)}"
    if proof := lesson.proof:
        broken, fixed = (_commit(proof.repository, commit) for commit in (proof.broken, proof.fixed))
        where = f" of {_linked(proof.repository)}" if proof.repository else ""
        yield f"Proof on real commits: finds the code at {broken}{where}, and nothing after the fix, {fixed}."
    yield f"Mode: `{lesson.mode.value}`: {MODES[lesson.mode]}."
    for rule in lesson.rules:
        yield f"Rule: {code_span(rule.id)} for {', '.join(languages_of_rule(rule))}"
    yield f"Lesson file: [{markdown_text(lesson.path)}](../../{lesson.path})"


def _commit(repository: str | None, commit: str) -> str:
    shown, url = code_span(commit[:_SHORT]), commit_url(repository or "", commit)
    return link(shown, url) if url else shown


def _linked(url: str) -> str:
    return link(markdown_text(address(url)), url)


def _on_real_code(finds: Finds | None, survey: Survey) -> Iterator[str]:
    if finds:
        yield "## On real code"
        yield f"{finds.words} {markdown_prose(finds.note)}".rstrip()
        rows = [(*_repository(name, survey), str(count)) for name, count in finds.ranked]
        yield _table(("repository", "commit", "matches"), rows)


# The tables of all lessons ---------------------------------------------------------------------


def _classes(lessons: Sequence[Lesson]) -> str:
    rows = [
        (
            code_span(lesson.failure_class),
            f"[{markdown_text(lesson.title)}](library/{lesson.incident}.md)",
            f"{markdown_text(organisation(lesson))} {lesson.date.year}".strip(),
            ", ".join(languages(lesson)),
            f"`{lesson.mode.value}`",
        )
        for lesson in sorted(lessons, key=lambda lesson: (lesson.failure_class, lesson.date))
    ]
    return _table(("failure class", "lesson", "who and when", "languages", "mode"), rows)


def _languages(lessons: Sequence[Lesson]) -> str:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for lesson in lessons:
        for language in languages(lesson):
            found[language].append(_called(lesson))
    rows = [(language, ", ".join(found[language])) for language in sorted(found, key=str.lower)]
    return _table(("language or format", "lessons"), rows)


def _survey(lessons: Sequence[Lesson], survey: Survey) -> str:
    rows = [
        (_called(lesson), *_found(survey.lessons.get(lesson.incident))) for lesson in lessons if lesson.rules
    ]
    return _table(("lesson", "matches", "repositories", "judged right", "note"), rows)


def _found(finds: Finds | None) -> tuple[str, ...]:
    if not finds:
        return "—", "—", "—", ""
    sample = f"{finds.right} of {finds.judged}" if finds.judged else "—"
    return str(finds.total), str(len(finds.hits)), sample, markdown_prose(finds.note)


def _repositories(lessons: Sequence[Lesson], survey: Survey) -> str:
    rows = []
    for name in sorted(survey.repositories, key=str.lower):
        looked = [
            (lesson, finds.hits[name])
            for lesson in lessons
            if (finds := survey.lessons.get(lesson.incident)) and name in finds.hits
        ]
        found = [f"{_called(lesson)} {count}" for lesson, count in looked if count]
        rows.append((*_repository(name, survey), str(len(looked)), ", ".join(found)))
    return _table(("repository", "commit", "lessons run", "what they matched"), rows)


def _called(lesson: Lesson) -> str:
    return f"[{markdown_text(lesson.incident)}](library/{lesson.incident}.md)"


def _repository(name: str, survey: Survey) -> tuple[str, str]:
    """Return links to a repository and to the commit that was searched."""
    url, revision = f"https://github.com/{name}", survey.repositories[name]
    at = link(code_span(revision.commit[:_SHORT]), f"{url}/tree/{revision.commit}")
    return link(markdown_text(name), url), f"{at}, {revision.date}"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [titles, ["---:" if title in _NUMBERS else "---" for title in titles], *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
