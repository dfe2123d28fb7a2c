"""Where every chain ends, kept outside the ledger: what shows that an end was put back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.canonical import canonical_json, content_hash, format_time, parse_time
from shared.domain.chain.links import Break, Fault
from shared.errors import InvalidData
from shared.ports import Ledger

_ROOT = "The root of the heads is {}, and {} is what they come to: the file was altered."


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """By subject the version and hash of its newest decision, as they were at a time."""

    taken: datetime
    heads: Mapping[str, tuple[int, str]]

    @property
    def root(self) -> str:
        """One hash over all of them: enough to be kept where nobody can change it."""
        return content_hash({name: list(head) for name, head in sorted(self.heads.items())})

    def content(self) -> bytes:
        """As they are written to a file, with their root."""
        return canonical_json(
            {
                "taken": format_time(self.taken),
                "root": self.root,
                "heads": {
                    name: {"version": version, "hash": head}
                    for name, (version, head) in self.heads.items()
                },
            }
        )

    @classmethod
    def read(cls, content: bytes) -> "Heads":
        """Read back what `content` wrote. Raises InvalidData for anything else."""
        import msgspec

        try:
            plain: dict[str, Any] = msgspec.json.decode(content)
            heads = {
                str(name): (int(one["version"]), str(one["hash"]))
                for name, one in plain["heads"].items()
            }
            read = cls(taken=parse_time(plain["taken"]), heads=heads)
            root = str(plain["root"])
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError) as problem:
            raise InvalidData(
                "It holds no heads; give a file that `driftgate verify --heads` wrote."
            ) from problem
        if root != read.root:
            raise InvalidData(_ROOT.format(root[:64], read.root))
        return read

    def missing_in(self, ledger: Ledger, subject: str | None = None) -> Iterator[Break]:
        """Each head that the ledger's chains do not hold at its place any more."""
        for name, (version, head) in sorted(self.heads.items()):
            if subject in {None, name} and (said := _said(ledger, name, version, head)):
                yield Break(fault=Fault.HEAD, subject=name, version=version, sentence=said)


def heads_of(ledger: Ledger, taken: datetime) -> Heads:
    """The heads of all subjects by their states, one row each: for the pulse, not a proof."""
    heads = {}
    for subject in ledger.subjects():
        state = ledger.state(subject)
        heads[subject] = (state.version, str(state.state.get("last_hash", "")))
    return Heads(taken=taken, heads=heads)


def _said(ledger: Ledger, subject: str, version: int, head: str) -> str | None:
    if version == 0:
        return None
    logged = next(ledger.chain(subject, version), None)
    if logged is None or logged.version != version:
        return f"Decision {version}, which was the last once, is not there any more."
    if logged.decision.get("hash") != head:
        return f"Decision {version} is another than the one that was the last once."
    return None
