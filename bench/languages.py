"""What source files are made of, in five languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True, kw_only=True)
class Language:
    """How to write one language: `<…>` are the placeholders of `fill`.

    `opening` and `closing` enclose a function and `group` stands before some of them; `blocks` is what
    functions are made of. `unsafe` are edits that repeat an incident: (safe text, unsafe text).
    """

    analyzer: str
    ending: str
    header: str
    opening: str
    closing: str = ""
    group: str = ""
    margin: str = "    "
    blocks: Sequence[str]
    unsafe: Sequence[tuple[str, str]] = ()


def _text(text: str) -> str:
    return dedent(text).lstrip("\n")


def _blocks(text: str) -> tuple[str, ...]:
    return tuple(_text(text).rstrip("\n").split("\n\n"))


PYTHON = Language(
    analyzer="python",
    ending=".py",
    header=_text(
        '''
        """Work on <noun>s for the <service> service."""

        import json
        import logging
        import time

        import requests

        from clients import <service>, accounts, ledger, orders, payments
        from locks import lock

        log = logging.getLogger(__name__)
        RETRIES = <number>
        '''
    ),
    group=_text(
        '''
        class <Verb>Store:
            """Keep <noun>s between calls."""

            def __init__(self, <noun>, *, limit=<number>):
                self.<noun> = <noun>
                self.limit = limit

            def __repr__(self):
                return f"<{type(self).__name__} {self.<noun>}>"
        '''
    ),
    opening='def <verb>_<noun>_<number>(request, <noun>, retries=3):\n    """Do <verb> with the <noun>."""',
    blocks=_blocks(
        """
        <noun>_id = request.args.get("<noun>")

        result_<number> = <service>.<verb>(<noun>, timeout=<number>)

        <service>.<verb>(<noun>, amount=<number>)

        response = requests.get(f"https://<service>.internal/<noun>", timeout=<number>)
        response.raise_for_status()

        with lock(<noun>):
            <service>.<verb>(<noun>, timeout=<number>)

        for attempt in range(retries):
            try:
                reply = <service>.<verb>(<noun>, timeout=<number>)
            except TimeoutError:
                log.warning("attempt %s", attempt)
                time.sleep(0.1 * attempt)
            else:
                break

        if not <noun>:
            log.info("no <noun> for <service>")
            return None

        totals = {key: sum(row["amount"] for row in rows) for key, rows in groups(<noun>).items()}

        payload = json.dumps({"<noun>": <noun>.id, "limit": <number>}, sort_keys=True)

        # The <service> API rejects what is larger.
        if <noun>.size > <number>:
            raise ValueError(f"too large: {<noun>.size}")
        """
    ),
    unsafe=((", timeout=", ", attempts="), ("with lock(", "if ready("), ("if not ", "if ")),
)

JAVASCRIPT = Language(
    analyzer="js",
    ending=".js",
    header=_text(
        """
        "use strict";

        const <service> = require("../clients/<service>");
        const { lock } = require("../lib/lock");
        const logger = require("../lib/logger");

        const LIMIT = <number>;
        """
    ),
    opening="async function <verb>_<noun>_<number>(request, <noun>) {",
    closing="}",
    margin="  ",
    blocks=_blocks(
        """
        const <noun>Id = request.query.<noun>;

        const result<number> = await <service>.<verb>(<noun>, { timeout: <number> });

        try {
          await <service>.<verb>(<noun>);
        } catch (error) {
          logger.error("failed", error);
        }

        if (!<noun> || <noun>.length > LIMIT) {
          throw new Error("bad <noun>");
        }

        const names<number> = <noun>.items.filter((item) => item.active).map((item) => item.name);

        for (const row of <noun>.rows) {
          total += row.amount * <number>;
        }

        const reply<number> = await fetch(`https://<service>.internal/${<noun>.id}`, { method: "POST" });

        logger.info("done", { <noun>: <noun>.id, count: <number> });
        """
    ),
    unsafe=((", { timeout: ", ", { attempts: "), ("if (!", "if (")),
)

GO = Language(
    analyzer="go",
    ending=".go",
    header=_text(
        """
        package <service>

        import (
            "context"
            "errors"
            "fmt"
            "log"
            "time"

            "example.com/shop/clients/<service>"
        )

        const limit = <number>
        """
    ),
    opening="func <Verb><number>(ctx context.Context, <noun> *Record) (*Result, error) {",
    closing="}",
    blocks=_blocks(
        """
        reply<number>, err := <service>.<Verb>(ctx, <noun>)
        if err != nil {
            return nil, fmt.Errorf("<verb>: %w", err)
        }
        log.Println(reply<number>)

        ctx, cancel := context.WithTimeout(ctx, <number>*time.Second)
        defer cancel()

        if <noun> == nil {
            return nil, errors.New("no <noun>")
        }

        for _, row := range <noun>.Rows {
            total += row.Amount * <number>
        }

        <service>.<Verb>(context.Background(), <noun>)

        switch <noun>.State {
        case "open":
            log.Println("open", <number>)
        default:
            return nil, nil
        }

        names<number> := make([]string, 0, len(<noun>.Rows))
        """
    ),
    unsafe=(("(ctx, ", "(context.Background(), "), ("if err != nil {", "if done {")),
)

BASH = Language(
    analyzer="bash",
    ending=".sh",
    header=_text(
        """
        #!/bin/bash
        # Maintain the <service> service.
        set -euo pipefail

        ROOT=/srv/<service>
        LIMIT=<number>
        """
    ),
    opening="<verb>_<noun>_<number>() {",
    closing="}",
    margin="  ",
    blocks=_blocks(
        """
        curl --max-time <number> -fsS "https://<service>.internal/<noun>" -o "$ROOT/<noun>.json"

        rm -rf "${ROOT:?}/<noun>-<number>"

        if [ ! -d "$ROOT/<noun>" ]; then
          mkdir -p "$ROOT/<noun>"
        fi

        for file in "$ROOT"/<noun>/*.log; do
          gzip -9 "$file"
        done

        <service>-ctl <verb> --force "$1" || echo "<verb> failed" >&2

        local count<number>
        count<number>=$(wc -l < "$ROOT/<noun>.txt")

        echo "$(date -u +%FT%TZ) <verb> <noun> <number>" >> "$ROOT/audit.log"
        """
    ),
    unsafe=((" --max-time ", " --retry "), ("${ROOT:?}", "$ROOT")),
)

YAML = Language(
    analyzer="yaml",
    ending=".yaml",
    header="# Deployment of <service>\nversion: <number>\njobs:\n",
    opening="  <verb>-<noun>-<number>:\n    image: registry.internal/<service>:1.<number>\n    replicas: 3",
    blocks=_blocks(
        """
        env_<number>:
          SERVICE: <service>
          LIMIT: <number>

        limits_<number>:
          memory: <number>Mi
          cpu: <number>m

        command_<number>: ["<service>-ctl", "<verb>", "--limit", "<number>"]

        probe_<number>:
          path: /healthz/<noun>
          timeout: <number>
          period: 10

        volumes_<number>:
          - name: <noun>
            path: /srv/<service>/<noun>
          - name: logs
            path: /var/log

        labels_<number>:
          team: <service>
          tier: backend
        """
    ),
    unsafe=(("replicas: 3", "replicas: 1"), (":1.", ":latest-")),
)

LANGUAGES = (PYTHON, PYTHON, PYTHON, JAVASCRIPT, JAVASCRIPT, GO, GO, BASH, YAML)
"""The mixture: one entry is one part in nine."""
