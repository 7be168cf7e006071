"""Code for tests: what two of their lessons ask for, and the same without it."""

from __future__ import annotations

SAFE = "import requests\n\n\ndef get(url):\n    return requests.get(url, timeout=5)\n"
"""A call that has what the lesson TIMEOUT (mode: block) asks for."""

BAD = "import requests\n\n\ndef get(url):\n    return requests.get(url)\n"
"""The same without: line 5, column 12."""

LOCKED = "def pay(order):\n    with lock(order):\n        charge(order, 1)\n"
"""A charge as the lesson LOCK (mode: comment) wants it."""

UNLOCKED = "def pay(order):\n    charge(order, 1)\n"
"""The same without: line 2, column 5."""
