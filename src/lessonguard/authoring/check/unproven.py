"""What keeps a rule from being proven → diagnostics at the examples and commits that do."""

from __future__ import annotations

from collections.abc import Iterator

from lessonguard.authoring.locations import Place, Places
from lessonguard.authoring.prove.result import RuleProof, Trial
from lessonguard.authoring.prove.rule_errors import explain_refusal, is_about_glob
from lessonguard.authoring.scope import has_unreadable_glob
from lessonguard.lessons.diagnostic import Diagnostic
from lessonguard.lessons.yaml_tree import Items

_LONGEST = 60  # characters of the code that are repeated


def check_proof(proof: RuleProof, places: Places) -> Iterator[Diagnostic]:
    """Say why a rule is refused, or on which code it does not do what it should."""
    if proof.refusal:
        if not (is_about_glob(proof.refusal) and has_unreadable_glob(proof.rule)):  # said there already
            yield explain_refusal(proof, places)
        return
    broken = [trial for trial in proof.failures if trial.side == "broken"]
    for trial in proof.failures:
        if trial.side != "broken" or trial is broken[0]:
            line, column = _place(proof, trial, places)
            yield Diagnostic(
                path=proof.lesson.path,
                line=line,
                column=column,
                level="error",
                code="unproven",
                message=_message(proof, trial, more=len(broken) - 1 if trial.side == "broken" else 0),
                hint=_hint(proof, trial),
            )


def _message(proof: RuleProof, trial: Trial, *, more: int) -> str:
    """Say what happened; `more` files of the broken commit saw the same."""
    others = f" and {more} more {'file' if more == 1 else 'files'}" if more else ""
    read_as = f", as {trial.language}" if len(proof.rule.languages) > 1 and trial.language else ""
    rule = "the rule" if len(proof.lesson.rules) == 1 else f"rule {proof.rule.id}"
    return f"{trial.what}{others}, {trial.side}{read_as}: {_deed(trial, rule)}"


def _hint(proof: RuleProof, trial: Trial) -> str:
    return trial.hint if trial.problem else f"`lessonguard prove {proof.lesson.incident}` shows why"


def _deed(trial: Trial, rule: str) -> str:
    if trial.problem:
        return trial.problem
    if not trial.sightings:
        return f"{rule} does not fire"
    first = trial.sightings[0]
    code = " ".join(first.text.split())
    shown = code if len(code) <= _LONGEST else f"{code[: _LONGEST - 1]}…"
    return f"{rule} fires on line {first.first_line}: `{shown}`"


def _place(proof: RuleProof, trial: Trial, places: Places) -> Place:
    """Give the key of the code or of the commit, or the line that the trial names."""
    path = proof.lesson.path
    if trial.side in {"broken", "fixed"}:
        return places.key(path, "proof", trial.side)
    examples = places.node(path, "examples")
    for position, item in enumerate(examples.items if isinstance(examples, Items) else ()):
        if item.line == trial.line:
            for key in (trial.side, f"{trial.side}-file"):
                if places.node(path, "examples", position, key):
                    return places.key(path, "examples", position, key)
    return trial.line, 1
