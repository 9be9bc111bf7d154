"""A report-shaped file, below its heading, as flat rows that the same profile reads.

Comes in: the texts above the heading, the heading, the rows below it and the profile. Goes out: the heading with the
made columns, the entries, and what the report says of itself once they have been read. Must not know how files are
opened, or what an entry means.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from billcheck.connectors.files.heading import fold_heading, place_fields
from billcheck.connectors.files.profile import fold_word
from billcheck.connectors.files.reports.entries import CellValues, ReportColumns
from billcheck.connectors.files.reports.flatten import Flattening
from billcheck.connectors.files.stream import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.connectors.files.cells import CellRow
    from billcheck.connectors.files.heading import Heading
    from billcheck.connectors.files.profile import Profile
    from billcheck.connectors.files.reports.shape import ReportShape
    from billcheck.ledger.line import Kind


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report: its heading with the made columns, and its entries, to be read once."""

    heading: Heading
    rows: Iterator[CellRow]
    _flattening: Flattening

    def facts(self, facts: Facts) -> Facts:
        """What the file says beside its entries, in addition to some facts; known once these have been read."""
        covers = self._flattening.covers
        doubts = tuple(self._flattening.doubts)
        return Facts(
            covers=covers if facts.covers is None else facts.covers,
            period=self._flattening.period,
            notes=(*facts.notes, *self._flattening.notes, *doubts),
            shortcoming=" ".join([facts.shortcoming, *doubts]).strip(),
        )


def read_report(
    path: str,
    titles: Sequence[str],
    heading: Heading,
    rows: Iterable[CellRow],
    profile: Profile,
    shape: ReportShape,
    currency: str | None,
) -> ReportFile:
    """The report under a heading.

    Args:
        path: How messages name the file.
        titles: The texts above the heading.
        heading: The heading row.
        rows: The rows below it.
        profile: What reads them.
        shape: How the report is laid out.
        currency: The currency of a file that names none.

    Raises:
        LedgerRefusedError: Two columns have the same heading, or the currency is open. Reading the rows raises what the
            report contradicts.
    """
    made = replace(heading, cells=(*heading.cells, *shape.made_columns))
    layout = place_fields(path, profile, made, currency)
    width = len(heading.cells)
    folded = replace(
        shape,
        balance_columns=tuple(map(fold_heading, shape.balance_columns)),
        credit_columns=tuple(map(fold_heading, shape.credit_columns)),
        debit_columns=tuple(map(fold_heading, shape.debit_columns)),
    )
    own = {field: place for field, place in layout.fields.items() if place < width}
    columns = ReportColumns.find(heading.cells, list(map(fold_heading, heading.cells)), own, folded)
    code = layout.constants.get("currency", b"").decode().strip('"')

    def kind_of(text: str) -> Kind | None:
        word = fold_word(text)
        return profile.kinds.get(word) if word else profile.default_kind

    flattening = Flattening(path, titles, columns, width, shape, CellValues(profile.values.marks, code), kind_of)
    return ReportFile(made, flattening.rows(rows), flattening)
