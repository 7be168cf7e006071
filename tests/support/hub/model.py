"""What the hub remembers: accounts, tokens, and what was said on pull requests."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Permission = Literal["none", "read", "write"]

_RANKS: tuple[Permission, ...] = ("none", "read", "write")
_KNOWN_IDS = {"github-actions[bot]": 41898282}


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who acts: a person, an organization, or an app, whose login ends in `[bot]`."""

    login: str
    type: Literal["User", "Bot", "Organization"] = "User"

    @property
    def id(self) -> int:
        """Give a number that is always the same for this login."""
        return _KNOWN_IDS.get(self.login, zlib.crc32(self.login.encode()))


def account(login: str) -> Account:
    """Give the account of a login; what ends in `[bot]` is an app."""
    return Account(login=login, type="Bot" if login.endswith("[bot]") else "User")


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token and what it may do.

    An `installation` token acts as an app, as GITHUB_TOKEN does; a `user` token as a person.
    A permission that is not listed is `none`.
    """

    value: str
    login: str = "github-actions[bot]"
    kind: Literal["installation", "user"] = "installation"
    permissions: Mapping[str, Permission] = field(default_factory=dict)

    def may(self, wanted: Permission, scope: str) -> bool:
        """Tell whether the token may read or write within a scope, such as `pull_requests`."""
        return _RANKS.index(self.permissions.get(scope, "none")) >= _RANKS.index(wanted)


@dataclass(kw_only=True)
class Comment:
    """A review comment: about lines of the diff, or about a file if `is_file`.

    `line`, `start_line` and `position` are where it is shown now, None if it is outdated; the
    originals are where it was made, in the diff of `original_commit` with `original_base`.
    """

    id: int
    author: Account
    body: str
    path: str
    review: int
    made_at: datetime
    original_commit: str
    original_base: str
    side: str = "RIGHT"
    original_line: int | None = None
    original_start_line: int | None = None
    start_side: str | None = None
    original_position: int | None = None
    hunk: str = ""
    is_file: bool = False
    reply_to: int | None = None

    def __post_init__(self) -> None:
        self.line = self.original_line
        self.start_line = self.original_start_line
        self.position = self.original_position
        self.commit = self.original_commit
        self.edited_at = self.made_at
        self.edited_by = self.author

    @property
    def is_outdated(self) -> bool:
        """Tell whether the lines it is about are no longer in the diff."""
        return not self.is_file and self.line is None


@dataclass(kw_only=True)
class Review:
    """A review of the diff from `base` to `commit`, submitted unless its state is PENDING."""

    id: int
    author: Account
    body: str
    state: str
    commit: str
    made_at: datetime
    base: str = ""


@dataclass(kw_only=True)
class Thread:
    """A comment and its answers, known to GraphQL only; `root` is the ID of the first comment."""

    root: int
    is_resolved: bool = False
    resolved_by: Account | None = None
