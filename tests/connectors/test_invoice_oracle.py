"""Electronic invoices, held against a library that shares no code with ours.

factur-x writes and reads both syntaxes by the business terms of EN 16931 and carries the official XML schemas. It says
what our samples are, and it writes invoices that we have not made up, down to the last element.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from facturx import xml_check_xsd
from facturx.generate_xml import generate_xml
from facturx.parse_xml import parse_ubl_cii_xml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from billcheck.connectors.files import invoice_xml

HERE = Path(__file__).parent
SAMPLES = sorted([*(HERE / "samples" / "electronic").glob("*.xml"), *(HERE.parent / "hostile" / "files").glob("*.xml")])
Terms = dict[str, Any]
"""An invoice by its business terms, as the library takes and gives it: BT-1 is the number, BG-25 the lines."""

every_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)


def read(data: bytes) -> Terms:
    """What we read of an invoice, under the names of the business terms."""
    found = invoice_xml.read_invoice("invoice.xml", [data])
    period = found.period
    return {
        "BT-1": found.number,
        "BT-2": found.issue_date,
        "BT-5": found.currency,
        "BT-9": found.due_date,
        "BT-12": found.contract,
        "BT-25": list(found.preceding),
        "BT-44": found.customer,
        "BT-73": period and period.first_day,
        "BT-74": period and period.last_day,
        "BT-106": found.totals.lines,
        "BT-109": found.totals.excl_tax,
        "BT-112": found.totals.incl_tax,
        "BT-115": found.totals.payable,
        "BG-20, BG-21": [line.amount for line in found.adjustments],
        "BG-25": [
            {
                "BT-129": line.quantity,
                "BT-131": line.amount,
                "BT-134": line.period and line.period.first_day,
                "BT-135": line.period and line.period.last_day,
                "BT-146": line.price,
                "BT-149": line.base_quantity,
                "BT-155": line.item,
                "BG-27, BG-28": line.adjustment,
            }
            for line in found.lines
        ],
    }


def signed(terms: Terms, allowances: str, charges: str) -> list[Decimal]:
    """Allowances as negative, then charges as positive amounts."""
    less = [-Decimal(one["amount"]) for one in terms.get(allowances, [])]
    return less + [Decimal(one["amount"]) for one in terms.get(charges, [])]


def said(terms: Terms) -> Terms:
    """The same of what the library takes or gives."""
    return {
        **{name: terms[name] for name in ("BT-1", "BT-2", "BT-5")},
        **{name: terms.get(name) for name in ("BT-9", "BT-73", "BT-74")},
        **{name: Decimal(terms[name]) for name in ("BT-106", "BT-109", "BT-112", "BT-115")},
        "BT-12": terms.get("BT-12", ""),
        "BT-25": [one["BT-25"] for one in terms.get("BG-3", [])],
        "BT-44": terms["BG-7"]["name"],
        "BG-20, BG-21": signed(terms, "BG-20", "BG-21"),
        "BG-25": [
            {
                **{name: Decimal(line[name]) for name in ("BT-129", "BT-131", "BT-146")},
                **{name: line.get(name) for name in ("BT-134", "BT-135")},
                "BT-149": Decimal(line.get("BT-149", 1)),
                "BT-155": line.get("BT-155", ""),
                "BG-27, BG-28": sum(signed(line, "BG-27", "BG-28"), Decimal(0)),
            }
            for line in terms["BG-25"]
        ],
    }


@every_sample
def test_our_samples_keep_the_official_schema(path: Path) -> None:
    assert xml_check_xsd(path.read_bytes())


@every_sample
def test_another_reader_finds_the_same_in_our_samples(path: Path) -> None:
    data = path.read_bytes()
    assert read(data) == said(parse_ubl_cii_xml(data, check_xsd=False))


DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
CENTS = st.integers(1, 50_000).map(lambda cents: Decimal(cents).scaleb(-2))
PARTS = st.lists(CENTS, max_size=2).map(
    lambda amounts: [
        {"amount": str(one), "reason": "Reason", "vat_category_code": "S", "vat_rate": "21"} for one in amounts
    ]
)


@st.composite
def periods(draw: st.DrawFn, first: str, last: str) -> Terms:
    day = draw(DAYS)
    return draw(st.sampled_from([{}, {first: day, last: day + timedelta(days=draw(st.integers(0, 400)))}]))


@st.composite
def invoice_lines(draw: st.DrawFn, number: int) -> Terms:
    """A line whose price is for one, a hundred or a thousand units, with allowances and charges of its own."""
    base = draw(st.sampled_from([1, 100, 1000]))
    units = draw(st.integers(1, 40))
    price = draw(CENTS)
    line = {
        "BT-126": str(number),
        "BT-129": str(units * base),
        "BT-130": "C62",
        "BT-146": str(price),
        "BT-151": "S",
        "BT-152": "21",
        "BT-153": f"Item {number}",
        "BG-27": draw(PARTS),
        "BG-28": draw(PARTS),
        **draw(periods("BT-134", "BT-135")),
        **draw(st.sampled_from([{}, {"BT-155": f"CODE-{number}"}])),
        **({"BT-149": str(base), "BT-150": "C62"} if base > 1 or draw(st.booleans()) else {}),
    }
    return line | {"BT-131": str(price * units + sum(signed(line, "BG-27", "BG-28")))}


@st.composite
def invoices(draw: st.DrawFn) -> Terms:
    """An invoice or a credit note by its terms, whose sums are made here and not by any reader."""
    lines = [draw(invoice_lines(number)) for number in range(1, draw(st.integers(2, 5)))]
    is_credit = draw(st.booleans())
    terms = {
        "BT-1": draw(st.text("ABC-0123456789/", min_size=1, max_size=12)),
        "BT-2": draw(DAYS),
        "BT-3": "381" if is_credit else draw(st.sampled_from(["380", "384", "389"])),
        "BT-5": draw(st.sampled_from(["EUR", "SEK", "PLN"])),
        "BT-24": "urn:cen.eu:en16931:2017",
        "BT-72": date(2026, 1, 31),
        "BG-4": {"name": "Duinweg Webbeheer", "country_code": "NL", "vat_identifier": "NL001122334B01"},
        "BG-7": {"name": draw(st.sampled_from(["Acme", "Zoë & Co", "<Q> Ltd"])), "country_code": "NL"},
        "BG-20": draw(PARTS),
        "BG-21": draw(PARTS),
        "BG-25": lines,
        **draw(periods("BT-73", "BT-74")),
        **({} if is_credit else draw(st.sampled_from([{}, {"BT-9": date(2026, 9, 4)}]))),
        **draw(st.sampled_from([{}, {"BT-12": "C-117"}])),
        **draw(st.sampled_from([{}, {"BG-3": [{"BT-25": "X-1"}]}, {"BG-3": [{"BT-25": "X-1"}, {"BT-25": "X-2"}]}])),
    }
    total = sum((Decimal(line["BT-131"]) for line in lines), Decimal(0))
    less, more = (sum((Decimal(one["amount"]) for one in terms[name]), Decimal(0)) for name in ("BG-20", "BG-21"))
    whole = total - less + more
    tax = (whole * 21 / 100).quantize(Decimal("0.01"))
    sums = {"BT-106": total, "BT-107": less, "BT-108": more, "BT-109": whole, "BT-110": tax, "BT-112": whole + tax}
    terms |= {name: str(amount) for name, amount in sums.items()} | {"BT-115": str(whole + tax)}
    return terms | {"BG-23": [{"BT-116": str(whole), "BT-117": str(tax), "BT-118": "S", "BT-119": "21"}]}


@settings(max_examples=150)
@given(invoices(), st.sampled_from(["ubl-2.1", "factur-x"]), st.booleans())
def test_what_another_library_writes_is_read_to_the_cent(terms: Terms, flavor: str, has_prefixes: bool) -> None:
    wanted = said(terms)
    assume(terms["BT-3"] != "381" or Decimal(terms["BT-109"]) >= 0)  # a credit note below zero is refused
    data = generate_xml(terms, flavor=flavor, check_xsd=False, check_schematron=False, prefixed_namespaces=has_prefixes)
    assert read(data) == wanted
