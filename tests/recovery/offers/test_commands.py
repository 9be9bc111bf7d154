"""`billcheck recover offers` and `plan`, from the words of the command line to the file of the case."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from billcheck.cli.main import main
from billcheck.period import Cadence
from billcheck.recovery.arrears import AgreedCharge
from billcheck.recovery.brief import make_brief
from billcheck.recovery.case_files import load_case, write_case
from billcheck.recovery.documents import Wishes, draft_documents
from billcheck.recovery.events import Agreed, Contacted, Offered, Planned
from billcheck.recovery.offers import instalment_offer, separate_invoice_offer
from billcheck.recovery.states import State, add, state_of
from tests.recovery.by_hand import make_agreement, make_case, make_period
from tests.recovery.cases import story_case
from tests.recovery.offers.stories import agreement, case_of, row

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.recovery.case import Case

ON = ("--on", "2026-09-08")
FIRST = ("--first", "2026-10-31")
TALK = Contacted(on=date(2026, 9, 8), channel="in_person")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return kept(tmp_path, add(story_case(), TALK))


def kept(folder: Path, case: Case) -> Path:
    path = folder / "case.json"
    write_case(case, path)
    return path


def run(capsys: pytest.CaptureFixture[str], verb: str, file: Path, *words: str) -> tuple[int, str, str]:
    try:
        code = main(["recover", verb, str(file), *words])
    except SystemExit as left:
        code = int(left.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_ladder_is_marked_and_shows_the_floor(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "offers", file, *ON, *FIRST, "--floor", "3,600.00")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == "internal – do not send"
    assert lines[2] == "  7,200.00 EUR excl. tax can be claimed on 2026-09-08, of arrears of 7,200.00 EUR."
    assert lines[3] == "  The floor is 3,600.00 EUR excl. tax."
    table = {line.split()[0]: line.split()[1:] for line in lines[6:19]}
    assert table["next_invoice"] == [
        "7,200.00", "0.00", "100%", "8,712.00", "1", "8,712.00", "300%", "2026-10-30", "1,512.00", "kept",
    ]  # fmt: skip
    assert table["waive_25_percent_instalments_6"] == [
        "5,400.00", "1,800.00", "75%", "6,534.00", "6", "1,089.00", "37.5%", "2027-03-31", "1,134.00", "kept",
    ]  # fmt: skip
    assert table["waive_all"] == [
        "0.00", "7,200.00", "0%", "0.00", "0", "0.00", "0%", "–", "0.00", "below:", "walk", "away",
    ]  # fmt: skip


def test_the_ladder_in_json_and_csv_says_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text, _ = run(capsys, "offers", file, *ON, *FIRST, "--floor", "3600", "--format", "json")
    table = json.loads(text)
    assert {key: table[key] for key in list(table)[1:12]} == {
        "audience": "internal", "case": load_case(file).id, "customer": "Hartwell Interieur", "currency": "EUR",
        "on": "2026-09-08", "arrears": "7200.00", "claimable": "7200.00", "invoiced": "0.00", "waived": "0.00",
        "credited": "0.00", "cut_off": "0.00",
    }  # fmt: skip
    assert table["floor"] == "3600.00"
    assert table["offers"][4] == {
        "offer": "waive_10_percent_instalments_6", "how": "instalments", "mode": "one_invoice", "currency": "EUR",
        "claim_excl_tax": "6480.00", "claim_tax": "1360.80", "claim_incl_tax": "7840.80", "waived_excl_tax": "720.00",
        "percent_recovered": "90.00", "payments": 6, "largest_payment": "1306.80", "last_payment": "1306.80",
        "percent_of_normal_invoice": "45.00", "last_day": "2027-03-31", "tax_up_front": "1360.80",
        "settled_excl_tax": "6480.00", "walk_away": False, "tax_known": True, "audience": "internal",
    }  # fmt: skip
    _, text, _ = run(capsys, "offers", file, *ON, *FIRST, "--floor", "3600", "--format", "csv")
    words = {None: "", True: "yes", False: "no"}
    assert list(csv.DictReader(StringIO(text))) == [
        {key: words[each] if each is None or isinstance(each, bool) else str(each) for key, each in offer.items()}
        for offer in table["offers"]
    ]


def test_markdown_is_marked_at_both_ends(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for verb, words in (("offers", ()), ("plan", ("--count", "3"))):
        _, text, _ = run(capsys, verb, file, *ON, *FIRST, *words, "--format", "markdown")
        parts = text.strip().split("\n\n")
        assert parts[1] == parts[-1] == "**internal – do not send**"
    assert "| 3 | 2026-12-31 | 2,904.00 |" in text


def test_what_no_offer_asks_for_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = kept(tmp_path, case_of([row(1, 1_000, None), row(2, 1_000, credited=400)]))
    _, out, _ = run(capsys, "offers", file, *ON)
    assert "16.00 EUR excl. tax can be claimed on 2026-09-08, of arrears of 20.00 EUR." in out
    assert "4.00 EUR was credited and waits for a decision, and is in no offer." in out
    assert "No floor is decided: settle before the talk how far you go." in out
    assert "that tax is in no amount here." in out
    assert "not known" in out  # there is no next invoice to compare with
    _, out, _ = run(capsys, "plan", file, *ON, *FIRST)
    assert "that tax is in no amount here." in out


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("25%", "waive_25_percent"),
        ("12.5%", "waive_12.5_percent"),
        ("1,800.00", "waive_1800.00"),
        ("oldest:3", "last_3_periods"),
        ("newest:2", "first_4_periods"),
        ("periods:2026-03, 2026-05", "waive_2026-03_2026-05"),
    ],
)
def test_waivers(text: str, name: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "offers", file, *ON, "--waive", text, "--format", "csv")
    assert code == 0
    assert name in [offer["offer"] for offer in csv.DictReader(StringIO(out))]


def test_a_plan_as_a_page(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "plan", file, *ON, *FIRST, "--count", "7", "--mode", "invoice_each", "--waive", "25%")
    # 5,400.00 in 7: 771.43 six times and 771.42; 21 % of each is 162.0003 or 161.9982.
    assert code == 0
    assert out.splitlines() == [
        "internal – do not send",
        "Hartwell Interieur: waive_25_percent_instalments_7_invoice_each",
        "  5,400.00 EUR excl. tax, tax 1,134.00, 6,534.00 EUR incl. tax.",
        "  1,800.00 EUR excl. tax is given up, in 6 periods.",
        "  One invoice for each payment, the oldest periods first; tax is rounded on each.",
        "",
        "  No.  Due         Excl. tax     Tax  Incl. tax  Periods",
        "    1  2026-10-31     771.43  162.00     933.43  2026-03",
        "    2  2026-11-30     771.43  162.00     933.43  2026-03, 2026-04",
        "    3  2026-12-31     771.43  162.00     933.43  2026-04, 2026-05",
        "    4  2027-01-31     771.43  162.00     933.43  2026-05, 2026-06",
        "    5  2027-02-28     771.43  162.00     933.43  2026-06, 2026-07",
        "    6  2027-03-31     771.43  162.00     933.43  2026-07, 2026-08",
        "    7  2027-04-30     771.42  162.00     933.42  2026-08",
        "",
        "  EUR. No interest and no fee.",
    ]


def test_a_plan_in_json_is_the_offer_as_a_case_keeps_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text, _ = run(capsys, "plan", file, *ON, *FIRST, "--cap-percent", "35%", "--format", "json")
    offer = json.loads(text)["offer"]
    assert offer["name"] == "instalments_9"
    assert [payment["amount"] for payment in offer["payments"]] == ["968.00"] * 9
    assert (offer["excl_tax"], offer["tax"]) == ("7200.00", "1512.00")
    run(capsys, "plan", file, *ON, *FIRST, "--cap-percent", "35", "--record")
    assert json.loads(file.read_text(encoding="utf-8"))["events"][-1]["offer"] == offer


def test_a_plan_in_csv(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text, _ = run(capsys, "plan", file, *ON, *FIRST, "--count", "2", "--format", "csv")
    assert text.splitlines() == [
        "number,due_date,currency,excl_tax,tax,incl_tax,periods,offer,audience",
        "1,2026-10-31,EUR,,,4356.00,,instalments_2,internal",
        "2,2026-11-30,EUR,,,4356.00,,instalments_2,internal",
    ]
    words = (*ON, *FIRST, "--count", "2", "--mode", "invoice_each", "--format", "csv")
    assert run(capsys, "plan", file, *words)[1].splitlines()[1] == (
        "1,2026-10-31,EUR,3600.00,756.00,4356.00,2026-03; 2026-04; 2026-05,instalments_2_invoice_each,internal"
    )


def test_a_plan_with_each_regular_invoice_begins_with_the_next(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "plan", file, *ON, "--every", "regular", "--cap", "4,400", "--format", "csv")
    assert code == 0
    assert [line.split(",")[1] for line in out.splitlines()[1:]] == ["2026-10-30", "2026-11-30"]


def test_what_is_only_shown_changes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file.read_bytes()
    run(capsys, "offers", file, *ON)
    run(capsys, "plan", file, *ON, *FIRST)
    assert file.read_bytes() == before


def test_an_offer_of_the_ladder_is_put_on_record(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "offers", file, *ON, "--record", "waive_25_percent", "--by", "Anna")
    assert (code, out) == (0, f"{file}: offered waive_25_percent on 2026-09-08; the case is now in_talks.\n")
    event = load_case(file).events[-1]
    assert isinstance(event, Offered)
    assert (event.by, event.offer.waived_minor) == ("Anna", 180_000)
    code, _, _ = run(capsys, "record", file, "agreed", "--offer", "waive_25_percent", "--on", "2026-09-10")
    assert (code, state_of(load_case(file))) == (0, State.AGREED)


def test_a_plan_of_what_was_agreed_is_planned_and_any_other_is_offered(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = load_case(file)
    write_case(add(case, Agreed(on=date(2026, 9, 8), offer=separate_invoice_offer(case))), file)
    words = (*ON, *FIRST, "--count", "6", "--record")
    code, out, _ = run(capsys, "plan", file, *words)
    assert (code, out) == (0, f"{file}: planned 6 payments on 2026-09-08; the case is now plan_running.\n")
    event = load_case(file).events[-1]
    assert isinstance(event, Planned)
    assert [payment.amount_minor for payment in event.payments] == [145_200] * 6
    _, out, _ = run(capsys, "plan", file, *words, "--mode", "invoice_each")
    assert out == f"{file}: offered instalments_6_invoice_each on 2026-09-08; the case is now plan_running.\n"
    _, out, _ = run(capsys, "plan", file, *words, "--waive", "10%")
    assert out.startswith(f"{file}: offered waive_10_percent_instalments_6")


def test_every_offer_reads_back_from_the_file_of_its_case(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (*ON, *FIRST, "--count", "7", "--mode", "invoice_each", "--first-amount", "2000", "--record")
    run(capsys, "plan", file, *words)
    case = load_case(file)
    event = case.events[-1]
    assert isinstance(event, Offered)
    assert event.offer == instalment_offer(
        case, first=date(2026, 10, 31), count=7, mode="invoice_each", first_amount_minor=200_000
    )


def test_no_offer_before_a_talk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = kept(tmp_path, story_case())
    code, _, err = run(capsys, "plan", file, *ON, *FIRST, "--record")
    assert (code, load_case(file)) == (2, story_case())
    assert "offered" in err
    assert "contacted" in err


REFUSED = {
    "no_waiver": (
        "offers",
        ("--waive", "oldest:three"),
        ("--waive: This does not say what is given up. Found 'oldest:three'. "
        "Write 25%, 1800.00, oldest:3, newest:2 or periods:2026-03,2026-05."),
    ),
    "no_percent": (
        "offers",
        ("--waive", "a%"),
        ("--waive: This does not say what is given up. Found 'a%'. "
        "Write 25%, 1800.00, oldest:3, newest:2 or periods:2026-03,2026-05."),
    ),
    "no_amount": (
        "offers",
        ("--waive", "10.001"),
        ("--waive: This is no amount of the case's currency. Found '10.001'. "
        "Write it as 1200.00, with the decimals of EUR."),
    ),
    "unknown_offer": (
        "offers",
        ("--record", "waive_30_percent", "--waive", "oldest:1"),
        ("--record: The ladder has no offer of this name. Found 'waive_30_percent'. It has separate_invoice, "
        "next_invoice, instalments_6, waive_10_percent, waive_10_percent_instalments_6, waive_25_percent, "
        "waive_25_percent_instalments_6, waive_50_percent, waive_50_percent_instalments_6, last_5_periods, "
        "last_5_periods_instalments_5, last_1_period, last_3_periods, waive_all."),
    ),
    "no_first_day": (
        "plan",
        ("--count", "6"),
        "--first: It is not said when the first instalment is due. Give --first DATE.",
    ),
    "cap": (
        "plan",
        (*FIRST, "--cap", "100"),
        ("cap: Not even the most instalments that are allowed keep below the cap. Found '100.00'. "
        "Give at least 363.00 EUR, incl. tax, for a count of 24."),
    ),
    "max_count": (
        "plan",
        (*FIRST, "--cap", "100", "--max-count", "80"),
        ("cap: Not even the most instalments that are allowed keep below the cap. Found '100.00'. "
        "Give at least 108.90 EUR, incl. tax, for a count of 80."),
    ),
    "count": ("plan", (*FIRST, "--count", "0"), "'0' is no number of instalments; write a whole number such as 6"),
    "percent": ("plan", (*FIRST, "--cap-percent", "-5"), "'-5' is no percent above zero; write it as 25"),
    "floor": (
        "offers",
        ("--floor", "7200.01"),
        ("--floor: The floor lies above all that can be had, so every offer would be below it. Found '7200.01'. It is "
        "at most 7,200.00 EUR, excl. tax."),
    ),
    "both": ("plan", (*FIRST, "--count", "6", "--cap", "500"), "not allowed with argument --count"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verb, words, message = REFUSED[name]
    before = file.read_bytes()
    code, out, err = run(capsys, verb, file, *ON, *words)
    assert (code, out) == (2, "")
    assert message in err
    assert file.read_bytes() == before


def test_the_first_instalment_is_at_the_end_of_next_month(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, text, _ = run(capsys, "offers", file, "--on", "2026-11-29", "--format", "json")
    last = {offer["offer"]: offer["last_day"] for offer in json.loads(text)["offers"]}
    assert last["instalments_6"] == "2027-05-31"
    assert last["instalments_6"] == str(make_brief(load_case(file), as_of=date(2026, 11, 29)).rungs[2].last_day)


def test_no_terms_of_payment_give_no_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = kept(tmp_path, case_of([row(1, 1_000)], agreements=[agreement(payment_terms=None)]))
    _, out, _ = run(capsys, "offers", file, *ON)
    assert "not stated" in out


def test_a_tax_percent_that_nobody_stated_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # 7.00 at 21 % is 1.47; the period with 6 % keeps it: 3.00 and 0.18.
    case = case_of([row(1, 700, None), row(2, 300, "6")])
    file = kept(tmp_path, add(case, TALK))
    words = (*ON, *FIRST, "--count", "2", "--tax-percent", "21")
    _, out, _ = run(capsys, "plan", file, *words)
    assert "10.00 EUR excl. tax, tax 1.65, 11.65 EUR incl. tax." in out
    assert "that tax is in no amount here" not in out
    _, text, _ = run(capsys, "offers", file, *ON, "--tax-percent", "21", "--format", "json")
    assert {(each["tax_known"], each["claim_tax"]) for each in json.loads(text)["offers"][:2]} == {(True, "1.65")}
    run(capsys, "plan", file, *words, "--record")
    kept_case = load_case(file)
    assert kept_case.arrears == case.arrears
    event = kept_case.events[-1]
    assert isinstance(event, Offered)
    documents = draft_documents(kept_case, event.offer, wishes=Wishes(tax_percent=Decimal(21)))
    assert [document.incl_tax_minor for document in documents] == [1_165]


def test_what_a_payment_is_held_against_is_said(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """September's invoice is 2,400.00 and 504.00 tax, which is also the normal month."""
    code, out, _ = run(capsys, "offers", file, *ON, *FIRST, "--floor", "7200.00")
    assert code == 0
    said = (
        "Of a bill: the largest payment as a part of the next regular invoice, of 2026-09-30, 2,904.00 EUR incl. tax."
    )
    assert said in out


def test_a_normal_month_stands_beside_a_next_invoice_of_some_charges(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Next is hosting of 100.00 alone; a month is that and a third of 4,500.00 a quarter: 1,600.00."""
    charges = (
        AgreedCharge(name="Hosting", every=Cadence("month")),
        AgreedCharge(name="Fee", every=Cadence("month", 3)),
    )
    case = make_case(
        [make_period("2026-08", 10_000, 5_000, document="F-8", charges=("Hosting",))],
        agreements=(make_agreement(charges=charges),),
        coming=(make_period("2026-09", 10_000, 0, status="not_due", charges=("Hosting",)),),
        right=(make_period("2026-07", 450_000, 450_000, months=3, document="F-7", charges=("Fee",)),),
    )
    _, out, _ = run(capsys, "offers", kept(tmp_path, case), *ON, *FIRST)
    assert "of 2026-09-30, 121.00 EUR incl. tax; a normal month, of all charges, is 1,600.00 EUR excl. tax." in out
