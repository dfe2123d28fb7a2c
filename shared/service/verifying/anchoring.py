"""Where the chains end, kept outside the ledger once a day."""

import logging
from datetime import datetime

from shared.ports import Anchors, Ledger
from shared.service.verifying.heads import Heads, heads_of

_LOG = logging.getLogger("driftgate.heads")


def anchor(ledger: Ledger, anchors: Anchors, now: datetime) -> Heads:
    """Keep the heads under their time, and their root in the log, which others keep."""
    heads = heads_of(ledger, now)
    anchors.keep(f"{now:%Y/%m/%dT%H%M%SZ}", heads.content())
    _LOG.info(
        "heads of %d subjects, root %s",
        len(heads.heads),
        heads.root,
        extra={"subjects": len(heads.heads), "root": heads.root},
    )
    return heads
