"""Facts about a lesson for its pages in Markdown and HTML: organisation, languages, pairs of examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from pygments.lexers import find_lexer_class_for_filename

from lessonguard.lessons.model import Example, Lesson, Mode, Rule
from lessonguard.record import record

ANY_TEXT = ("generic", "regex")
"""Semgrep's languages for rules that search any text."""

MODES: Mapping[Mode, str] = {
    Mode.MONITOR: "findings are recorded, but not shown on pull requests",
    Mode.COMMENT: "findings are shown on the pull request",
    Mode.BLOCK: "findings are shown on the pull request, and fail the check",
}

_ORGANISATION = re.compile(r"(?P<name>[a-z][a-z0-9-]*?)-(?:19|20)\d\d(?:-|$)")
_WRITTEN = {
    "azure": "Microsoft Azure",
    "circleci": "CircleCI",
    "datatalks": "DataTalks.Club",
    "eve": "EVE Online",
    "github": "GitHub",
    "gitlab": "GitLab",
    "gocardless": "GoCardless",
    "heartbleed": "OpenSSL",
    "incidentio": "incident.io",
    "knight": "Knight Capital",
    "letsencrypt": "Let's Encrypt",
    "openai": "OpenAI",
    "sapcc": "sapcc",
    "stackexchange": "Stack Exchange",
    "thedao": "The DAO",
    "tj-actions": "tj-actions",
    "travis": "Travis CI",
}
"""Names that are not simply the capitalized ID."""

_LANGUAGES = {
    key: name
    for name, keys in {
        "Bash": "bash sh",
        "C": "c",
        "C#": "c# csharp",
        "C++": "c++ cpp",
        "Dockerfile": "docker dockerfile",
        "Go": "go golang",
        "HTML": "html",
        "JavaScript": "js javascript",
        "JSON": "json",
        "Kotlin": "kt kotlin",
        "OCaml": "ocaml",
        "PHP": "php",
        "Python": "py python python2 python3",
        "Terraform": "hcl terraform tf",
        "TypeScript": "ts typescript",
        "XML": "xml",
        "YAML": "yaml",
    }.items()
    for key in keys.split()
}
_FORMATS = (
    (r"nginx", "nginx"),
    (r"haproxy", "HAProxy"),
    (r"(?i)dockerfile", "Dockerfile"),
    (r"\.(bash|sh)$", "Bash"),
    (r"\.[ch]$", "C"),
    (r"\.(cc|cpp|cxx|hpp)$", "C++"),
    (r"\.(cfg|cnf|conf|ini|rules)$", "Configuration"),
    (r"\.go$", "Go"),
    (r"\.iss$", "Inno Setup"),
    (r"\.js$", "JavaScript"),
    (r"\.json$", "JSON"),
    (r"\.nsi$", "NSIS"),
    (r"\.mm?$", "Objective-C"),
    (r"\.php$", "PHP"),
    (r"\.proto$", "Protocol Buffers"),
    (r"\.py$", "Python"),
    (r"\.rb$", "Ruby"),
    (r"\.sql$", "SQL"),
    (r"\.tf$", "Terraform"),
    (r"\.ts$", "TypeScript"),
    (r"\.ya?ml$", "YAML"),
)
"""The format that a rule for any text reads: the first whose pattern is found in a glob of its `paths`."""


@record
class Pair:
    """Wrong code and the same code put right; either may be missing. `syntax` is a Pygments lexer."""

    note: str
    path: str
    syntax: str
    wrong: str
    right: str

    @property
    def is_whole(self) -> bool:
        """Return whether both are there."""
        return bool(self.wrong and self.right)


def organisation(lesson: Lesson) -> str:
    """Return who had the incident, if its ID begins with that name and the year; else an empty text."""
    found = _ORGANISATION.match(lesson.incident)
    name = found["name"] if found else ""
    return _WRITTEN.get(name, name.replace("-", " ").title())


def languages(lesson: Lesson) -> tuple[str, ...]:
    """Return the languages and formats that the rules read, as people write them, sorted."""
    return tuple(sorted({name for rule in lesson.rules for name in languages_of_rule(rule)}, key=str.lower))


def languages_of_rule(rule: Rule) -> Iterator[str]:
    """List the languages of a rule, or the formats of the files that a rule for any text includes."""
    yield from (_LANGUAGES.get(key, key.capitalize()) for key in rule.languages if key not in ANY_TEXT)
    if set(rule.languages) & set(ANY_TEXT):
        included = (rule.document.get("paths") or {}).get("include", ())
        found = [next((name for mark, name in _FORMATS if re.search(mark, glob)), "") for glob in included]
        yield from dict.fromkeys(filter(None, found)) or ["Any text"]


def pairs(lesson: Lesson) -> tuple[Pair, ...]:
    """Return the examples of the lesson; the first one that has both sides comes first."""
    rules = {rule.id: rule for rule in lesson.rules}
    found = [
        Pair(
            note=example.note or "",
            path=example.path or "",
            syntax=_syntax(example, rules.get(example.rule or lesson.rules[0].id)),
            wrong=(example.bad or "").rstrip(),
            right=(example.good or "").rstrip(),
        )
        for example in lesson.examples
        if lesson.rules and (example.bad or example.good)
    ]
    return tuple(sorted(found, key=lambda pair: pair is not next(filter(_is_whole, found), None)))


def provenance(lesson: Lesson) -> str:
    """Return a sentence on whether the examples are the code of the incident, according to their notes."""
    notes = [(example.note or "").lower() for example in lesson.examples if example.bad]
    marked = ["reconstruct" in note for note in notes]
    if all(marked):
        return "All code on this page is reconstructed from the report." if marked else ""
    start = "Some of the code is reconstructed; its notes say so. " if any(marked) else ""
    return f"{start}Code is from the incident only if its note says so; the rest shows the same mistake."


def commit_url(repository: str, commit: str) -> str:
    """Return the URL of a commit's page, if the host is known to have such pages; else an empty text."""
    is_known = repository.startswith(("https://github.com/", "https://gitlab.com/"))
    return f"{repository.removesuffix('.git')}/commit/{commit}" if is_known else ""


def address(url: str) -> str:
    """Return a URL without its scheme and `www.`, as people write it."""
    return re.sub(r"^https?://(?:www\.)?", "", url).rstrip("/")


def _is_whole(pair: Pair) -> bool:
    return pair.is_whole


def _syntax(example: Example, rule: Rule | None) -> str:
    key = example.language or (rule.languages[0] if rule else "")
    if key and key not in ANY_TEXT:
        return key
    if "nginx" in (example.path or ""):
        return "nginx"
    lexer = find_lexer_class_for_filename(PurePosixPath(example.path or "").name, example.bad or example.good)
    return str(lexer.aliases[0]).replace("tsql", "sql") if lexer else "text"
