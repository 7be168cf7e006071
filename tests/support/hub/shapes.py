"""What the API answers with: GitHub's shapes of what the hub remembers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.support.hub.diff import FileDiff
from tests.support.hub.model import Account, Comment, Review, account
from tests.support.hub.pull import Pull

_ACCOUNT_URLS = {
    "followers_url": "followers",
    "following_url": "following{/other_user}",
    "gists_url": "gists{/gist_id}",
    "starred_url": "starred{/owner}{/repo}",
    "subscriptions_url": "subscriptions",
    "organizations_url": "orgs",
    "repos_url": "repos",
    "events_url": "events{/privacy}",
    "received_events_url": "received_events",
}
_REPOSITORY_URLS = (
    "archive:{archive_format}{/ref} assignees:{/user} blobs:git/blobs{/sha} branches:{/branch} "
    "collaborators:{/collaborator} comments:{/number} commits:{/sha} compare:{base}...{head} "
    "contents:{+path} contributors: deployments: downloads: events: forks: git_commits:git/commits{/sha} "
    "git_refs:git/refs{/sha} git_tags:git/tags{/sha} hooks: issue_comment:issues/comments{/number} "
    "issue_events:issues/events{/number} issues:{/number} keys:{/key_id} labels:{/name} languages: merges: "
    "milestones:{/number} notifications:{?since,all,participating} pulls:{/number} releases:{/id} "
    "stargazers: statuses:{sha} subscribers: subscription: tags: teams: trees:git/trees{/sha}"
)
_COUNTS = ("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count")
_MORE_COUNTS = ("watchers", "watchers_count", "network_count", "subscribers_count")
_FEATURES = ("issues", "projects", "downloads", "wiki", "pages", "discussions")


def node(kind: str, number: int) -> str:
    """Give the opaque name under which GraphQL knows something."""
    return f"{kind}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"


def timestamp(moment: datetime) -> str:
    """Write a time as GitHub does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """Shapes whose links lead to `api` and to the pages of `server`; neither ends in a slash."""

    api: str
    server: str

    def user(self, who: Account) -> dict[str, Any]:
        """Describe an account as `simple-user`."""
        url = f"{self.api}/users/{who.login}"
        return {
            "login": who.login,
            "id": who.id,
            "node_id": node("U", who.id),
            "avatar_url": f"{self.server}/avatars/{who.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.server}/{who.login}",
            **{name: f"{url}/{tail}" for name, tail in _ACCOUNT_URLS.items()},
            "type": who.type,
            "site_admin": False,
        }

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
            "merge_commit_sha": None,
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

    def repository(self, full_name: str, *, is_private: bool, default_branch: str) -> dict[str, Any]:
        """Describe a repository as `full-repository`, which is also `repository`."""
        owner, _, name = full_name.partition("/")
        url, page = f"{self.api}/repos/{full_name}", f"{self.server}/{full_name}"
        number = account(full_name).id
        urls = (word.partition(":") for word in _REPOSITORY_URLS.split())
        return {
            "id": number,
            "node_id": node("R", number),
            "name": name,
            "full_name": full_name,
            "owner": self.user(account(owner)),
            "private": is_private,
            "visibility": "private" if is_private else "public",
            "html_url": page,
            "description": None,
            "fork": False,
            "url": url,
            **{f"{kind}_url": f"{url}/{tail if '/' in tail else kind + tail}" for kind, _, tail in urls},
            "clone_url": f"{page}.git",
            "git_url": f"git:{page.partition(':')[2]}.git",
            "ssh_url": f"git@github.example:{full_name}.git",
            "svn_url": page,
            "mirror_url": None,
            "homepage": None,
            "language": None,
            "license": None,
            "default_branch": default_branch,
            **dict.fromkeys((*_COUNTS, *_MORE_COUNTS), 0),
            **dict.fromkeys((f"has_{feature}" for feature in _FEATURES), False),
            "archived": False,
            "disabled": False,
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "pushed_at": "2026-01-01T00:00:00Z",
            "permissions": {"admin": False, "push": False, "pull": True},
        }

    def _end(
        self, full_name: str, branch: str, *, commit: str, repository: Mapping[str, Any]
    ) -> dict[str, Any]:
        owner = full_name.partition("/")[0]
        is_own = full_name == repository["full_name"]
        return {
            "label": f"{owner}:{branch}",
            "ref": branch,
            "sha": commit,
            "user": self.user(account(owner)),
            "repo": repository if is_own else self._fork(full_name, repository),
        }

    def _fork(self, full_name: str, repository: Mapping[str, Any]) -> dict[str, Any]:
        branch = repository["default_branch"]
        shape = self.repository(full_name, is_private=repository["private"], default_branch=branch)
        return {**shape, "fork": True}

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
