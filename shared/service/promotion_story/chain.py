"""Whether a subject's decisions still are what was committed."""

from shared.domain.chain.walk import Walk
from shared.ports import Ledger
from shared.service.promotion_story.story import ChainTold
from shared.service.verifying.chains import links_of


def chain_of(ledger: Ledger, subject: str) -> ChainTold:
    """Walk the whole chain; the first break in it is told."""
    walk = Walk(subject=subject)
    first = ""
    for version, link in links_of(ledger, subject):
        walk.take(version, link)
        first = first or ("" if link is None else link.hash)
    breaks = walk.finish(lambda: (link for _, link in links_of(ledger, subject)))
    return ChainTold(
        checked=walk.links,
        first=first,
        last="" if walk.last is None else walk.last.hash,
        broken=breaks[0].sentence if breaks else None,
    )
