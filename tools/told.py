"""What the pages about a lesson tell besides its texts, whatever they are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from pygments.lexers import find_lexer_class_for_filename

from lessonguard.lessons.model import Example, Lesson, Mode, Rule
from lessonguard.record import record

ANY_TEXT = ("generic", "regex")
"""What Semgrep calls the language of rules that read any text."""

MODES: Mapping[Mode, str] = {
    Mode.MONITOR: "what it finds is recorded, and not shown on pull requests",
    Mode.COMMENT: "what it finds is shown on the pull request",
    Mode.BLOCK: "what it finds is shown on the pull request, and fails the check",
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
"""Names that are not written as an ID in lower case with a capital in front."""

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
"""What a rule for any text reads, by the first pattern that is in a glob of its `paths`."""


@record
class Pair:
    """Code that is wrong, and the same put right; either may be missing. `syntax` is a name for Pygments."""

    note: str
    path: str
    syntax: str
    wrong: str
    right: str

    @property
    def is_whole(self) -> bool:
        """Tell whether both are there."""
        return bool(self.wrong and self.right)


def organisation(lesson: Lesson) -> str:
    """Name who had the incident, where its ID begins with that and the year; else give nothing."""
    found = _ORGANISATION.match(lesson.incident)
    name = found["name"] if found else ""
    return _WRITTEN.get(name, name.replace("-", " ").title())


def languages(lesson: Lesson) -> tuple[str, ...]:
    """Name the languages and formats that the rules read, as people write them, sorted."""
    return tuple(sorted({name for rule in lesson.rules for name in languages_of_rule(rule)}, key=str.lower))


def languages_of_rule(rule: Rule) -> Iterator[str]:
    """Name the languages of a rule; of one for any text, the formats of the files that it includes."""
    yield from (_LANGUAGES.get(key, key.capitalize()) for key in rule.languages if key not in ANY_TEXT)
    if set(rule.languages) & set(ANY_TEXT):
        included = (rule.document.get("paths") or {}).get("include", ())
        found = [next((name for mark, name in _FORMATS if re.search(mark, glob)), "") for glob in included]
        yield from dict.fromkeys(filter(None, found)) or ["Any text"]


def pairs(lesson: Lesson) -> tuple[Pair, ...]:
    """Give the examples that stand in the lesson, the first that is whole in front."""
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
    """Say whether the code of the examples is that of the incident, as far as their notes tell."""
    notes = [(example.note or "").lower() for example in lesson.examples if example.bad]
    marked = ["reconstruct" in note for note in notes]
    if all(marked):
        return "All code here is reconstructed from the report." if marked else ""
    start = "Part of the code is reconstructed, as the notes beside it say. " if any(marked) else ""
    return f"{start}What no note calls the incident's own only illustrates the class."


def commit_url(repository: str, commit: str) -> str:
    """Give the page of a commit, where the host is known to have such pages; else nothing."""
    is_known = repository.startswith(("https://github.com/", "https://gitlab.com/"))
    return f"{repository.removesuffix('.git')}/commit/{commit}" if is_known else ""


def address(url: str) -> str:
    """Write a URL as people do, without what all of them have."""
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
