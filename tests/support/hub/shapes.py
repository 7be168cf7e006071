"""GitHub's shapes of pull requests and of what is said on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.support.hub.diff import FileDiff
from tests.support.hub.model import Account, Comment, Review, account
from tests.support.hub.pull import Pull
from tests.support.hub.repository_shapes import RepositoryShapes, node


def timestamp(moment: datetime) -> str:
    """Write a time as GitHub does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Shapes(RepositoryShapes):
    """All shapes that the API answers with; the names in backquotes are those of GitHub's description."""

    def comment(self, pull: Pull, comment: Comment) -> dict[str, Any]:
        """Describe a review comment as `pull-request-review-comment`."""
        url = f"{self.api}/repos/{pull.repository}/pulls/comments/{comment.id}"
        page = f"{self._page(pull)}#discussion_r{comment.id}"
        return {
            "url": url,
            "id": comment.id,
            "node_id": node("PRRC", comment.id),
            "pull_request_review_id": comment.review,
            "diff_hunk": comment.hunk,
            "path": comment.path,
            "position": 1 if comment.is_file else comment.position,
            "original_position": 1 if comment.is_file else comment.original_position,
            "commit_id": comment.commit,
            "original_commit_id": comment.original_commit,
            "user": self.user(comment.author),
            "body": comment.body,
            "created_at": timestamp(comment.made_at),
            "updated_at": timestamp(comment.edited_at),
            "html_url": page,
            "pull_request_url": self._pull(pull),
            "author_association": _association(comment.author, pull),
            "_links": _links(self=url, html=page, pull_request=self._pull(pull)),
            **_lines(comment),
            **({"in_reply_to_id": comment.reply_to} if comment.reply_to else {}),
        }

    def review(self, pull: Pull, review: Review) -> dict[str, Any]:
        """Describe a review as `pull-request-review`."""
        page = f"{self._page(pull)}#pullrequestreview-{review.id}"
        return {
            "id": review.id,
            "node_id": node("PRR", review.id),
            "user": self.user(review.author),
            "body": review.body,
            "state": review.state,
            "html_url": page,
            "pull_request_url": self._pull(pull),
            "author_association": _association(review.author, pull),
            "_links": _links(html=page, pull_request=self._pull(pull)),
            "submitted_at": timestamp(review.made_at),
            "commit_id": review.commit,
        }

    def pull(self, pull: Pull, repository: Mapping[str, Any]) -> dict[str, Any]:
        """Describe a pull request as `pull-request-simple`; `repository` is the shape of its own."""
        url, page, number = self._pull(pull), self._page(pull), pull.number
        issue = f"{self.api}/repos/{pull.repository}/issues/{number}"
        statuses = f"{self.api}/repos/{pull.repository}/statuses/{pull.head}"
        links = {
            "comments": f"{issue}/comments",
            "commits": f"{url}/commits",
            "review_comments": f"{url}/comments",
            "review_comment": f"{self.api}/repos/{pull.repository}/pulls/comments{{/number}}",
            "statuses": statuses,
        }
        return {
            "url": url,
            "id": pull.id,
            "node_id": node("PR", pull.id),
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "issue_url": issue,
            "number": number,
            "state": "open" if pull.is_open else "closed",
            "locked": False,
            "title": pull.title,
            "user": self.user(pull.author),
            "body": None,
            "created_at": timestamp(pull.made_at),
            "updated_at": timestamp(pull.changed_at),
            "closed_at": None if pull.is_open else timestamp(pull.changed_at),
            "merged_at": None,
            "merge_commit_sha": pull.merge_commit,
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "labels": [],
            "milestone": None,
            "draft": pull.is_draft,
            **{f"{name}_url": link for name, link in links.items()},
            "head": self._end(pull.fork, pull.branch, commit=pull.head, repository=repository),
            "base": self._end(pull.repository, pull.base, commit=pull.base_commit, repository=repository),
            "_links": _links(self=url, html=page, issue=issue, **links),
            "author_association": _association(pull.author, pull),
            "auto_merge": None,
            "active_lock_reason": None,
        }

    def full_pull(self, pull: Pull, repository: Mapping[str, Any]) -> dict[str, Any]:
        """Describe a pull request as `pull-request`."""
        files = pull.diff().values()
        return {
            **self.pull(pull, repository),
            "merged": False,
            "mergeable": None,
            "rebaseable": None,
            "mergeable_state": "unknown",
            "merged_by": None,
            "comments": 0,
            "review_comments": len(pull.comments),
            "maintainer_can_modify": False,
            "commits": len(pull.commits),
            "additions": sum(file.additions for file in files),
            "deletions": sum(file.deletions for file in files),
            "changed_files": len(files),
        }

    def file(self, repository: str, commit: str, file: FileDiff) -> dict[str, Any]:
        """Describe a changed file as `diff-entry`."""
        name = file.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        shape = {
            "sha": file.blob,
            "filename": name,
            "status": file.status,
            "additions": file.additions,
            "deletions": file.deletions,
            "changes": file.additions + file.deletions,
            "blob_url": f"{self.server}/{repository}/blob/{commit}/{name}",
            "raw_url": f"{self.server}/{repository}/raw/{commit}/{name}",
            "contents_url": f"{self.api}/repos/{repository}/contents/{name}?ref={commit}",
        }
        if file.previous_path:
            shape["previous_filename"] = file.previous_path
        return shape if file.patch is None else {**shape, "patch": file.patch}

    def _end(
        self, full_name: str, branch: str, *, commit: str, repository: Mapping[str, Any]
    ) -> dict[str, Any]:
        owner = full_name.partition("/")[0]
        return {
            "label": f"{owner}:{branch}",
            "ref": branch,
            "sha": commit,
            "user": self.user(account(owner)),
            "repo": self.fork(full_name, repository),
        }

    def _pull(self, pull: Pull) -> str:
        return f"{self.api}/repos/{pull.repository}/pulls/{pull.number}"

    def _page(self, pull: Pull) -> str:
        return f"{self.server}/{pull.repository}/pull/{pull.number}"


def _lines(comment: Comment) -> dict[str, Any]:
    return {
        "start_line": comment.start_line,
        "original_start_line": comment.original_start_line,
        "start_side": comment.start_side,
        "line": comment.line,
        "original_line": 1 if comment.is_file else comment.original_line,
        "side": comment.side,
        "subject_type": "file" if comment.is_file else "line",
    }


def _links(**targets: str) -> dict[str, dict[str, str]]:
    return {name: {"href": target} for name, target in targets.items()}


def _association(who: Account, pull: Pull) -> str:
    return "CONTRIBUTOR" if who.type == "Bot" or who == pull.author else "MEMBER"
