"""Read postmortems as `lessonguard new --from` does."""

from __future__ import annotations

from collections.abc import Mapping

from lessonguard.authoring.new.draft import Draft
from lessonguard.authoring.new.new import merge_drafts
from lessonguard.authoring.new.postmortem.postmortem import read_postmortem
from lessonguard.lessons.model import IncidentId
from tests.support.drafts import INCIDENT


def read(text: str, incident: str = INCIDENT) -> Draft:
    """Read a postmortem, and turn values that do not fit into a lesson into offers, as the command does."""
    draft = read_postmortem(text, incident=IncidentId(incident), name="postmortem.md")
    return merge_drafts(IncidentId(incident), answers={}, drafts=(draft,))


def texts(draft: Draft) -> Mapping[str, str]:
    """Return the values of a draft, by key."""
    return {statement.key: statement.text for statement in reversed(draft.statements)}
