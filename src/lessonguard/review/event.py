"""Find what an event of GitHub Actions asks to review, from its payload."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lessonguard.errors import UsageError
from lessonguard.record import record
from lessonguard.review.actions_env import Runner

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_EVENTS = "pull_request, pull_request_target, merge_group, push, workflow_dispatch and workflow_run"


@record
class Subject:
    """What to review.

    `base` and `head` are compared from their merge base; `lessons_ref` is where the lessons come
    from. Each is a full object name or a full name of a ref (`refs/heads/main`). `head_refs`
    are where the server may have head if it does not hand it out by name. `pull` is the number
    of the pull request to comment on, None if there is none.
    """

    base: str
    head: str
    lessons_ref: str
    head_refs: tuple[str, ...] = ()
    pull: int | None = None
    is_draft: bool = False


@record
class Nothing:
    """An event after which there is nothing to review, and why."""

    reason: str


@record
class Handover:
    """A finished run whose report is to be posted; see the event `workflow_run`.

    `head` is the commit that it checked, `label` the branch that holds it, as `owner:branch`.
    """

    head: str
    label: str


def find_subject(runner: Runner, *, base: str | None, head: str | None) -> Subject | Nothing | Handover:
    """Return what an event asks to review.

    For the events and their payloads see
    https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows and
    https://docs.github.com/webhooks/webhook-events-and-payloads.

    `base` and `head` are what the caller asked for: branches or commits. They belong to events
    that name no commits, and are a `UsageError` with others, as is an event that means nothing here.
    """
    read = _READERS.get(runner.event)
    if read and (base or head):
        hint = "Leave them out, or trigger the workflow by workflow_dispatch."
        raise UsageError(f"The event {runner.event} says itself what to compare.", hint=hint)
    if read:
        return read(runner)
    if runner.event == "workflow_dispatch" or (base and head):
        return _dispatched(runner, base=base, head=head)
    raise UsageError(
        f"Cannot tell what the event {runner.event!r} changed.",
        hint=f"Name what to compare (--base and --head), or trigger the workflow by one of {_EVENTS}.",
    )


def _pull_request(runner: Runner) -> Subject | Nothing:
    pull = _get(runner, "pull_request", dict)
    number = _get(runner, "pull_request.number", int)
    if runner.payload.get("action") == "closed":
        return Nothing(reason=f"pull request {number} is closed")
    branch = f"refs/heads/{_get(runner, 'pull_request.base.ref', str)}"
    return Subject(
        base=branch,
        head=_commit(runner, "pull_request.head.sha"),
        lessons_ref=branch,
        head_refs=(f"refs/pull/{number}/head",),
        pull=number,
        is_draft=pull.get("draft") is True,
    )


def _merge_group(runner: Runner) -> Subject | Nothing:
    if runner.payload.get("action") == "destroyed":
        return Nothing(reason="the merge group is gone")
    return Subject(
        base=_commit(runner, "merge_group.base_sha"),
        head=_commit(runner, "merge_group.head_sha"),
        lessons_ref=_get(runner, "merge_group.base_ref", str),
        head_refs=(_get(runner, "merge_group.head_ref", str),),
    )


def _push(runner: Runner) -> Subject | Nothing:
    """Take the lessons from the default branch; for a push to it, from what was there before."""
    before, after = _commit(runner, "before"), _commit(runner, "after")
    if not after.strip("0"):
        return Nothing(reason="the push deleted a branch")
    pushed = _get(runner, "ref", str)
    default = f"refs/heads/{_get(runner, 'repository.default_branch', str)}"
    if not before.strip("0"):
        if pushed == default:
            return Nothing(reason="the push created the default branch: there was nothing before it")
        return Subject(base=default, head=after, lessons_ref=default, head_refs=(pushed,))
    lessons_ref = before if pushed == default else default
    return Subject(base=before, head=after, lessons_ref=lessons_ref, head_refs=(pushed,))


def _workflow_run(runner: Runner) -> Handover | Nothing:
    triggered_by = _get(runner, "workflow_run.event", str)
    if triggered_by != "pull_request":
        return Nothing(reason=f"the run that has finished was for {triggered_by}, not for a pull request")
    if _get(runner, "workflow_run", dict).get("head_repository") is None:
        return Nothing(reason="the fork that the pull request came from is gone")
    owner = _get(runner, "workflow_run.head_repository.owner.login", str)
    branch = _get(runner, "workflow_run.head_branch", str)
    return Handover(head=_commit(runner, "workflow_run.head_sha"), label=f"{owner}:{branch}")


def _dispatched(runner: Runner, *, base: str | None, head: str | None) -> Subject:
    default = f"refs/heads/{_get(runner, 'repository.default_branch', str)}"
    compared = _revision(base) if base else default
    return Subject(base=compared, head=_revision(head or runner.sha), lessons_ref=compared)


_READERS: Mapping[str, Callable[[Runner], Subject | Nothing | Handover]] = {
    "pull_request": _pull_request,
    "pull_request_target": _pull_request,
    "merge_group": _merge_group,
    "push": _push,
    "workflow_run": _workflow_run,
}


def _revision(name: str) -> str:
    """Return the full name of a commit or a ref; short names are those of branches."""
    return name if is_commit(name) or name.startswith("refs/") else f"refs/heads/{name}"


def is_commit(name: str) -> bool:
    """Return whether a name is a full object name, not that of a ref."""
    return _COMMIT.fullmatch(name) is not None


def _commit(runner: Runner, place: str) -> str:
    value: str = _get(runner, place, str)
    if not is_commit(value):
        raise _unusable(runner, place)
    return value


def _get(runner: Runner, place: str, kind: type) -> Any:  # noqa: ANN401 - foreign data becomes ours here
    """Return what the payload holds at a dotted place, if it is of the expected kind and not empty.

    Raise `UsageError` otherwise.
    """
    value: Any = runner.payload
    for key in place.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, kind) or not value:
        raise _unusable(runner, place)
    return value


def _unusable(runner: Runner, place: str) -> UsageError:
    hint = "The runner writes it from what GitHub sends; see GITHUB_EVENT_PATH."
    return UsageError(f"The file of the event {runner.event} has no usable {place}.", hint=hint)
