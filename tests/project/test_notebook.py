"""The notebook of the documentation runs as it stands, and says what was worked out by hand from its ten contracts."""

from __future__ import annotations

import os
import re
import runpy
from html import unescape
from importlib import import_module
from typing import Any

import pytest

from tests.project.sources import ROOT, text_of

nbformat: Any = import_module("nbformat")  # it ships no types
nbclient: Any = import_module("nbclient")  # the same

NAME = "docs/how-to/what-leaked.ipynb"

# Ahorn: 1,500.00 x 3 % = 45.00, nine months. Birke: 820.00 x 3 % = 24.60, nine. Cedar: 600.00 x 3 % = 18.00, nine.
# Dahlia: half of 900.00, June to September. Esdoorn: 15 % of 1,100.00 = 165.00, April to September. Fichte: 15 % of
# 640.00 = 96.00, the same six. Ginkgo: July, 750.00. Iris: 15 - 13 seats at 25.00, February to September, eight.
# Hulst: 17 - 13 seats at 25.00 too much, April to September, six.
BY_CUSTOMER = {
    "Ahorn Architekten": "405.00",
    "Birke Logistik": "221.40",
    "Cedar Dental": "162.00",
    "Dahlia Interieur": "1800.00",
    "Esdoorn Vastgoed": "990.00",
    "Fichte & Söhne": "576.00",
    "Ginkgo Verlag": "750.00",
    "Iris Optik": "400.00",
}
BY_CAUSE = [
    ["EUR", "arrears", "billed at half the agreed amount", "1", "1800.00", "450.00"],
    ["EUR", "arrears", "a discount was still given after 2026-03-31", "2", "1566.00", "261.00"],
    ["EUR", "arrears", "never invoiced", "1", "750.00", "0.00"],
    ["EUR", "arrears", "billed without the uplift of 2026-01-01", "2", "626.40", "69.60"],
    ["EUR", "arrears", "billed for the quantity before 2026-02-01", "1", "400.00", "50.00"],
    ["EUR", "overbilled", "billed for the quantity before 2026-04-01", "1", "600.00", "100.00"],
    ["GBP", "arrears", "billed without the uplift of 2026-01-01", "1", "162.00", "18.00"],
]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook after a run in a kernel of its own, whose files of its own lie in a temporary folder."""
    folder = tmp_path_factory.mktemp("kernel")
    notebook = read()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "MPLCONFIGDIR"):
            patch.setenv(name, str(folder))
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]))
        nbclient.NotebookClient(
            notebook,
            timeout=180,
            kernel_name="python3",
            resources={"metadata": {"path": str(ROOT / "docs" / "how-to")}},
        ).execute()
    return notebook


def read() -> Any:
    return nbformat.reads(text_of(NAME), as_version=4)


def output_of(notebook: Any, words: str) -> dict[str, Any]:
    """What the cell that holds these words showed, by kind."""
    (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code" and words in cell.source]
    shown: dict[str, Any] = {}
    for output in cell.outputs:
        shown.update({"text/plain": output.text} if output.output_type == "stream" else output.data)
    return shown


def test_it_is_kept_without_what_it_shows() -> None:
    notebook = read()
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) > 5
    assert [cell.source for cell in code if cell.outputs or cell.execution_count is not None] == []


def test_it_shows_what_was_worked_out_by_hand(executed: Any) -> None:
    assert output_of(executed, "report.verdict,")["text/plain"] == "(<Verdict.FINDINGS: 'findings'>, 1)"
    assert output_of(executed, "report.complete,")["text/plain"] == "(True, 0, 0, 0)"
    assert output_of(executed, 'print("arrears:"')["text/plain"] == (
        "arrears: 5142.40 EUR 162.00 GBP\noverbilled: 600.00 EUR 0.00 GBP\n"
    )


def cells_of(table: str) -> list[list[str]]:
    """The cells of an HTML table, row by row."""
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_its_tables_show_what_was_worked_out_by_hand(executed: Any) -> None:
    assert [row[1:] for row in cells_of(output_of(executed, "causes[[")["text/html"])[1:]] == BY_CAUSE
    customers_shown = cells_of(output_of(executed, "by_customer.to_frame()")["text/html"])[2:]
    assert {row[-3]: row[-1] for row in customers_shown} == BY_CUSTOMER
    invoices = cells_of(output_of(executed, "dahlia.merge")["text/html"])[1:]
    assert [row[1] for row in invoices] == ["2026-0054", "2026-0064", "2026-0073", "2026-0083"]
    assert {(row[5], row[6], row[7]) for row in invoices} == {("900.00", "450.00", "450.00")}


def test_it_draws(executed: Any) -> None:
    assert len(output_of(executed, "plt.show()")["image/png"]) > 10_000


def test_a_build_of_the_documentation_runs_it_and_fails_with_it() -> None:
    settings = runpy.run_path(str(ROOT / "docs" / "conf.py"))
    assert (settings["nb_execution_mode"], settings["nb_execution_raise_on_error"]) == ("force", True)
    assert "myst_nb" in settings["extensions"]
