"""What the headings and labels of postmortems mean: the words that common templates use."""

from __future__ import annotations

import re
from functools import cache

TOPICS: dict[str, tuple[str, ...]] = {
    "title": ("title", "incident title", "incident name"),
    "incident": ("incident id", "incident number", "incident", "id"),
    "date": (
        *("incident date", "date of incident", "date of the incident", "date of outage", "outage date"),
        *("date occurred", "date of occurrence", "occurred", "occurred on", "date", "dates", "day"),
        *("date and time", "date/time"),
    ),
    "severity": ("severity", "incident severity", "severity level", "sev", "priority"),
    "postmortem": (
        *("postmortem", "post mortem", "postmortem link", "postmortem url", "link to postmortem"),
        *("permalink", "canonical url", "url"),
    ),
    "failure-class": ("failure class",),
    "failure-mode": ("failure mode", "fault", "what broke", "what failed"),
    "summary": (
        *(
            "what happened",
            "summary",
            "executive summary",
            "incident summary",
            "issue summary",
            "tl dr",
            "tldr",
        ),
        *(
            "high level summary",
            "outage description",
            "overview",
            "synopsis",
            "abstract",
            "incident description",
            "description",
        ),
    ),
    "root-cause": (
        *(
            "root cause",
            "root causes",
            "root cause analysis",
            "underlying cause",
            "underlying causes",
            "cause",
        ),
        *("causes", "why did it happen", "why did this happen", "why it happened", "why this happened"),
        *("why the event happened", "what caused the incident", "what caused it", "primary cause"),
    ),
    "trigger": ("trigger", "triggers", "triggering event", "proximate cause"),
    "factors": (
        "contributing factor",
        "contributing factors",
        "contributing causes",
        "contributing conditions",
    ),
    "mitigation": (
        *("mitigation", "what worked", "mitigations", "mitigation steps", "resolution", "fix", "solution"),
        *("the fix", "how was it fixed", "how we fixed it", "how it was fixed", "how it was resolved"),
        *("how was it resolved", "how did we fix it", "recovery", "restoration", "workaround"),
    ),
    "invariant": ("invariant", "invariants", "what must hold"),
    "lessons": (
        *(
            "lessons learned",
            "lesson learned",
            "lessons",
            "what we learned",
            "what did we learn",
            "learnings",
        ),
        *("key learnings", "takeaways", "key takeaways", "lessons learnt"),
    ),
    "timeline": (
        "timeline",
        "incident timeline",
        "timeline of events",
        "chronology",
        "sequence of events",
        "chain of events",
    ),
    "began": (
        *("began", "began at", "incident began", "outage began", "impact began", "start of incident"),
        *("start of impact", "start of outage", "incident start", "incident started", "impact start"),
        *("impact started", "outage start", "outage started", "start time", "time started", "started at"),
        *("started", "start", "start date/time"),
    ),
    "detected": (
        *("detected", "detected at", "time detected", "detection time", "time of detection"),
        *("incident detected", "first detected", "discovered at", "noticed", "noticed at"),
    ),
    "stabilized": (
        *("stabilized", "stabilised", "stabilized at", "stabilised at", "mitigated", "mitigated at"),
        *(
            "mitigation time",
            "time mitigated",
            "impact mitigated",
            "incident mitigated",
            "recovered",
            "recovered at",
        ),
        *("service restored", "restored", "restored at", "end of impact", "end of outage", "impact end"),
        *("impact ended", "outage end", "outage ended", "resolved", "resolved at", "time resolved"),
        *("resolution time", "end date/time"),
        *("incident resolved", "incident end", "incident ended", "end of incident", "end time", "ended"),
        *("ended at", "end"),
    ),
    "actions": (
        *("action items", "action item", "actions", "corrective actions", "corrective action"),
        *("corrective and preventive actions", "corrective and preventative measures"),
        *("corrective measures", "preventive actions", "preventative actions", "preventive measures"),
        *("follow ups", "follow up", "followups", "follow up actions", "follow up items", "follow up tasks"),
        *("followup actions", "remediation", "remediations", "remediation items", "remediation actions"),
        *(
            "remediation plan",
            "next steps",
            "todo",
            "to do",
            "improvement items",
            "prevention",
            "recommendations",
        ),
    ),
    # Known to be something else, so that they end what stands before them.
    "": (
        *(
            "authors",
            "author",
            "owner",
            "owners",
            "status",
            "state",
            "impact",
            "user impact",
            "customer impact",
        ),
        *(
            "business impact",
            "detection",
            "response",
            "responders",
            "incident commander",
            "leadup",
            "lead up",
        ),
        *("background", "context", "glossary", "appendix", "supporting information", "duration", "reviewers"),
        *("participants", "attendees", "team", "teams", "services", "affected services", "participant"),
        *(
            "what went well",
            "what went wrong",
            "what went poorly",
            "where we got lucky",
            "what could be improved",
        ),
        *("external communication", "internal communication", "communication", "messaging", "backlog check"),
        *(
            "recurrence",
            "related incidents",
            "references",
            "links",
            "reading",
            "blameless",
            "published",
            "tags",
        ),
        *("five whys", "five whys root cause identification", "questions", "discussion", "postmortem owner"),
        *("how did we respond", "how was it detected", "how were customers affected", "reported by"),
        *("prepared by", "last updated", "updated", "meeting", "review date", "postmortem date"),
    ),
}
"""Headings by what they are about, the most exact first; in the form that `_words` gives them."""

_RANKS = {words: (topic, rank) for topic, known in TOPICS.items() for rank, words in enumerate(known)}


@cache
def find_topic(title: str) -> tuple[str, int] | None:
    """Give what a heading or label is about, and its rank among the words for that, 0 the best.

    The topic is empty for what is known and of no use here; the result is None for what is not known.
    Of a heading about several things, such as “Mitigation and resolution”, the first one counts.
    """
    words = _words(title)
    if words in _RANKS:
        return _RANKS[words]
    parts = [part.strip() for part in re.split(r"\b(?:and|or)\b|/", words)]
    found = [_RANKS.get(part) for part in parts]
    return found[0] if len(found) > 1 and all(found) else None


def _words(title: str) -> str:
    """Reduce a heading to its words: no numbers, signs, brackets and capitals."""
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", title.casefold()).replace("&", " and ").replace("+", " and ")
    text = re.sub(r"\s*/\s*", "/", re.sub(r"[^\w/]+|_", " ", text)).strip()
    return re.sub(r"^(?:\d+ )+|^the ", "", text)
