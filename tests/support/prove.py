"""What the tests of `prove` have in common: the start of a lesson, and the code of an incident."""

from __future__ import annotations

HEAD = """\
incident: {name}
title: Checkout hung for 41 minutes when the payments API stalled
date: 2026-05-14
severity: P1
failure-class: missing-timeout
failure-mode: A call to the payments API had no timeout, so one stalled upstream held every worker.
root-cause: The HTTP client has no default timeout.
mitigation: Pass an explicit timeout.
invariant: Every outbound HTTP call has a timeout.
"""

BAD = """\
import requests


def charge(order):
    return requests.post(
        order.url,
        json=order.body,
    )
"""

LARGE = "x = 1\n" * 200_000
