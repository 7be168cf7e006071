"""What all SARIF files of ours have in common; section numbers are those of the OASIS standard."""

from __future__ import annotations

from urllib.parse import quote

from lessonguard.output.escape import json_text

SarifObject = dict[str, object]
"""An object of a SARIF file."""

MOST_RESULTS = 25_000
"""GitHub's code scanning rejects a run with more."""

ROOT = "%SRCROOT%"
"""What paths are relative to: the top of the repository (§3.4.4)."""

ROOTS: SarifObject = {ROOT: {"description": {"text": "The top of the repository."}}}
"""What `originalUriBaseIds` says of it."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_log(run: SarifObject) -> str:
    """Write a SARIF file of one run."""
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def sarif_location(path: str, region: SarifObject | None = None) -> SarifObject:
    """Say where something is: in a file, perhaps in a region of it."""
    physical: SarifObject = {"artifactLocation": sarif_artifact(path)}
    return {"physicalLocation": {**physical, "region": region} if region else physical}


def sarif_artifact(path: str) -> SarifObject:
    """Name a file as a relative URI: the bytes of its path, percent-encoded."""
    return {"uri": quote(path.encode("utf-8", "surrogateescape")), "uriBaseId": ROOT}


def sarif_text(text: str) -> str:
    """Write plain text so that nothing in it is taken for a link, which is `[text](target)` (§3.11.6)."""
    return text.replace("](", "] (")
