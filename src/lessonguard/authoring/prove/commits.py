"""The files that the fix of an incident touched, before and after, as pieces of code to try a rule on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lessonguard.authoring.prove.incident import Incident, lessons_folder
from lessonguard.authoring.prove.result import Side
from lessonguard.authoring.prove.samples import Specimen, Subject
from lessonguard.git.changes import FileVersion, short
from lessonguard.semgrep.languages import Languages
from lessonguard.semgrep.targets import MAX_BYTES, Selector, too_large

_MOST_FILES = 500
"""A fix that touches more that a rule looks at is none: its two commits are far apart."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def incident_specimens(subject: Subject, incident: Incident, languages: Languages) -> tuple[Specimen, ...]:
    """Give the files that a rule looks at among those that the fix touched: broken, then fixed."""
    if incident.note:
        return ()
    if incident.problem:
        return (_cannot(subject, incident, incident.problem, hint=incident.hint),)
    found = tuple(_select(subject, incident, languages))
    if len(found) > 2 * _MOST_FILES:
        between = f"{short(incident.proof.broken)} and {short(incident.proof.fixed)}"
        problem = f"{len(found) // 2} files that the rule looks at differ between {between}"
        hint = 'name as "broken" the commit right before the fix'
        return (_cannot(subject, incident, problem, hint=hint),)
    if not any(specimen.side == "broken" for specimen in found):
        problem = "the fix touched no file that the rule looks at"
        return (_cannot(subject, incident, problem), *found)
    return found


def _select(subject: Subject, incident: Incident, languages: Languages) -> Iterator[Specimen]:
    selector = Selector([subject.asked], languages, folder=lessons_folder(subject.lesson))
    sides: tuple[tuple[Side, str], ...] = (
        ("broken", incident.proof.broken),
        ("fixed", incident.proof.fixed),
    )
    for side, commit in sides:
        for number, file in enumerate(incident.files):
            version = file.base if side == "broken" else file.head
            if version and selector.wants(version):
                made = Specimen(
                    side=side,
                    what=f"{version.path} at {short(commit)}",
                    line=incident.proof.line,
                    language=subject.rule.languages[0],
                    analyzers=frozenset(),
                    path=version.path,
                    commit=commit,
                    group=number,
                )
                for specimen in _looked_at(made, version, incident, selector=selector):
                    yield _in_language(specimen, subject, languages)


def _looked_at(
    specimen: Specimen, version: FileVersion, incident: Incident, *, selector: Selector
) -> Iterator[Specimen]:
    """Give a file with its content, if the rule looks at it; or with the reason why it cannot."""
    text = incident.texts[version.blob]
    if isinstance(text, int):
        yield replace(specimen, problem=too_large(text, MAX_BYTES))
        return
    selection = selector.select([(version, text.removeprefix(_BYTE_ORDER_MARK))])
    for unchecked in selection.unchecked:
        yield replace(specimen, problem=unchecked.reason)
    for target in selection.targets:
        yield replace(specimen, path=target.path, content=target.content, analyzers=target.analyzers)


def _in_language(specimen: Specimen, subject: Subject, languages: Languages) -> Specimen:
    """Name the language that the file is read as; where it is several, the first of the rule's."""
    rows = ((name, languages.named(name)) for name in subject.rule.languages)
    read_as = (name for name, row in rows if row and row.id in specimen.analyzers)
    return replace(specimen, language=next(read_as, specimen.language))


def _cannot(subject: Subject, incident: Incident, problem: str, *, hint: str = "") -> Specimen:
    return Specimen(
        side="broken",
        what=f"commits {short(incident.proof.broken)} → {short(incident.proof.fixed)}",
        line=incident.proof.line,
        language=subject.rule.languages[0],
        analyzers=frozenset(),
        path="",
        commit=incident.proof.broken,
        problem=problem,
        hint=hint,
    )
