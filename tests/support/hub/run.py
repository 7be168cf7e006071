"""A run of a workflow as its steps see it: the runner's variables and files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.hub.hosted import Hosted

_FILES = ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")
_FOLDERS = ("GITHUB_WORKSPACE", "RUNNER_TEMP")
_CONSTANT = {
    "CI": "true",
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTION": "lessonguard",
    "GITHUB_JOB": "review",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_RUN_ID": "30433642",
    "GITHUB_RUN_NUMBER": "1",
    "GITHUB_WORKFLOW": "lessonguard",
    "RUNNER_ARCH": "X64",
    "RUNNER_OS": "Linux",
}


class Run(dict[str, str]):
    """The variables of a run, for the environment of its steps; see "Variables reference" at GitHub.

    The runner's files are in `folder`, which must not be there yet.
    """

    def __init__(self, folder: Path, hosted: Hosted, *, event: str, payload: Mapping[str, Any]) -> None:
        super().__init__(_CONSTANT)
        for name in _FOLDERS:
            (folder / name.lower()).mkdir(parents=True)
        for name in _FILES:
            (folder / name.lower()).touch()
        (folder / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        self.update({name: str(folder / name.lower()) for name in (*_FILES, *_FOLDERS)})
        self.update(
            {
                "GITHUB_ACTOR": payload["sender"]["login"],
                "GITHUB_EVENT_NAME": event,
                "GITHUB_EVENT_PATH": str(folder / "event.json"),
                "GITHUB_REPOSITORY": hosted.full_name,
                "GITHUB_REPOSITORY_OWNER": hosted.full_name.partition("/")[0],
                **_refs(hosted, event, payload),
            }
        )

    @property
    def summary(self) -> str:
        """Read what was written into the step summary."""
        return Path(self["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")

    @property
    def outputs(self) -> dict[str, str]:
        """Read the outputs as the runner does: `name=value`, or `name<<end`, lines, and `end`."""
        lines = iter(Path(self["GITHUB_OUTPUT"]).read_text(encoding="utf-8").split("\n"))
        return dict(_output(line, lines) for line in lines if line)


def _output(line: str, following: Iterator[str]) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    start, several, end = line.partition("<<")
    if several and len(start) < len(name):
        lines: list[str] = []
        for each in following:
            if each == end:
                return start, "\n".join(lines)
            lines.append(each)
        raise AssertionError(f"nothing ends the value of {start!r} in GITHUB_OUTPUT")
    assert equals, f"the runner cannot read this line of GITHUB_OUTPUT: {line!r}"
    return name, value


def _refs(hosted: Hosted, event: str, payload: Mapping[str, Any]) -> dict[str, str]:
    """Give what was checked out; the names of branches are there for pull requests only."""
    if event == "merge_group":
        group = payload["merge_group"]
        return _ref(group["head_ref"], group["head_sha"])
    if event == "push":
        return _ref(payload["ref"], payload["after"])
    if event not in {"pull_request", "pull_request_target"}:
        branch = payload.get("ref") or f"refs/heads/{hosted.default_branch}"
        return _ref(branch, hosted.store.git("rev-parse", branch))
    pull = hosted.pulls[payload["number"]]
    branches = {"head": pull.branch, "base": pull.base}
    if event == "pull_request":
        return _ref(f"refs/pull/{pull.number}/merge", pull.merge_commit or pull.head, **branches)
    return _ref(f"refs/heads/{pull.base}", pull.base_commit, **branches)


def _ref(ref: str, commit: str, *, head: str = "", base: str = "") -> dict[str, str]:
    short = ref.removeprefix("refs/heads/").removeprefix("refs/pull/")
    return {
        "GITHUB_REF": ref,
        "GITHUB_REF_NAME": short,
        "GITHUB_REF_TYPE": "branch",
        "GITHUB_HEAD_REF": head,
        "GITHUB_BASE_REF": base,
        "GITHUB_SHA": commit,
    }
