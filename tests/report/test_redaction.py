"""No name and no amount of a report survives in any face of it once it is redacted.

Every third case of `tests/cases` is redacted and shown in every format; then every name, every telling word of a name
and every amount that the report held before is looked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck import compare_reports
from billcheck.errors import InternalError
from billcheck.findings import KINDS, ContractRows, Finding, Outside, Residue, SetAside, Severity, Status
from billcheck.ledger.source import RefusedRow
from billcheck.money import MINOR_DIGITS, HiddenAmount, format_minor, to_decimal
from billcheck.report.formats import FORMATS, render
from billcheck.report.json_text import report_schema_text
from billcheck.report.page import plain
from billcheck.report.places import Places
from billcheck.report.pseudonyms import _TELLING_NOTHING, Pseudonyms, hide_amounts, hide_numbers
from billcheck.report.redaction import Redaction, redact
from billcheck.report.table import to_lines
from tests.report.stories import clean, half_rate, make_contract, make_report, make_row, many
from tests.report.test_faces_agree import reports
from tests.test_cases import CASES, read_case, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from billcheck.report.report import Report


def faces_of(report: Report, *, names: bool = False, amounts: bool = False) -> dict[str, str]:
    """Everything that can be shown of a report once it is redacted."""
    redaction = Redaction(report, names=names, amounts=amounts)
    places = Places(report, redaction.path)
    texts = {form: render(redaction.report, form, places) for form in FORMATS}
    texts["table"] = plain(to_lines(redaction.report))
    texts["notebook"] = redaction.report._repr_html_()
    texts["repr"] = repr(redaction.report)
    return texts


def values_of(report: Report, *keys: str) -> Iterator[str]:
    """Every text under one of these keys of the JSON."""

    def walk(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key in keys and isinstance(value, str):
                    yield value
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    yield from walk(json.loads(report.to_json()))


def words_in(text: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"[^\W_]+", text)}


AMOUNT_KEYS = (
    "expected", "billed", "arrears", "overbilled", "net", "amount", "shortfall", "stated", "ledger", "difference",
    "arrears_incl_tax", "arrears_tax", "residue", "monthly", "monthly_leak", "projected", "awaiting", "inconclusive",
)  # fmt: skip


def amounts_in(report: Report) -> set[str]:
    """The amounts of a report as they may be written; those of one or two digits stand for anything."""
    found = {amount for amount in values_of(report, *AMOUNT_KEYS) if re.search(r"[1-9]", amount)}
    plain_amounts = {amount.lstrip("-") for amount in found}
    grouped = {f"{Decimal(amount):,}" for amount in plain_amounts}
    return {amount for amount in plain_amounts | grouped if "." in amount or "," in amount or len(amount) > 3}


def numbers_in(text: str) -> set[str]:
    without_days = re.sub(r"\d{4}-\d\d(?:-\d\d)?", " ", text)
    return set(re.findall(r"\d[\d,]*(?:\.\d+)?", without_days))


def names_in(report: Report) -> set[str]:
    names = set(values_of(report, "customer", "owner"))
    for contract in report.agreements:
        names |= set(contract.matching.aliases)
    return names


OURS = {word for kind, entry in KINDS.items() for word in words_in(f"{kind} {entry.meaning} {entry.settled_by}")}
"""Words that the catalogue of kinds says in every report, such as "other"."""


@pytest.mark.parametrize("folder", CASES[::3], ids=lambda folder: folder.name)
def test_no_name_and_no_amount_of_any_case_survives(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    report = run(read_case(folder))
    telling = {
        word
        for name in names_in(report)
        for word in words_in(name)
        if len(word) > 2 and word not in _TELLING_NOTHING | OURS and not word.isdigit()
    }
    assert telling
    for form, text in faces_of(report, names=True).items():
        assert not telling & words_in(text), form
    amounts = amounts_in(report)
    for form, text in faces_of(report, amounts=True).items():
        assert not amounts & numbers_in(text), form
    for redacted in (redact(report, names=True), redact(report, amounts=True)):
        jsonschema.Draft202012Validator(json.loads(report_schema_text())).validate(json.loads(redacted.to_json()))
        assert (redacted.verdict, redacted.exit_code) == (report.verdict, report.exit_code)
        assert [entry.id for entry in redacted.failing] == [entry.id for entry in report.failing]


def test_what_is_looked_for_is_there_before() -> None:
    """The test above can fail."""
    text = half_rate().to_json()
    assert {"hartwell", "interieur"} <= words_in(text)
    assert {"7200.00", "2400.00", "1200.00"} <= amounts_in(half_rate()) & numbers_in(text)


distinct_names = st.lists(
    st.text(alphabet="αβγδεζηθικλμνξ", min_size=3, max_size=6).map(str.capitalize), min_size=4, max_size=4, unique=True
)


@settings(max_examples=25)
@given(distinct_names, st.sampled_from(["{0} {1}", "{0}-{1} Ltd", "The {1}, {0}"]))
def test_no_name_survives_wherever_it_stands(words: list[str], pattern: str) -> None:
    name, owner, alias, stranger = pattern.format(*words), words[2], words[3], f"{words[0]}x {words[1]}x"
    slug = name.lower().replace(" ", "_")
    contract = replace(
        make_contract(f"{words[0]}-2026", name, charges=(f"{words[1]} retainer",)),
        owner=owner,
        file=f"contracts/{slug}.toml",
    )
    contract = replace(contract, matching=replace(contract.matching, aliases=(alias,)))
    row = make_row(
        contract, "2026-01", 500, 400, Status.UNDERBILLED, charge=f"{words[1]} retainer",
        documents=(f"{words[0].upper()}/7",), id="r1", note=f"Ask {owner} about {alias}.",
    )  # fmt: skip
    line = Residue(
        "unmatched", f"D {slug}", 1, date(2026, 1, 1), alias.upper(), contract.id, "EUR", 5, f"{slug}.csv", 2,
        f"{name} is no {stranger}", (f'{contract.id} "{words[1]} retainer"',),
    )  # fmt: skip
    finding = Finding(
        "missing", "f", Severity.ERROR, contract.id, f"{words[1]} retainer", None, None, "EUR", 100,
        f"{name}, {words[1]} retainer: {slug} of {stranger}", (row.id,),
    )  # fmt: skip
    report = make_report(
        [ContractRows(contract, (row,), (contract.id,))],
        findings=[finding],
        residue=[line],
        outside=[Outside(stranger, "EUR", 1, 5, date(2026, 1, 1), date(2026, 1, 1))],
        set_aside=[SetAside(f"{slug}.csv", 3, f"{name} is a draft")],
        refused=[RefusedRow(f"{slug}.csv", 4, "customer", name, f"No {name!r} here. Found {name!r}.", name, "D")],
        shortcomings=(f"{slug}.csv is cut off.",),
    )
    for form, text in faces_of(report, names=True).items():
        shown = json.dumps(json.loads(text), ensure_ascii=False) if form in {"json", "sarif"} else text
        for word in words:
            found = re.search(f".{{0,40}}{word.casefold()}.{{0,40}}", shown.casefold())
            assert found is None, (form, found)


def test_pseudonyms_are_stable_and_alike_for_every_spelling_of_a_name() -> None:
    contract = make_contract(customer="Hartwell Interieur B.V.")
    contract = replace(contract, matching=replace(contract.matching, aliases=("HARTWELL", "Möbelhaus Süd")))
    other = make_contract("C-2", "Noord, Bakkerij")
    report = make_report([ContractRows(contract, ()), ContractRows(other, ())])
    names = Pseudonyms.of(report)
    for text, wanted in {
        "Hartwell Interieur B.V.": "customer 1.",
        "hartwell interieur bv": "customer 1 bv",
        "HARTWELL: 5 seats": "customer 1: 5 seats",
        "moebelhaus": "moebelhaus",
        "mobelhaus-sud.csv": "customer 1.csv",
        "Bakkerij Noord and Hartwell": "customer 2 and customer 1",
        "ledgers/noord_bakkerij_2026.csv": "ledgers/customer 2_2026.csv",
        "Noordzee": "Noordzee",
        "customer": "customer",
    }.items():
        assert names.replace(text, "sentence") == wanted


def test_ids_that_would_read_alike_stay_apart() -> None:
    first = make_contract("Hartwell", "Hartwell Interieur", charges=("Hartwell fee", "Interieur fee"))
    second = make_contract("Interieur", "Hartwell Interieur")
    rows = [
        make_row(first, "2026-01", 10, 5, Status.UNDERBILLED, charge=charge)
        for charge in ("Hartwell fee", "Interieur fee")
    ]
    report = redact(make_report([ContractRows(first, tuple(rows)), ContractRows(second, (), (first.id,))]), names=True)
    assert [contract.id for contract in report.agreements] == ["customer 1", "customer 1 (2)"]
    assert [row.charges for row in report.rows_of("customer 1").rows] == [("customer 1 fee",), ("customer 1 fee (2)",)]
    assert report.rows_of("customer 1 (2)").together_with == ("customer 1",)
    assert [finding.charge for finding in report.findings] == ["customer 1 fee", "customer 1 fee (2)"]


@settings(max_examples=25)
@given(reports(), st.integers(0, 3_000_000))
def test_the_outcome_of_any_report_stays(report: Report, least: int) -> None:
    """Which amounts are too small to fail, and all that depends on it, survives without the amounts."""
    report = replace(report, min_amounts={"EUR": least, "JPY": least})
    redacted = redact(report, names=True, amounts=True)
    assert [entry.id for entry in redacted.failing] == [entry.id for entry in report.failing]
    assert [entry.id for entry in redacted.below] == [entry.id for entry in report.below]
    assert (redacted.verdict, redacted.exit_code) == (report.verdict, report.exit_code)
    for text in faces_of(report, names=True, amounts=True).values():
        assert text


def test_sentences_keep_their_direction_without_amounts() -> None:
    contract = make_contract()
    rows = (
        make_row(contract, "2026-01", 500, 400, Status.UNDERBILLED),
        make_row(contract, "2026-02", 500, 700, Status.OVERBILLED),
    )
    text = plain(to_lines(redact(make_report([ContractRows(contract, rows)]), amounts=True)))
    assert "redacted EUR excl. tax was agreed and never billed; redacted EUR excl. tax was billed beyond" in text
    assert "Amounts are redacted in this report." in text


def test_a_report_says_what_is_redacted_and_can_be_redacted_further() -> None:
    once = redact(half_rate(), names=True)
    assert once.redacted == ("names",)
    twice = redact(once, amounts=True)
    assert twice.redacted == ("names", "amounts")
    assert json.loads(twice.to_json())["redacted"] == ["names", "amounts"]
    assert half_rate().redacted == ()
    assert redact(half_rate()).to_json() == half_rate().to_json()


def test_reports_without_names_are_compared_and_those_without_amounts_are_not() -> None:
    comparison = compare_reports(redact(clean(), names=True), redact(half_rate(), names=True))
    assert len(comparison.changes) == len(compare_reports(clean(), half_rate()).changes)


def test_a_large_report_is_redacted_where_somebody_looks() -> None:
    report = make_report(many(1_500, leaking=120))
    redacted = redact(report, names=True, amounts=True)
    text = plain(to_lines(redacted))
    assert "20 more contracts with something to say" in text
    assert "Customer 0001" not in text
    assert redacted.rows_of("C-0007").contract.customer == "customer 8"


def test_prices_and_names_to_match_by_are_left_out() -> None:
    report = redact(half_rate(), names=True)
    (contract,) = report.agreements
    assert contract.matching.aliases == ()
    assert str(contract.charges[0].price).count("NaN") == 1
    assert contract.grace_of(contract.charges[0]) == 10
    assert contract.tax_percent_of(contract.charges[0]) == Decimal(21)


def test_a_value_of_an_unknown_kind_is_never_passed_on() -> None:
    with pytest.raises(InternalError, match="can be redacted"):
        redact(replace(half_rate(), covers=object()))  # type: ignore[arg-type]


def test_every_field_of_a_report_is_looked_at() -> None:
    """A text in any field would be found: none is passed over but those with words of ours."""
    passed_over = {"fail_on", "redacted"}
    for field in fields(half_rate()):
        if field.name in passed_over | {"min_amounts", "contracts", "found", "terms", "totals", "residue", "outside"}:
            continue
        if field.name in {"refused", "unused_scope", "decisions"}:  # what they name is a name
            continue
        changed: dict[str, Any] = {field.name: ("Hartwell",)}
        shown = redact(replace(half_rate(), **changed), names=True)
        assert getattr(shown, field.name) == ("customer 1",), field.name


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("billed 1,200.00 EUR of 2,400.00 EUR", "billed redacted EUR of redacted EUR"),
        ("1200 JPY short, 3 periods", "redacted JPY short, 3 periods"),
        ("the uplift of 3.2 % on 2026-01-01", "the uplift of 3.2 % on 2026-01-01"),
        ("at 21% tax, line 3", "at 21% tax, line 3"),
        ("-50.00 EUR", "redacted EUR"),
        ("12 ABC", "12 ABC"),
        ("INV-2026-003", "INV-2026-003"),
    ],
)
def test_amounts_in_sentences(text: str, wanted: str) -> None:
    assert hide_amounts(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("600 per month (2026-01-01 to 2026-01-31) = 600", "redacted per month (2026-01-01 to 2026-01-31) = redacted"),
        ("12 × 50.00 × 15/31, less 10 %", "redacted × redacted × 15/31, less 10 %"),
        ("1,000 -600", "redacted -redacted"),
    ],
)
def test_any_number_of_a_derivation(text: str, wanted: str) -> None:
    assert hide_numbers(text) == wanted


@given(st.integers(-9, 9), st.integers(-9, 9), st.sampled_from(sorted(MINOR_DIGITS)))
def test_whatever_is_worked_out_from_a_hidden_amount_is_hidden(one: int, other: int, currency: str) -> None:
    hidden = HiddenAmount(one)
    results = [
        hidden + other, other + hidden, hidden - other, other - hidden, hidden * other, other * hidden, -hidden,
        abs(hidden), sum([hidden, hidden]), hidden // (abs(other) + 1),
    ]  # fmt: skip
    plain_results = [
        one + other, other + one, one - other, other - one, one * other, other * one, -one, abs(one), one + one,
        one // (abs(other) + 1),
    ]  # fmt: skip
    for result, figure in zip(results, plain_results, strict=True):
        assert isinstance(result, HiddenAmount)
        assert result == figure, "signs and comparisons stay what they are"
        assert {str(result), repr(result), f"{result}", f"{result:,}", format_minor(result, currency)} == {"redacted"}
        assert to_decimal(result, currency).is_nan()


class ReadAtOnce(Sequence[SetAside]):
    """Lines that are read back from a file: all of them when somebody walks, which one by one would take for ever."""

    def __len__(self) -> int:
        return 2

    def __iter__(self) -> Iterator[SetAside]:
        return iter([SetAside("l.csv", row, "Hartwell is a draft") for row in (3, 4)])

    def __getitem__(self, index: Any) -> Any:
        assert isinstance(index, slice)
        return list(self)[index]


def test_what_is_read_back_from_a_file_is_read_at_once() -> None:
    redacted = redact(replace(half_rate(), set_aside=ReadAtOnce()), names=True)
    assert [entry.reason for entry in redacted.set_aside] == ["customer 1 is a draft"] * 2
    assert [entry.row for entry in redacted.set_aside[1:]] == [4]
    assert [entry["row"] for entry in json.loads(redacted.to_json())["set_aside"]] == [3, 4]
