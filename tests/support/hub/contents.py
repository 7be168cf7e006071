"""The endpoints about commits, trees and blobs, and about who asks."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from tests.support.hub.exchange import Answer, RefusalError, forbidden, not_found, page_of
from tests.support.hub.hosted import Hosted
from tests.support.hub.pulls import Endpoint
from tests.support.hub.visit import Visit

_MOST_COMMITS = 250
_MOST_FILES = 300
_MOST_ENTRIES = 100_000
_LARGEST_BLOB = 100_000_000  # bytes
_LIMIT = {"limit": 5000, "remaining": 4999, "used": 1, "reset": 2_000_000_000}
_UNSIGNED = {
    "verified": False,
    "reason": "unsigned",
    "payload": None,
    "signature": None,
    "verified_at": None,
}


def get_repository(visit: Visit) -> Answer:
    """Answer with a repository."""
    return Answer(body=visit.describe(visit.repository("read", "metadata")))


def compare(visit: Visit) -> Answer:
    """Compare two commits with where they parted; files are on the first page only.

    Who does not ask for pages gets the first 250 commits.
    """
    hosted = visit.repository("read", "contents")
    base, dots, head = visit.request.parameters["basehead"].partition("...")
    ends = [_end(hosted, each) for each in (base, head)] if dots else [None, None]
    if not all(ends):
        raise not_found()
    left, right = str(ends[0]), str(ends[1])
    merge_base = hosted.store.merge_base(left, right)
    if not merge_base:
        raise RefusalError(404, f"No common ancestor between {base} and {head}.")
    ahead, behind = hosted.store.commits(left, right), hosted.store.commits(right, left)
    is_paged = {"page", "per_page"} & visit.request.query.keys()
    commits, headers = page_of(visit.request, ahead) if is_paged else (ahead[:_MOST_COMMITS], {})
    url = f"{visit.shapes.api}/repos/{hosted.full_name}/compare/{base}...{head}"
    html_page = f"{visit.shapes.server}/{hosted.full_name}/compare/{base}...{head}"
    body = {
        "url": url,
        "html_url": html_page,
        "permalink_url": f"{visit.shapes.server}/{hosted.full_name}/compare/{left[:7]}...{right[:7]}",
        "diff_url": f"{html_page}.diff",
        "patch_url": f"{html_page}.patch",
        "base_commit": _commit(visit, hosted, left),
        "merge_base_commit": _commit(visit, hosted, merge_base),
        "status": _status(len(ahead), len(behind)),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [_commit(visit, hosted, commit) for commit in commits],
    }
    if visit.request.query.get("page", "1") == "1":
        files = list(hosted.store.diff(merge_base, right).values())[:_MOST_FILES]
        body["files"] = [visit.shapes.file(hosted.full_name, right, file) for file in files]
    return Answer(body=body, headers=headers)


def get_commit(visit: Visit) -> Answer:
    """Answer with a commit, by its name or that of a branch or tag; without its files."""
    hosted = visit.repository("read", "contents")
    commit = _end(hosted, visit.request.parameters["ref"])
    if not commit:
        raise RefusalError(422, f"No commit found for SHA: {visit.request.parameters['ref']}")
    return Answer(body=_commit(visit, hosted, commit))


def get_git_commit(visit: Visit) -> Answer:
    """Answer with a commit as Git stores it, by its full name."""
    hosted = visit.repository("read", "contents")
    name = visit.request.parameters["commit_sha"]
    if hosted.store.resolve(name) != name:
        raise not_found()
    shape = _commit(visit, hosted, name)
    return Answer(
        body={key: shape[key] for key in ("sha", "node_id", "html_url", "parents")} | _stored(shape)
    )


def _stored(shape: Mapping[str, Any]) -> dict[str, Any]:
    commit = shape["commit"]
    return {key: commit[key] for key in ("url", "author", "committer", "message", "tree", "verification")}


def get_tree(visit: Visit) -> Answer:
    """Answer with a tree, and with those below it if it is to be `recursive`, whatever the value."""
    hosted = visit.repository("read", "contents")
    tree = hosted.store.resolve(visit.request.parameters["tree_sha"], kind="tree")
    if not tree:
        raise not_found()
    options = ("-r", "-t") if "recursive" in visit.request.query else ()
    listing = hosted.store.read("ls-tree", "-z", "--long", *options, tree)
    lines = listing.decode("utf-8", "replace").split("\0")[:-1]
    url = f"{visit.shapes.api}/repos/{hosted.full_name}/git"
    return Answer(
        body={
            "sha": tree,
            "url": f"{url}/trees/{tree}",
            "tree": [_entry(line, url) for line in lines[:_MOST_ENTRIES]],
            "truncated": len(lines) > _MOST_ENTRIES,
        }
    )


def get_blob(visit: Visit) -> Answer:
    """Answer with the contents of a blob of at most 100 MB, in base64 with line breaks."""
    hosted = visit.repository("read", "contents")
    blob = visit.request.parameters["file_sha"]
    if hosted.store.resolve(blob, kind="blob") != blob:
        raise not_found()
    content = hosted.store.read("cat-file", "blob", blob)
    if len(content) > _LARGEST_BLOB:
        raise forbidden()
    return Answer(
        body={
            "sha": blob,
            "node_id": f"B_{blob}",
            "size": len(content),
            "url": f"{visit.shapes.api}/repos/{hosted.full_name}/git/blobs/{blob}",
            "content": base64.encodebytes(content).decode("ascii"),
            "encoding": "base64",
        }
    )


def get_user(visit: Visit) -> Answer:
    """Answer a person with what is known of them; an app is nobody here."""
    author = visit.author
    if visit.request.token and visit.request.token.kind == "installation":
        raise forbidden()
    nothing = ("name", "company", "location", "email", "hireable", "bio", "twitter_username")
    counts = ("public_repos", "public_gists", "followers", "following")
    return Answer(
        body={
            **visit.shapes.user(author),
            **dict.fromkeys(nothing),
            **dict.fromkeys(counts, 0),
            "blog": "",
            "user_view_type": "public",
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
        }
    )


def get_rate_limit(visit: Visit) -> Answer:
    """Answer with limits that nobody has come near."""
    del visit
    resources = {name: dict(_LIMIT) for name in ("core", "search", "graphql")}
    return Answer(body={"resources": resources, "rate": dict(_LIMIT)})


def _end(hosted: Hosted, name: str) -> str | None:
    """Find a commit by `branch`, `owner:branch`, tag or object name, as Git does at GitHub."""
    owner, colon, branch = name.partition(":")
    for pull in hosted.pulls.values() if colon else ():
        if (owner, branch) == (pull.fork.partition("/")[0], pull.branch):
            return pull.head
    own = hosted.full_name.partition("/")[0]
    return hosted.store.resolve(branch if colon and owner == own else name)


def _commit(visit: Visit, hosted: Hosted, name: str) -> dict[str, Any]:
    commit = hosted.store.commit(name)
    url = f"{visit.shapes.api}/repos/{hosted.full_name}"
    page = f"{visit.shapes.server}/{hosted.full_name}/commit"
    return {
        "url": f"{url}/commits/{name}",
        "sha": name,
        "node_id": f"C_{name}",
        "html_url": f"{page}/{name}",
        "comments_url": f"{url}/commits/{name}/comments",
        "commit": {
            "url": f"{url}/git/commits/{name}",
            "author": commit.author,
            "committer": commit.committer,
            "message": commit.message,
            "comment_count": 0,
            "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
            "verification": _UNSIGNED,
        },
        "author": None,
        "committer": None,
        "parents": [
            {"sha": each, "url": f"{url}/commits/{each}", "html_url": f"{page}/{each}"}
            for each in commit.parents
        ],
    }


def _entry(line: str, url: str) -> dict[str, Any]:
    about, _, path = line.partition("\t")
    mode, kind, name, size = about.split()
    entry: dict[str, Any] = {"path": path, "mode": mode, "type": kind, "sha": name}
    if kind != "commit":
        entry["url"] = f"{url}/{kind}s/{name}"
    return {**entry, "size": int(size)} if kind == "blob" else entry


def _status(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"


_REPOSITORY = "/repos/{owner}/{repo}"

ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", _REPOSITORY): get_repository,
    ("GET", f"{_REPOSITORY}/compare/{{basehead}}"): compare,
    ("GET", f"{_REPOSITORY}/commits/{{ref}}"): get_commit,
    ("GET", f"{_REPOSITORY}/git/commits/{{commit_sha}}"): get_git_commit,
    ("GET", f"{_REPOSITORY}/git/trees/{{tree_sha}}"): get_tree,
    ("GET", f"{_REPOSITORY}/git/blobs/{{file_sha}}"): get_blob,
    ("GET", "/user"): get_user,
    ("GET", "/rate_limit"): get_rate_limit,
}
"""By method and path, as GitHub's description writes them."""
