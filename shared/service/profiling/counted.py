"""What was counted of some files of an order, as it is kept: its counts, and no row of it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.domain.decisions.collection.lines import UNTOLD
from shared.errors import InvalidData

if TYPE_CHECKING:
    from shared.profiles.pieces import Piece
    from shared.statistics import Profile

_NOT_OURS = (KeyError, TypeError, ValueError, AttributeError)


def plain_pieces(pieces: "Sequence[Piece | None]") -> list[dict[str, Any] | None]:
    """Each piece as JSON values, None for one in which there was nothing."""
    return [_plain(piece) for piece in pieces]


def pieces_in(
    kept: Mapping[str, Any], name: str, base: "Profile", count: int
) -> "list[Piece | None]":
    """Read them back; None for those without anything. An empty list stands for that alone.

    Whole profiles, as an engine elsewhere writes them, are read too.
    Raises InvalidData for what are no such pieces, or not so many.
    """
    try:
        plain = kept[name]
        if plain and len(plain) != count:
            raise InvalidData(f"There are {len(plain)} pieces of the {name}, not {count}.")
        return [None if one is None else _piece(one, base) for one in plain] or [None] * count
    except _NOT_OURS as problem:
        raise InvalidData(
            f"What was counted of the {name} cannot be read ({type(problem).__name__}); have it "
            "counted again."
        ) from problem


def _plain(piece: "Piece | None") -> dict[str, Any] | None:
    from shared.statistics.profile import part_to_json

    if piece is None or not (piece.profile.rows or piece.lines or piece.unread.total):
        return None
    return {
        "profile": part_to_json(piece.profile),
        "lines": piece.lines,
        "unread": dict(piece.unread.counts),
        "example": piece.unread.example,
    }


def _piece(plain: Mapping[str, Any], base: "Profile") -> "Piece":
    from shared.profiles.pieces import Piece
    from shared.profiles.sources.unread import Unread
    from shared.statistics import Profile
    from shared.statistics.profile import part_from_json

    if "profile" not in plain:
        profile = Profile.from_json(plain)
        told = {UNTOLD: profile.unread} if profile.unread else {}
        return Piece(profile=profile, unread=Unread(counts=told))
    return Piece(
        profile=part_from_json(plain["profile"], base),
        lines=int(plain["lines"]),
        unread=Unread(counts=dict(plain["unread"]), example=str(plain["example"])),
    )
