"""One minimal input for every fault a user's file can have, through the command, and what it must come to.

A file that cannot be read without guessing: exit 2, nothing on stdout, the file and the bad value named on stderr. A
row that cannot: it is listed in the report, which is incomplete and never exits 0. Never a traceback.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.cli.main import main
from tests.acceptance.half_rate import XERO_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = """\
[[contract]]
id = "C-1"
customer = "Acme BV"
currency = "EUR"
start = 2026-01-01

[[contract.charge]]
name = "Fee"
model = "flat"
amount = "100.00"
every = "month"
timing = "in_advance"
"""
START = "start = 2026-01-01"
MONTHLY = 'every = "month"'
HEADING = "document,kind,status,issue_date,customer,amount,currency,period_first_day,period_last_day"
CORRECT = """\
INV-1,invoice,paid,2026-01-01,Acme BV,100.00,EUR,,
INV-2,invoice,paid,2026-02-01,Acme BV,100.00,EUR,,
INV-3,invoice,paid,2026-03-01,Acme BV,100.00,EUR,,
"""
LEDGER = f"{HEADING}\n{CORRECT}"


class Desk:
    """A folder with a contract and a ledger, and the command run in it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.write("contracts.toml", CONTRACT)
        self.write("ledger.csv", LEDGER)

    def write(self, name: str, content: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def check(self, *arguments: str, ledger: str = "ledger.csv") -> tuple[int, str, str]:
        """Exit code, standard output and standard error; argparse leaves by SystemExit, like any command."""
        words = ["check", ledger, "--format", "json", *arguments]
        if "--as-of" not in arguments:
            words += ["--as-of", "2026-03-31"]
        try:
            code = main(words)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        printed = self._capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    def refuses(self, *wanted: str, arguments: tuple[str, ...] = (), ledger: str = "ledger.csv") -> None:
        code, out, err = self.check(*arguments, ledger=ledger)
        assert code == 2, (code, out, err)
        assert out == ""
        for text in wanted:
            assert text in err, err


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)


def test_without_a_fault_the_check_is_clean(desk: Desk) -> None:
    code, out, _ = desk.check()
    assert code == 0
    assert json.loads(out)["verdict"] == "clean"


LEDGER_FILES: dict[str, bytes] = {
    "empty": b"",
    "only spaces": b" \n \n",
    "heading only": f"{HEADING}\n".encode(),
    "not utf-8": LEDGER.replace("Acme BV", "Caf\xe9").encode("latin-1"),
    "nul bytes": LEDGER.replace("INV-2", "INV\x002").encode(),
    "a spreadsheet": b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
    "unknown heading": b"a,b,c\n1,2,3\n",
    "no amount column": b"document,issue_date,customer,currency\nINV-1,2026-01-01,Acme BV,EUR\n",
    "no customer column": b"document,issue_date,amount,currency\nINV-1,2026-01-01,100.00,EUR\n",
    "a column twice": f"{HEADING},amount\nINV-1,invoice,paid,2026-01-01,Acme BV,100.00,EUR,,,100.00\n".encode(),
    "decimal commas": (
        b'document,issue_date,customer,amount,currency\nINV-1,2026-01-01,Acme BV,"1.234,56",EUR\n'
        b'INV-2,2026-02-01,Acme BV,"100,00",EUR\nINV-3,2026-03-01,Acme BV,"100,00",EUR\n'
    ),
    "an open quote": f'{HEADING}\nINV-1,invoice,paid,2026-01-01,"Acme BV,100.00,EUR,,\n{CORRECT}'.encode(),
}


@pytest.mark.parametrize("content", LEDGER_FILES.values(), ids=LEDGER_FILES.keys())
def test_a_ledger_that_cannot_be_read_is_refused(desk: Desk, content: bytes) -> None:
    desk.write("ledger.csv", content)
    desk.refuses("ledger.csv")


def xero_row(number: int, day: str) -> str:
    values = {
        "ContactName": "Acme BV",
        "InvoiceNumber": f"INV-{number}",
        "InvoiceDate": day,
        "DueDate": day,
        "Total": "100.00",
        "TaxTotal": "0.00",
        "Description": "Fee",
        "Quantity": "1.0000",
        "UnitAmount": "100.00",
        "LineAmount": "100.00",
        "TaxAmount": "0.00",
        "Currency": "EUR",
        "Type": "Sales invoice",
        "Status": "Paid",
    }
    return ",".join(values.get(column, "") for column in XERO_COLUMNS)


def xero(*days: str) -> str:
    return (
        "\r\n".join([",".join(XERO_COLUMNS), *(xero_row(number, day) for number, day in enumerate(days, 1))]) + "\r\n"
    )


def test_dates_that_could_be_day_first_or_month_first_are_refused(desk: Desk) -> None:
    """1 February or 2 January: no day above 12 tells."""
    desk.write("SalesInvoices.csv", xero("01/02/2026", "02/03/2026"))
    desk.refuses("SalesInvoices.csv", "01/02/2026", ledger="SalesInvoices.csv")


def test_one_date_that_could_be_either_is_refused_beside_dates_that_could_not(desk: Desk) -> None:
    desk.write("ledger.csv", f"{LEDGER}INV-4,invoice,paid,05.03.2026,Acme BV,10.00,EUR,,\n")
    desk.refuses("ledger.csv", "05.03.2026")


def test_dates_that_contradict_each_other_are_refused(desk: Desk) -> None:
    desk.write("SalesInvoices.csv", xero("31/01/2026", "02/28/2026"))
    desk.refuses("SalesInvoices.csv", ledger="SalesInvoices.csv")


def test_one_day_above_twelve_tells_the_order_of_all(desk: Desk) -> None:
    desk.write("SalesInvoices.csv", xero("01/01/2026", "01/02/2026", "13/03/2026"))
    code, out, _ = desk.check(ledger="SalesInvoices.csv")
    assert code == 0
    rows = json.loads(out)["contracts"][0]["rows"]
    assert [item["date"] for row in rows for item in row["evidence"]] == ["2026-01-01", "2026-02-01", "2026-03-13"]


def test_a_ledger_that_does_not_exist_is_refused(desk: Desk) -> None:
    desk.refuses("nowhere.csv", ledger="nowhere.csv")


def test_a_folder_without_ledgers_is_refused(desk: Desk) -> None:
    (desk.folder / "exports").mkdir()
    desk.refuses("exports", ledger="exports")


def test_an_unknown_profile_is_refused(desk: Desk) -> None:
    desk.refuses("genric", arguments=("--profile", "genric"))


def test_a_profile_that_does_not_fit_is_refused(desk: Desk) -> None:
    desk.refuses("ledger.csv", arguments=("--profile", "xero.sales-invoices"))


def changed(old: str, new: str) -> str:
    assert old in CONTRACT
    return CONTRACT.replace(old, new, 1)


CONTRACT_FILES: dict[str, tuple[str, str]] = {
    "empty": ("", "contracts.toml"),
    "no contract": ('title = "x"\n', "title"),
    "not toml": ("[[contract]\n", "contracts.toml"),
    "an unknown key": (changed('amount = "100.00"', 'amount = "100.00"\namonut = "1.00"'), "amonut"),
    "an unknown key of a contract": (changed('id = "C-1"', 'id = "C-1"\ncustmer = "x"'), "custmer"),
    "end and last_day": (changed("start = 2026-01-01", f"{START}\nend = 2027-01-01\nlast_day = 2026-12-31"), "end"),
    "an unknown currency": (changed('"EUR"', '"EURO"'), "EURO"),
    "a currency in small letters": (changed('"EUR"', '"eur"'), "eur"),
    "a float": (changed('amount = "100.00"', "amount = 100.50"), "100.50"),
    "not a number": (changed('amount = "100.00"', "amount = nan"), "nan"),
    "an exponent": (changed('amount = "100.00"', 'amount = "1e2"'), "1e2"),
    "a decimal comma": (changed('amount = "100.00"', 'amount = "100,00"'), "100,00"),
    "an underscore": (changed('amount = "100.00"', 'amount = "1_00.00"'), "1_00.00"),
    "other digits": (changed('amount = "100.00"', 'amount = "١٠٠"'), "١٠٠"),
    "no timing": (changed('timing = "in_advance"\n', ""), "timing"),
    "an unknown timing": (changed('"in_advance"', '"upfront"'), "upfront"),
    "an unknown rhythm": (changed('"month"', '"fortnight"'), "fortnight"),
    "an unknown model": (changed('"flat"', '"flatt"'), "flatt"),
    "a model of a later version": (changed('"flat"', '"graduated"'), "graduated"),
    "no amount": (changed('amount = "100.00"\n', ""), "amount"),
    "a quantity of a flat charge": (changed('amount = "100.00"', 'amount = "100.00"\nquantity = "2"'), "quantity"),
    "a date as text": (changed("start = 2026-01-01", 'start = "1 January 2026"'), "1 January 2026"),
    "a time instead of a date": (changed("start = 2026-01-01", "start = 2026-01-01T00:00:00"), "start"),
    "an end before the start": (changed("start = 2026-01-01", f"{START}\nlast_day = 2025-12-31"), "2025-12-31"),
    "an anchor beyond the month": (changed('every = "month"', 'every = "month"\nanchor_day = 32'), "32"),
    "a discount above the price": (changed(MONTHLY, f'{MONTHLY}\ndiscounts = [{{ percent = "101" }}]'), "101"),
    "an id twice": (CONTRACT + CONTRACT, "C-1"),
    "a charge name twice": (CONTRACT + CONTRACT[CONTRACT.index("\n[[contract.charge]]") :], "Fee"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "named"), CONTRACT_FILES.values(), ids=CONTRACT_FILES.keys())
def test_a_contract_with_a_fault_is_refused(desk: Desk, content: str, named: str) -> None:
    desk.write("contracts.toml", content)
    desk.refuses("contracts.toml", named)


def test_a_contract_file_in_another_encoding_is_refused(desk: Desk) -> None:
    desk.write("contracts.toml", CONTRACT.replace("Acme", "Caf\xe9").encode("latin-1"))
    desk.refuses("contracts.toml")


def test_json_with_a_key_twice_is_refused(desk: Desk) -> None:
    desk.write("terms.json", '{"contract": [], "contract": []}')
    desk.refuses("terms.json", arguments=("--contracts", "terms.json"))


def test_a_contract_file_that_does_not_exist_is_refused(desk: Desk) -> None:
    desk.refuses("none.toml", arguments=("--contracts", "none.toml"))


def test_without_any_contract_file_the_command_says_where_it_looked(desk: Desk) -> None:
    (desk.folder / "contracts.toml").unlink()
    desk.refuses("contracts.toml", "contracts")


def test_all_faults_of_all_contract_files_are_named_together(desk: Desk) -> None:
    desk.write("terms/a.toml", changed('"EUR"', '"EURO"').replace('"month"', '"fortnight"'))
    desk.write("terms/b.toml", changed('amount = "100.00"', "amount = 100.50"))
    desk.refuses("a.toml", "EURO", "fortnight", "b.toml", "100.50", arguments=("--contracts", "terms"))


USAGE: dict[str, tuple[tuple[str, ...], str]] = {
    "a date that is none": (("--as-of", "2026-02-30"), "2026-02-30"),
    "a date in another order": (("--as-of", "31-03-2026"), "31-03-2026"),
    "a window backwards": (("--covers", "2026-03-31..2026-01-01"), "2026-03-31..2026-01-01"),
    "a window of one date": (("--covers", "2026-03-31"), "2026-03-31"),
    "negative grace": (("--grace-days", "-1"), "-1"),
    "an unknown kind": (("--fail-on", "underbiled"), "underbiled"),
    "an unknown option": (("--as-off", "2026-03-31"), "--as-off"),
}


@pytest.mark.parametrize(("arguments", "named"), USAGE.values(), ids=USAGE.keys())
def test_wrong_usage_gives_no_report(desk: Desk, arguments: tuple[str, ...], named: str) -> None:
    desk.refuses(named, arguments=arguments)


ROWS: dict[str, tuple[str, str | None]] = {
    "a field too few": ("INV-4,invoice,paid,2026-03-05,Acme BV,10.00,EUR,", None),
    "a field too many": ("INV-4,invoice,paid,2026-03-05,Acme BV,10.00,EUR,,,x", None),
    "a date that does not exist": ("INV-4,invoice,paid,2026-02-30,Acme BV,10.00,EUR,,", "2026-02-30"),
    "no date": ("INV-4,invoice,paid,,Acme BV,10.00,EUR,,", ""),
    "not a number": ("INV-4,invoice,paid,2026-03-05,Acme BV,NaN,EUR,,", "NaN"),
    "beyond all numbers": ("INV-4,invoice,paid,2026-03-05,Acme BV,1e400,EUR,,", "1e400"),
    "infinity": ("INV-4,invoice,paid,2026-03-05,Acme BV,Infinity,EUR,,", "Infinity"),
    "an underscore": ("INV-4,invoice,paid,2026-03-05,Acme BV,1_0.00,EUR,,", "1_0.00"),
    "other digits": ("INV-4,invoice,paid,2026-03-05,Acme BV,١٠,EUR,,", "١٠"),
    "too many decimals": ("INV-4,invoice,paid,2026-03-05,Acme BV,10.005,EUR,,", "10.005"),
    "no amount": ("INV-4,invoice,paid,2026-03-05,Acme BV,,EUR,,", ""),
    "an unknown currency": ("INV-4,invoice,paid,2026-03-05,Acme BV,10.00,EURO,,", "EURO"),
    "an unknown status": ("INV-4,invoice,perhaps,2026-03-05,Acme BV,10.00,EUR,,", "perhaps"),
    "an unknown kind": ("INV-4,quote,paid,2026-03-05,Acme BV,10.00,EUR,,", "quote"),
    "no customer": ("INV-4,invoice,paid,2026-03-05,,10.00,EUR,,", ""),
    "no document": (",invoice,paid,2026-03-05,Acme BV,10.00,EUR,,", ""),
    "a period without an end": ("INV-4,invoice,paid,2026-03-05,Acme BV,10.00,EUR,2026-03-01,", None),
    "a period backwards": ("INV-4,invoice,paid,2026-03-05,Acme BV,10.00,EUR,2026-03-31,2026-03-01", None),
}


@pytest.mark.parametrize(("row", "value"), ROWS.values(), ids=ROWS.keys())
def test_a_row_with_a_fault_is_listed_and_the_report_is_incomplete(desk: Desk, row: str, value: str | None) -> None:
    desk.write("ledger.csv", f"{LEDGER}{row}\n")
    code, out, _ = desk.check()
    content: dict[str, Any] = json.loads(out)
    assert code == 3
    assert content["verdict"] == "inconclusive"
    assert content["complete"] is False
    assert content["coverage"]["refused"] == 1
    (refused,) = content["refused"]
    assert (refused["path"], refused["row"]) == ("ledger.csv", 5)
    assert refused["reason"]
    if value is not None:
        assert refused["value"] == value
    assert [row["status"] for row in content["contracts"][0]["rows"]] == ["ok", "ok", "ok", "not_due"]


@pytest.mark.parametrize("row", [row for row, _ in ROWS.values()], ids=ROWS.keys())
def test_a_refused_row_beside_a_shortfall_still_exits_with_findings(desk: Desk, row: str) -> None:
    desk.write("ledger.csv", f"{LEDGER}{row}\n".replace("2026-03-01,Acme BV,100.00", "2026-03-01,Acme BV,50.00"))
    code, out, _ = desk.check()
    assert code == 1
    assert json.loads(out)["complete"] is False


def test_exit_zero_never_hides_an_incomplete_report(desk: Desk) -> None:
    desk.write("ledger.csv", f"{LEDGER}INV-4,invoice,paid,2026-03-05,Acme BV,NaN,EUR,,\n")
    code, _, _ = desk.check("--exit-zero")
    assert code != 0


def test_exit_zero_lets_findings_pass(desk: Desk) -> None:
    desk.write("ledger.csv", LEDGER.replace("2026-03-01,Acme BV,100.00", "2026-03-01,Acme BV,50.00"))
    code, out, _ = desk.check("--exit-zero")
    assert code == 0
    assert json.loads(out)["verdict"] == "findings"


def test_text_from_a_ledger_cannot_write_to_the_terminal(desk: Desk) -> None:
    """Escape sequences and direction marks in a document number are shown, not obeyed."""
    desk.write(
        "ledger.csv",
        LEDGER.replace("INV-2", "INV\x1b[2J\u202e2").replace("02-01,Acme BV,100.00", "02-01,Acme BV,50.00"),
    )
    code, out, err = desk.check("--format", "table")
    assert code in {1, 2}
    assert "\x1b" not in out + err
    assert "\u202e" not in out + err


def test_a_formula_in_a_ledger_stays_text(desk: Desk) -> None:
    desk.write("ledger.csv", LEDGER.replace("INV-2", '"=HYPERLINK(""http://x"")"'))
    code, out, _ = desk.check()
    assert code == 0
    assert '=HYPERLINK(\\"http://x\\")' in out
