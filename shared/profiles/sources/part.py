"""Some rows of a source, whose columns are read when they are asked for."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from shared.profiles.sources.unread import Unread

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """So many rows; `read` gives one of its columns, and nothing is kept of it here.

    `read_pieces` gives it piece by piece where that is cheaper. `names` are all its columns,
    `added` those the source has beside the data's own, `about` what it knows of each row under
    names that no data has (`@time`, `@id`), `mixed` those of several types, read as text. `lines`
    counts those of a collector that were read, `unread` those that could not be. `share` is the
    part's share of the whole source, for whoever shows progress.
    """

    rows: int
    names: tuple[str, ...]
    read: "Callable[[str], pa.ChunkedArray]"
    read_pieces: "Callable[[str], Iterator[pa.Array]] | None" = None
    added: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    mixed: tuple[str, ...] = ()
    lines: int = 0
    unread: Unread = field(default_factory=Unread)
    share: float = 1.0

    @property
    def all_names(self) -> tuple[str, ...]:
        """The data's columns, the source's own, and what is known of each row."""
        return (*self.names, *self.added, *self.about)

    @classmethod
    def of(
        cls,
        table: "pa.Table",
        *,
        added: Collection[str] = (),
        about: Collection[str] = (),
        mixed: Collection[str] = (),
        lines: int = 0,
        unread: Unread | None = None,
        share: float = 1.0,
    ) -> Self:
        """A part of what is in memory already."""
        return cls(
            rows=table.num_rows,
            names=tuple(name for name in table.column_names if name not in {*added, *about}),
            added=tuple(added),
            about=tuple(about),
            read=table.column,
            mixed=tuple(mixed),
            lines=lines,
            unread=unread or Unread(),
            share=share,
        )

    def column(self, name: str) -> "pa.Array":
        """The values of one of its columns, in one piece."""
        import pyarrow as pa

        values = self.read(name)
        if values.num_chunks == 1:
            return values.chunk(0)
        if pa.types.is_dictionary(values.type):
            values = values.unify_dictionaries()
        return values.combine_chunks()

    def pieces(self, name: str) -> "Iterator[pa.Array]":
        """The values of one of its columns piece by piece, at least one, none of them kept."""
        import pyarrow as pa

        if self.read_pieces is not None:
            return self.read_pieces(name)
        values = self.read(name)
        return iter(values.chunks or [pa.array([], type=values.type)])

    def table(self, names: Sequence[str] | None = None) -> "pa.Table":
        """Several columns at once; of those named, the ones there are."""
        import pyarrow as pa

        wanted = [name for name in names or self.names if name in self.all_names]
        return pa.table({name: self.read(name) for name in wanted})

    def where(self, mask: "pa.ChunkedArray | pa.Array") -> Self:
        """Only the rows at which the mask is true."""
        import pyarrow.compute as pc

        read = self.read
        kept = pc.sum(mask).as_py() or 0
        return replace(self, rows=kept, read=lambda name: read(name).filter(mask), read_pieces=None)
