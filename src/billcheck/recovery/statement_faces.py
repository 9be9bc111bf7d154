"""A statement as CSV, JSON, Markdown and HTML.

Comes in: a statement. Goes out: text, the same bytes for the same statement, and the same figures in each format. CSV
and JSON have headings and keys that do not change, plain figures with the digits of their currency, and texts that no
spreadsheet takes for a formula. Must not know where the text goes.
"""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from typing import TYPE_CHECKING

from billcheck.money import format_minor
from billcheck.period import period_label
from billcheck.recovery.paper import Bullets, Heading, Paper, Paragraph, Table
from billcheck.recovery.paper import to_html as paper_html
from billcheck.recovery.paper import to_markdown as paper_markdown
from billcheck.recovery.time_shares import CALENDAR_YEAR
from billcheck.report.csv_text import csv_cell
from billcheck.report.wording import amount_text, counted, money_text, percent_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.recovery.arrears import CasePeriod
    from billcheck.recovery.paper import Block
    from billcheck.recovery.statement import Statement, StatementTotals
    from billcheck.recovery.time_shares import TimeShare
    from billcheck.report.page import Align

SCHEMA_VERSION = 1
"""Changes when a key of the JSON, or a heading of the CSV, changes its meaning or goes away."""

COLUMNS = (
    "record",
    "contract",
    "charges",
    "first_day",
    "last_day",
    "currency",
    "agreed",
    "billed",
    "difference",
    "credited",
    "tax_percent",
    "tax",
    "incl_tax",
    "documents",
    "document_dates",
    "document_amounts",
    "change",
    "derivation",
    "row",
)
"""The headings of the CSV.

`record` is `period` or `overbilled` for rows, and for sums `tax`, `total`, `month`, `fiscal_year`, each also with
`overbilled_` before it, or `leak`, what a month of it comes to. Keep to rows, or to one kind of sum, when adding up.
"""

_LEFT: tuple[Align, ...] = ("left", "left", "left")
_RIGHT: tuple[Align, ...] = ("right", "right", "right", "right")
NOT_STATED = "not stated"
_TAX_OPEN = "The percent of tax of some periods is not stated in the contract: that tax is in no sum here."


def to_csv(statement: Statement) -> str:
    """Periods, then sums, one a row; the first column says what each of them is."""
    stream = StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({"currency": statement.currency, **entry} for entry in _csv_rows(statement))
    return stream.getvalue()


def _csv_rows(statement: Statement) -> Iterator[dict[str, str]]:
    currency = statement.currency
    for record, rows in (("period", statement.periods), ("overbilled", statement.overbilled)):
        yield from ({"record": record, **_csv_period(row, currency)} for row in rows)
    for prefix, totals in (("", statement.arrears), ("overbilled_", statement.owed_back)):
        sign = -1 if prefix else 1
        if prefix and not statement.overbilled:
            continue
        for group in totals.tax_groups:
            is_known = group.percent is not None
            yield {
                "record": f"{prefix}tax",
                "difference": format_minor(sign * group.excl_tax_minor, currency),
                "tax_percent": f"{group.percent:f}" if is_known else "",
                "tax": format_minor(sign * group.tax_minor, currency) if is_known else "",
                "incl_tax": format_minor(sign * (group.excl_tax_minor + group.tax_minor), currency) if is_known else "",
            }
        yield {
            "record": f"{prefix}total",
            "agreed": format_minor(totals.agreed_minor, currency),
            "billed": format_minor(totals.billed_minor, currency),
            "difference": format_minor(sign * totals.excl_tax_minor, currency),
            "credited": "" if prefix else format_minor(statement.credited_minor, currency),
            "tax": format_minor(sign * totals.tax_minor, currency),
            "incl_tax": format_minor(sign * totals.incl_tax_minor, currency),
        }
    if statement.leak.is_running and statement.leak.fixed_on is None:
        yield {"record": "leak", "difference": format_minor(statement.leak.monthly_minor, currency)}
    for record, shares in (("month", statement.months), ("fiscal_year", statement.fiscal_years)):
        for share in shares:
            for prefix, minor in (("", share.arrears_minor), ("overbilled_", -share.overbilled_minor)):
                if minor:
                    yield {
                        "record": f"{prefix}{record}",
                        "first_day": share.first_day.isoformat(),
                        "last_day": share.last_day.isoformat(),
                        "difference": format_minor(minor, currency),
                    }


def _csv_period(row: CasePeriod, currency: str) -> dict[str, str]:
    return {
        "contract": csv_cell(row.contract),
        "charges": csv_cell(" + ".join(row.charges)),
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "agreed": format_minor(row.expected_minor, currency),
        "billed": format_minor(row.billed_minor, currency),
        "difference": format_minor(row.shortfall_minor, currency),
        "credited": format_minor(row.credited_minor, currency),
        "tax_percent": "" if row.tax_percent is None else f"{row.tax_percent:f}",
        "documents": csv_cell("; ".join(part.document for part in row.billed)),
        "document_dates": "; ".join(part.issue_date.isoformat() for part in row.billed),
        "document_amounts": "; ".join(format_minor(part.amount_minor, currency) for part in row.billed),
        "change": "yes" if row.is_change else "no",
        "derivation": csv_cell("; ".join(_plain(row))),
        "row": csv_cell(row.row),
    }


def to_json(statement: Statement) -> str:
    """Every key, always, in one order; amounts are strings with the digits of the currency."""
    currency = statement.currency
    table = {
        "schema_version": SCHEMA_VERSION,
        "case": statement.case,
        "customer": statement.customer,
        "currency": currency,
        "as_of": statement.as_of.isoformat(),
        "contracts": [
            {
                "id": agreement.contract,
                "reference": agreement.reference,
                "start": agreement.start.isoformat(),
                "last_day": None if agreement.last_day is None else agreement.last_day.isoformat(),
            }
            for agreement in statement.agreements
        ],
        "periods": [_json_period(row, currency) for row in statement.periods],
        "totals": _json_totals(statement.arrears, currency),
        "credited": format_minor(statement.credited_minor, currency),
        "overbilled": {
            "periods": [_json_period(row, currency) for row in statement.overbilled],
            "owed_back": _json_totals(statement.owed_back, currency),
        },
        "months": [_json_share(share, currency) for share in statement.months],
        "fiscal_year_end": str(statement.fiscal_year_end),
        "fiscal_years": [_json_share(share, currency) for share in statement.fiscal_years],
        "shared_out_by_days": statement.is_shared_out,
        "leak": {
            "running": statement.leak.is_running,
            "monthly": format_minor(statement.leak.monthly_minor, currency),
            "fixed_on": None if statement.leak.fixed_on is None else statement.leak.fixed_on.isoformat(),
        },
    }
    return json.dumps(table, ensure_ascii=True, allow_nan=False, indent=2) + "\n"


def _json_period(row: CasePeriod, currency: str) -> dict[str, object]:
    return {
        "row": row.row,
        "contract": row.contract,
        "charges": list(row.charges),
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "is_change": row.is_change,
        "agreed": format_minor(row.expected_minor, currency),
        "billed": format_minor(row.billed_minor, currency),
        "difference": format_minor(row.shortfall_minor, currency),
        "credited": format_minor(row.credited_minor, currency),
        "tax_percent": None if row.tax_percent is None else f"{row.tax_percent:f}",
        "documents": [
            {
                "number": part.document,
                "date": part.issue_date.isoformat(),
                "billed": format_minor(part.amount_minor, currency),
            }
            for part in row.billed
        ],
        "derivation": list(_plain(row)),
    }


def _json_totals(totals: StatementTotals, currency: str) -> dict[str, object]:
    return {
        "agreed": format_minor(totals.agreed_minor, currency),
        "billed": format_minor(totals.billed_minor, currency),
        "excl_tax": format_minor(totals.excl_tax_minor, currency),
        "tax_groups": [
            {
                "percent": None if group.percent is None else f"{group.percent:f}",
                "excl_tax": format_minor(group.excl_tax_minor, currency),
                "tax": None if group.percent is None else format_minor(group.tax_minor, currency),
            }
            for group in totals.tax_groups
        ],
        "tax": format_minor(totals.tax_minor, currency),
        "incl_tax": format_minor(totals.incl_tax_minor, currency),
        "tax_known": totals.is_tax_known,
    }


def _json_share(share: TimeShare, currency: str) -> dict[str, str]:
    return {
        "first_day": share.first_day.isoformat(),
        "last_day": share.last_day.isoformat(),
        "arrears": format_minor(share.arrears_minor, currency),
        "overbilled": format_minor(share.overbilled_minor, currency),
    }


def to_markdown(statement: Statement) -> str:
    """The statement as Markdown."""
    return paper_markdown(to_paper(statement))


def to_html(statement: Statement) -> str:
    """The statement as a whole page of HTML."""
    return paper_html(to_paper(statement))


def to_paper(statement: Statement) -> Paper:
    """The statement to read."""
    names = ", ".join(agreement.reference or agreement.contract for agreement in statement.agreements)
    blocks: list[Block] = [
        Paragraph(
            f"Contract {names}. As of {statement.as_of}. "
            f"Amounts are in {statement.currency}, excl. tax unless they say otherwise."
        ),
        *arrears_blocks(statement),
        *_overbilled_blocks(statement),
        *_derivation_blocks(statement),
        *share_blocks(statement),
        *_leak_blocks(statement),
    ]
    return Paper(f"What was agreed and what was billed: {statement.customer}", tuple(blocks))


def arrears_blocks(statement: Statement) -> Iterator[Block]:
    """The periods that were billed too low or not at all, and what they come to with tax."""
    yield Heading("Billed too little")
    yield from _period_tables(statement.periods, statement.currency, 1, "Difference")
    yield totals_table(statement.arrears, statement.currency, "Missing")
    if not statement.arrears.is_tax_known:
        yield Paragraph(_TAX_OPEN, "attention")
    if statement.credited_minor:
        amount = money_text(statement.credited_minor, statement.currency)
        yield Paragraph(f"{amount} of it was billed, and taken off again by credit notes.")


def _overbilled_blocks(statement: Statement) -> Iterator[Block]:
    if not statement.overbilled:
        return
    yield Heading("Billed too much")
    yield Paragraph("This is owed back to the client. It is set off against nothing above.")
    yield from _period_tables(statement.overbilled, statement.currency, -1, "Owed back")
    yield totals_table(statement.owed_back, statement.currency, "Owed back")
    if not statement.owed_back.is_tax_known:
        yield Paragraph(_TAX_OPEN, "attention")


def _period_tables(rows: Sequence[CasePeriod], currency: str, sign: int, difference: str) -> Iterator[Block]:
    """One table for each charge of a contract, one row a period; their names only where there are several."""
    groups: dict[tuple[str, tuple[str, ...]], list[CasePeriod]] = {}
    for row in rows:
        groups.setdefault((row.contract, row.charges), []).append(row)
    for (contract, charges), own in groups.items():
        if len(groups) > 1:
            yield Paragraph(f"{contract}, {' + '.join(charges)}", "strong")
        yield _periods_table(own, currency, sign, difference)


def _periods_table(rows: Sequence[CasePeriod], currency: str, sign: int, difference: str) -> Table:
    body: list[tuple[str, ...]] = []
    for row in rows:
        change = " (change)" if row.is_change else ""
        body.append(
            (
                f"{period_label(row.first_day, row.last_day)}{change}",
                *_document_cells(row, currency),
                NOT_STATED if row.tax_percent is None else percent_text(row.tax_percent),
                amount_text(row.expected_minor, currency),
                amount_text(row.billed_minor, currency),
                amount_text(sign * row.shortfall_minor, currency),
            )
        )
    sums = (
        sum(row.expected_minor for row in rows),
        sum(row.billed_minor for row in rows),
        sign * sum(row.shortfall_minor for row in rows),
    )
    body.append(("Total", "", "", "", *(amount_text(minor, currency) for minor in sums)))
    return Table(
        headings=("Period", "Billed on", "Dated", "Tax", "Agreed", "Billed", difference),
        aligns=(*_LEFT, *_RIGHT),
        rows=tuple(body),
        totals=1,
    )


def _document_cells(row: CasePeriod, currency: str) -> tuple[str, str]:
    """Numbers and dates; the amounts as well where they are not simply what was billed."""
    if not row.billed:
        return "not billed", ""
    is_plain = len(row.billed) == 1 and row.billed[0].amount_minor == row.billed_minor
    names = (
        part.document if is_plain else f"{part.document} ({amount_text(part.amount_minor, currency)})"
        for part in row.billed
    )
    return ", ".join(names), ", ".join(part.issue_date.isoformat() for part in row.billed)


def totals_table(totals: StatementTotals, currency: str, what: str) -> Table:
    """What periods come to: excluding tax, tax by percent, including tax."""
    rows = [(f"{what}, excl. tax", money_text(totals.excl_tax_minor, currency))]
    for group in totals.tax_groups:
        base = amount_text(group.excl_tax_minor, currency)
        if group.percent is None:
            rows.append((f"Tax on {base}", NOT_STATED))
        else:
            rows.append((f"Tax at {percent_text(group.percent)} on {base}", money_text(group.tax_minor, currency)))
    last = "incl. tax" if totals.is_tax_known else "incl. the tax that is stated"
    rows.append((f"{what}, {last}", money_text(totals.incl_tax_minor, currency)))
    return Table(("Sum", "Amount"), ("left", "right"), tuple(rows), totals=1)


def _derivation_blocks(statement: Statement) -> Iterator[Block]:
    """How the agreed amounts came about; runs of periods with the same words as one."""
    texts = (*_derivations(statement.periods), *_derivations(statement.overbilled))
    if texts:
        yield Heading("How the agreed amounts come about")
        yield Bullets(texts)


def _derivations(rows: Iterable[CasePeriod]) -> Iterator[str]:
    runs: list[tuple[tuple[str, ...], list[CasePeriod]]] = []
    for row in rows:
        words = (row.contract, *row.charges, *row.derivation)
        if runs and runs[-1][0] == words:
            runs[-1][1].append(row)
        elif row.derivation:
            runs.append((words, [row]))
    for _, run in runs:
        yield f"{_run_label(run)}: {'; '.join(_plain(run[0]))}"


_OWN_WORDS = re.compile(
    r" \((?:default(?:: [a-z_]+)?|(?:package_rounding|proration): [a-z0-9_]+|proration_denominator|align|immediate)\)"
)
"""How a contract file calls a rule, which whoever gets the statement has never seen."""


def _plain(row: CasePeriod) -> tuple[str, ...]:
    """How the agreed amount of a period comes about, without the words of the contract file."""
    return tuple(_OWN_WORDS.sub("", text) for text in row.derivation)


def _run_label(rows: Sequence[CasePeriod]) -> str:
    labels = [period_label(row.first_day, row.last_day) for row in rows]
    span = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]} ({counted(len(labels), 'period')})"
    return f"{rows[0].contract} {' + '.join(rows[0].charges)}, {span}"


def share_blocks(statement: Statement) -> Iterator[Block]:
    """What is missing by month and by fiscal year."""
    currency = statement.currency
    has_overbilled = bool(statement.overbilled)
    yield Heading("By month and fiscal year")
    rows = [
        *(
            (period_label(share.first_day, share.last_day), *_share_cells(share, currency))
            for share in statement.months
        ),
        *((_year_label(share, statement), *_share_cells(share, currency)) for share in statement.fiscal_years),
    ]
    width = 3 if has_overbilled else 2
    yield Table(
        ("Span", "Missing", "Owed back")[:width],
        ("left", *_RIGHT[: width - 1]),
        tuple(row[:width] for row in rows),
        totals=len(statement.fiscal_years),
    )
    if statement.is_shared_out:
        yield Paragraph("A period that goes over the end of a month or of a fiscal year is shared out by its days.")


def _year_label(share: TimeShare, statement: Statement) -> str:
    if statement.fiscal_year_end == CALENDAR_YEAR:
        return f"Year {share.first_day.year}"
    return f"Fiscal year {share.first_day} to {share.last_day}"


def _share_cells(share: TimeShare, currency: str) -> tuple[str, str]:
    return amount_text(share.arrears_minor, currency), amount_text(share.overbilled_minor, currency)


def _leak_blocks(statement: Statement) -> Iterator[Block]:
    leak = statement.leak
    yield Heading("Whether it goes on")
    if leak.is_running and leak.fixed_on is None:
        amount = money_text(leak.monthly_minor, statement.currency)
        yield Paragraph(
            f"The latest period billed shows the difference as well; if nothing changes, it is {amount} a month."
        )
    elif leak.fixed_on is not None:
        yield Paragraph(f"It was put right on {leak.fixed_on}: later invoices bill what was agreed.")
    else:
        yield Paragraph(f"No later period shows the difference ({counted(len(statement.periods), 'period')} in all).")
