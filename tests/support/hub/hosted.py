"""A repository that the hub serves, and its pull requests."""

from __future__ import annotations

from pathlib import Path

from tests.support.hub.events import Events
from tests.support.hub.model import account
from tests.support.hub.pull import Ledger, Pull
from tests.support.hub.shapes import Shapes
from tests.support.hub.store import Store


class Hosted:
    """A repository called `full_name` (`owner/name`), whose objects are in the Git repository at `path`.

    Everybody may read it without a token, unless it `is_private`. As at GitHub, Git may ask for
    any object by its name (`hands_out_any`) and for commits without contents (`offers_filter`).
    """

    def __init__(
        self, full_name: str, path: Path, *, ledger: Ledger, shapes: Shapes, is_private: bool
    ) -> None:
        self.full_name = full_name
        self.store = Store(path)
        self.is_private = is_private
        self.default_branch = "main"
        self.hands_out_any = True
        self.offers_filter = True
        self.pulls: dict[int, Pull] = {}
        self.id = ledger.id()
        self._ledger = ledger
        self._shapes = shapes

    @property
    def events(self) -> Events:
        """Give what makes the payloads of events here."""
        return Events(self, self._shapes)

    def pull(
        self,
        number: int,
        *,
        head: str,
        base: str = "main",
        branch: str = "feature",
        fork: str | None = None,
        author: str = "monalisa",
        is_draft: bool = False,
    ) -> Pull:
        """Open a pull request from commit `head`, which must be among this repository's objects.

        `fork` is the repository that its branch is in, unless it is this one.
        """
        self.pulls[number] = Pull(
            number=number,
            store=self.store,
            ledger=self._ledger,
            repository=self.full_name,
            base=base,
            head=head,
            branch=branch,
            fork=fork or self.full_name,
            author=account(author),
            title=f"Change number {number}",
            is_draft=is_draft,
        )
        return self.pulls[number]
