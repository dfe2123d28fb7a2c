"""Whether contents that are gone were erased by somebody who said so, or just taken away."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from shared.domain.chain.links import Break, Fault, Link


def judge_stubs(
    subject: str,
    stubs: Mapping[str, Sequence[int]],
    erasing: Sequence[Link],
    links: Iterable[Link],
) -> list[Break]:
    """Each stub that no later decision covers, and each decision that covers other links.

    `stubs` are versions by the hash of the decision that they name as having erased them.
    """
    by_hash = {link.hash: link for link in erasing}
    breaks = [
        Break(
            fault=Fault.NOT_ERASED_BY_ANYBODY,
            subject=subject,
            version=version,
            sentence=f"The contents of decision {version} are gone, and no later decision says "
            "that they were erased.",
        )
        for erased, versions in stubs.items()
        for version in versions
        if not _covered(version, by_hash.get(erased))
    ]
    digests = _digests(links, {link.covers.up_to for link in erasing if link.covers})
    for link in erasing:
        covers = link.covers
        if covers is not None and digests.get(covers.up_to) != covers.links:
            sentence = (
                f"The links up to decision {covers.up_to} are no longer those whose contents "
                f"decision {link.version} took away."
            )
            breaks.append(
                Break(fault=Fault.ALTERED, subject=subject, version=link.version, sentence=sentence)
            )
    return breaks


def links_digest(hashes: Iterable[str]) -> str:
    """One hash over the hashes of links in their order: by it an erasure says what it covers."""
    digest = sha256()
    for one in hashes:
        digest.update(bytes.fromhex(one))
    return digest.hexdigest()


def _covered(version: int, by: Link | None) -> bool:
    return by is not None and by.covers is not None and version <= by.covers.up_to < by.version


def _digests(links: Iterable[Link], wanted: set[int]) -> dict[int, str]:
    """The digest of all links up to each of some versions."""
    found: dict[int, str] = {}
    digest = sha256()
    for link in links:
        digest.update(bytes.fromhex(link.hash))
        if link.version in wanted:
            found[link.version] = digest.hexdigest()
    return found
