"""The words that generated code and generated lessons share, so that some lessons apply."""

from __future__ import annotations

import re
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


def fill(template: str, random: Random) -> str:
    """Replace `<service>`, `<verb>`, `<Verb>`, `<noun>` and `<number>`, each by one choice throughout."""
    verb = random.choice(VERBS)
    words = {
        "service": random.choice(SERVICES),
        "verb": verb,
        "Verb": verb.title().replace("_", ""),
        "noun": random.choice(NOUNS),
        "number": str(random.randint(2, 999)),
    }
    return _PLACEHOLDER.sub(lambda match: words[match[1]], template)
