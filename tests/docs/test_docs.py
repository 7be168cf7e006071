"""What the documents say is so: commands, options, formats, exit codes and links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from lessonguard import errors
from lessonguard.cli.main import lessonguard as group
from lessonguard.cli.scan import FORMATS
from lessonguard.lessons.model import Mode
from lessonguard.scan.finding import State

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for folder in ("", "docs/") for path in ROOT.glob(f"{folder}*.md")
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTEXT = click.Context(group)


def commands(text: str) -> list[list[str]]:
    """Return the words of each `lessonguard …` in a console block or a code span."""
    found = re.findall(r"^\$ (lessonguard [^#\n|>]*)|`(lessonguard [a-z][^`]*)`", text, flags=re.MULTILINE)
    return [shlex.split(block or span)[1:] for block, span in found]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_of_a_document_exists_with_its_options(document: str) -> None:
    for name, *words in commands((ROOT / document).read_text(encoding="utf-8")):
        command = group.get_command(CONTEXT, name)

        assert command, name
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize("name", group.list_commands(CONTEXT))
def test_every_command_is_in_the_readme(name: str) -> None:
    assert f"lessonguard {name}" in README


@pytest.mark.parametrize("name", group.list_commands(CONTEXT))
def test_the_help_of_every_command_shows_an_example_on_a_line_of_its_own(name: str) -> None:
    command = group.get_command(CONTEXT, name)

    assert command
    text = command.get_help(click.Context(command, info_name=name))
    assert re.search(rf"^ +Examples?:\n +lessonguard {name}\b", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", group.list_commands(CONTEXT))
def test_the_list_of_commands_says_what_the_help_of_each_says(name: str) -> None:
    command = group.get_command(CONTEXT, name)
    listing = " ".join(group.get_help(click.Context(group, terminal_width=200)).split())

    assert command
    assert f" {name} {' '.join((command.help or '').partition(chr(10) * 2)[0].split())}" in listing


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("state", State)
def test_every_state_is_in_the_readme(state: State) -> None:
    verdict = "yes" if state.is_introduced else "no"

    assert re.search(rf"^\| `{state.value}` \|.*\| {verdict} \|$", README, flags=re.MULTILINE)


@pytest.mark.parametrize("kind", errors.LessonguardError.__subclasses__())
def test_every_exit_code_is_in_the_readme(kind: type[errors.LessonguardError]) -> None:
    assert f"| {kind.exit_code} |" in README


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_within_the_repository_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]

    assert [target for target in targets if not _leads_somewhere(target, document)] == []


def _leads_somewhere(target: str, document: str) -> bool:
    path, _, anchor = target.partition("#")
    place = (ROOT / document).parent / path if path else ROOT / document
    return place.exists() and (not anchor or anchor in _anchors(place))


def _anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a document."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_is_in_the_document_of_the_format(mode: Mode) -> None:
    text = (ROOT / "docs/lesson-format.md").read_text(encoding="utf-8")
    verdict = "yes" if mode is Mode.BLOCK else "no"

    assert re.search(rf"^\| `{mode.value}` \|.*\| {verdict} \|$", text, flags=re.MULTILINE)


def test_make_targets_of_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = "".join((ROOT / document).read_text(encoding="utf-8") for document in DOCUMENTS)
    targets = set(re.findall(r"^\$ make (\w+)|`make (\w+)", text, flags=re.MULTILINE))

    assert targets
    for target in {first or second for first, second in targets}:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
