"""The words that generated code and generated lessons share, so that some lessons apply."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

_SERVICES = """
payments orders inventory shipping catalog pricing search accounts sessions ledger invoices refunds
coupons carts profiles mailer notices webhooks exports imports reports audits quotas tokens devices
uploads thumbnails feeds comments ratings offers returns suppliers stock routing geocoder metrics
schedules backups tenants
"""
_VERBS = """
charge reserve release submit cancel confirm fetch update remove create approve reject publish
archive restore merge split assign enqueue dispatch settle capture void verify refresh rotate expire
lock_item unlock_item notify resolve import_all export_all sync reindex migrate replay truncate
purge drain
"""
_NOUNS = """
order customer account invoice item batch payload record entry document address region shipment
message session token device product price bucket
"""

SERVICES = tuple(_SERVICES.split())
VERBS = tuple(_VERBS.split())
NOUNS = tuple(_NOUNS.split())

_PLACEHOLDER = re.compile(r"<(service|verb|Verb|noun|number)>")


@dataclass(frozen=True, kw_only=True)
class Topic:
    """What a file is about: the words that its code is made of."""

    services: Sequence[str] = SERVICES
    verbs: Sequence[str] = VERBS
    nouns: Sequence[str] = NOUNS


def choose_topic(random: Random) -> Topic:
    """Choose what a file is about: it calls a few services in a few ways, as real files do."""
    return Topic(
        services=random.sample(SERVICES, 3), verbs=random.sample(VERBS, 8), nouns=random.sample(NOUNS, 4)
    )


def fill(template: str, random: Random, topic: Topic) -> str:
    """Replace `<service>`, `<verb>`, `<Verb>`, `<noun>` and `<number>`, each by one choice throughout."""
    verb = random.choice(topic.verbs)
    words = {
        "service": random.choice(topic.services),
        "verb": verb,
        "Verb": verb.title().replace("_", ""),
        "noun": random.choice(topic.nouns),
        "number": str(random.randint(2, 999)),
    }
    return _PLACEHOLDER.sub(lambda match: words[match[1]], template)
