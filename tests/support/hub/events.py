"""Payloads of events, as GitHub sends them and the runner writes them into GITHUB_EVENT_PATH."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.hub.model import account
from tests.support.hub.pull import Pull
from tests.support.hub.shapes import Shapes, timestamp
from tests.support.openapi import Json

if TYPE_CHECKING:
    from tests.support.hub.hosted import Hosted

_NOBODY = "0" * 40
_WORKFLOW = ".github/workflows/lessonguard.yml"
_RUN_URLS = ("artifacts", "cancel", "jobs", "logs", "rerun")


class Events:
    """What makes the payloads of events in one repository."""

    def __init__(self, hosted: Hosted, shapes: Shapes) -> None:
        self._hosted = hosted
        self._shapes = shapes

    def pull_request(self, pull: Pull, action: str = "synchronize", *, before: str | None = None) -> Json:
        """Give the payload of `pull_request` and `pull_request_target`.

        As at GitHub, `base.sha` is the tip of the base branch when the pull request was opened,
        however far that branch has moved on.
        """
        shape = self._shapes.full_pull(pull, self._repository)
        shape["base"]["sha"] = pull.opened_base
        payload = {"action": action, "number": pull.number, "pull_request": shape, **self._about(pull)}
        if action == "synchronize":
            payload |= {"before": before or pull.previous_head, "after": pull.head}
        return payload

    def merge_group(self, *, base: str, head: str, branch: str = "main", number: int = 7) -> Json:
        """Give the payload of `merge_group`, for commits of a queue in front of a branch."""
        group = {
            "head_sha": head,
            "head_ref": f"refs/heads/gh-readonly-queue/{branch}/pr-{number}-{base}",
            "base_sha": base,
            "base_ref": f"refs/heads/{branch}",
            "head_commit": self._commit(head),
        }
        return {"action": "checks_requested", "merge_group": group, **self._about()}

    def push(
        self, *, before: str | None, after: str | None, branch: str = "main", forced: bool = False
    ) -> Json:
        """Give the payload of `push`: without `before` the branch is new, without `after` it is gone."""
        between = self._hosted.store.commits(before, after) if before and after else []
        url = f"{self._shapes.server}/{self._hosted.full_name}"
        return {
            "ref": f"refs/heads/{branch}",
            "before": before or _NOBODY,
            "after": after or _NOBODY,
            "created": not before,
            "deleted": not after,
            "forced": forced,
            "base_ref": None,
            "compare": f"{url}/compare/{(before or _NOBODY)[:12]}...{(after or _NOBODY)[:12]}",
            "commits": [self._pushed(name) for name in between],
            "head_commit": self._pushed(after) if after else None,
            "pusher": {"name": "monalisa", "email": "monalisa@github.example"},
            **self._about(),
        }

    def workflow_dispatch(self, *, branch: str = "main") -> Json:
        """Give the payload of `workflow_dispatch`."""
        return {"inputs": None, "ref": f"refs/heads/{branch}", "workflow": _WORKFLOW, **self._about()}

    def workflow_run(self, pull: Pull, *, event: str = "pull_request", conclusion: str = "success") -> Json:
        """Give the payload of `workflow_run`, after a run for a pull request.

        `pull_requests` is empty, as it is for those from forks.
        """
        url = f"{self._shapes.api}/repos/{self._hosted.full_name}"
        user = self._shapes.user(pull.author)
        run: dict[str, Any] = {
            "id": 30433642,
            "name": "lessonguard",
            "node_id": "WFR_kwLO",
            "path": _WORKFLOW,
            "event": event,
            "status": "completed",
            "conclusion": conclusion,
            "head_branch": pull.branch,
            "head_sha": pull.head,
            "head_commit": self._commit(pull.head),
            "head_repository": self._shapes.fork(pull.fork, self._repository),
            "repository": self._repository,
            "pull_requests": [],
            "actor": user,
            "triggering_actor": user,
            "check_suite_id": 42,
            "check_suite_node_id": "CS_kwDO",
            "check_suite_url": f"{url}/check-suites/42",
            "run_number": 1,
            "run_attempt": 1,
            "run_started_at": timestamp(pull.changed_at),
            "created_at": timestamp(pull.changed_at),
            "updated_at": timestamp(pull.changed_at),
            "url": f"{url}/actions/runs/30433642",
            "html_url": f"{self._shapes.server}/{self._hosted.full_name}/actions/runs/30433642",
            "workflow_id": 159038,
            "workflow_url": f"{url}/actions/workflows/159038",
            "previous_attempt_url": None,
            **{f"{name}_url": f"{url}/actions/runs/30433642/{name}" for name in _RUN_URLS},
        }
        return {"action": "completed", "workflow": self._workflow(), "workflow_run": run, **self._about()}

    @property
    def _repository(self) -> dict[str, Any]:
        hosted = self._hosted
        return self._shapes.repository(
            hosted.full_name, is_private=hosted.is_private, default_branch=hosted.default_branch
        )

    def _about(self, pull: Pull | None = None) -> dict[str, Any]:
        sender = pull.author if pull else account("monalisa")
        return {"repository": self._repository, "sender": self._shapes.user(sender)}

    def _workflow(self) -> dict[str, Any]:
        url = f"{self._shapes.api}/repos/{self._hosted.full_name}/actions/workflows/159038"
        page = f"{self._shapes.server}/{self._hosted.full_name}"
        return {
            "id": 159038,
            "node_id": "W_kwDO",
            "name": "lessonguard",
            "path": _WORKFLOW,
            "state": "active",
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "url": url,
            "html_url": f"{page}/blob/main/{_WORKFLOW}",
            "badge_url": f"{page}/workflows/lessonguard/badge.svg",
        }

    def _commit(self, name: str) -> dict[str, Any]:
        commit = self._hosted.store.commit(name)
        return {
            "id": name,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": commit.committer["date"],
            "author": {key: commit.author[key] for key in ("name", "email")},
            "committer": {key: commit.committer[key] for key in ("name", "email")},
        }

    def _pushed(self, name: str) -> dict[str, Any]:
        url = f"{self._shapes.server}/{self._hosted.full_name}/commit/{name}"
        return {**self._commit(name), "distinct": True, "url": url}
