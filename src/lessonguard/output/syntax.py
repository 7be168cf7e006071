"""Write a comment in the syntax of a language: of a rule's, or of the kind of file."""

from __future__ import annotations

from collections.abc import Mapping

from lessonguard.scan.finding import Finding

_MARKS: Mapping[str, tuple[str, str]] = {
    "#": ("# ", ""),
    "//": ("// ", ""),
    "--": ("-- ", ""),
    ";": (";; ", ""),
    "/*": ("/* ", " */"),
    "(*": ("(* ", " *)"),
}

# Semgrep's names of languages, by how a comment begins in them:
# https://semgrep.dev/docs/writing-rules/rule-syntax#language-extensions-and-languages-key-values
_LANGUAGES = {
    "#": "bash docker dockerfile elixir ex fga hcl julia openfga powershell promql "
    "py python python2 python3 r ruby sh terraform tf yaml",
    "//": "apex c c# c++ cairo circom cpp csharp dart go golang gosu hack java javascript js jsonnet "
    "kotlin kt move_on_aptos move_on_sui objc objective-c objectivec php proto proto3 protobuf rust scala "
    "sol solidity swift ts typescript",
    "--": "lua",
    ";": "clojure lisp scheme",
    "(*": "ocaml",
}

# Endings of file names, for rules of no language such as `regex`.
_ENDINGS = {
    "#": "bash cfg conf ex exs jl pl pm properties py pyi r rake rb sh tf tfvars tofu toml yaml yml zsh",
    "//": "c cairo cc cpp cs cxx dart fs go gradle groovy h hpp java js jsonc jsx kt kts mjs php proto "
    "rs scala sol swift ts tsx",
    "--": "hs lua sql",
    ";": "clj cljs el lisp scm",
    "/*": "css",
    "(*": "ml mli",
}

_NAMES = {
    "dockerfile": "#",
    "gemfile": "#",
    "go.mod": "//",
    "jenkinsfile": "//",
    "makefile": "#",
    "rakefile": "#",
    "requirements.txt": "#",
}


def commented(text: str, finding: Finding) -> str:
    """Write text as a comment beside a finding; where no syntax is known, the text alone.

    The language is the rule's, which the team wrote. HTML is not among those known: a
    comment in it would look like the marker of one of ours.
    """
    before, after = _MARKS.get(_mark(finding), ("", ""))
    return f"{before}{text}{after}"


def language(finding: Finding) -> str:
    """Return the language of the rule that matched, as Semgrep names it, or nothing if it has none."""
    return next((name for name in _languages(finding) if name in _BY_LANGUAGE), "")


def _mark(finding: Finding) -> str:
    marks = {_BY_LANGUAGE.get(name, "") for name in _languages(finding)}
    [mark] = marks if len(marks) == 1 else {""}
    name = finding.path.rpartition("/")[2].lower()
    stem, _, ending = name.rpartition(".")
    return mark or _NAMES.get(name, "") or (_BY_ENDING.get(ending, "") if stem else "")


def _languages(finding: Finding) -> tuple[str, ...]:
    return next((rule.languages for rule in finding.lesson.rules if rule.id == finding.rule), ())


_BY_LANGUAGE = {name: mark for mark, names in _LANGUAGES.items() for name in names.split()}
_BY_ENDING = {ending: mark for mark, endings in _ENDINGS.items() for ending in endings.split()}
