"""GitHub's shapes of accounts and repositories."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.hub.model import Account, account

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


@dataclass(frozen=True, kw_only=True)
class RepositoryShapes:
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
            "topics": [],
            "archived": False,
            "disabled": False,
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "pushed_at": "2026-01-01T00:00:00Z",
            "permissions": {"admin": False, "push": False, "pull": True},
        }

    def fork(self, full_name: str, repository: Mapping[str, Any]) -> dict[str, Any]:
        """Describe a fork of a described repository, or that repository itself if it has this name."""
        if full_name == repository["full_name"]:
            return dict(repository)
        shape = self.repository(
            full_name, is_private=repository["private"], default_branch=repository["default_branch"]
        )
        return {**shape, "fork": True}
