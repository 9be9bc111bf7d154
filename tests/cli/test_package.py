from __future__ import annotations

import subprocess
import sys
from types import FunctionType

import pytest

import billcheck

PACKAGES = ("pydantic", "httpx", "tenacity", "dateutil", "rich", "jinja2", "babel", "docx")
HEAVY = (*PACKAGES, "billcheck.engine", "billcheck.report.report")


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_importing_the_package_loads_no_dependency_and_no_room() -> None:
    code = (
        "import sys, billcheck\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in"
        " {'pydantic', 'httpx', 'tenacity', 'dateutil', 'rich', 'jinja2', 'babel', 'docx'}"
        " or name.startswith('billcheck.')))"
    )
    assert run_python(code).strip() == "[]"


def test_importing_the_package_opens_nothing_but_modules() -> None:
    code = (
        "import sys\n"
        "seen = []\n"
        "def hook(event, arguments):\n"
        "    if event == 'open' or event.startswith(('socket.', 'subprocess.', 'os.system', 'urllib.')):\n"
        "        seen.append((event, str(arguments[0])))\n"
        "sys.addaudithook(hook)\n"
        "import billcheck\n"
        "print([entry for entry in seen if entry[0] != 'open' or not entry[1].endswith(('.py', '.pyc', '.pth'))"
        " and '__pycache__' not in entry[1]])"
    )
    assert run_python(code).strip() == "[]"


def test_a_light_name_loads_no_dependency() -> None:
    code = "import sys, billcheck\nbillcheck.Line, billcheck.Ledger, billcheck.Contract, billcheck.Report\n"
    code += f"print([name for name in {PACKAGES!r} if name in sys.modules])"
    assert run_python(code).strip() == "[]"


def test_help_loads_no_room_that_works() -> None:
    code = (
        "import sys\n"
        "from billcheck.cli.main import make_parser\n"
        "make_parser()\n"
        "rooms = ('engine', 'periods', 'pricing', 'connectors')\n"
        "print([name for name in sys.modules if name.startswith(tuple('billcheck.' + room for room in rooms))])"
    )
    assert run_python(code).strip() == "[]"


def test_exported_names_are_the_public_names() -> None:
    homes = {*billcheck._HOMES, "__version__"}
    assert set(billcheck.__all__) == homes
    public = {name for name in dir(billcheck) if not name.startswith("_")}
    modules = {name for name, value in vars(billcheck).items() if type(value) is type(sys)}
    assert public - modules - {"annotations", "ModuleType", "TYPE_CHECKING", "sys"} == homes - {"__version__"}


@pytest.mark.parametrize("name", billcheck.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(billcheck, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        _ = billcheck.chek  # type: ignore[attr-defined]


@pytest.mark.parametrize("first", ["import billcheck.check", "from billcheck.check import check", "import billcheck"])
def test_check_stays_the_function_whoever_imports_its_module(first: str) -> None:
    code = f"{first}\nimport billcheck\nprint(type(billcheck.check).__name__)\nimport billcheck.check\n"
    code += "print(type(billcheck.check).__name__)"
    assert run_python(code).split() == [FunctionType.__name__] * 2


def test_the_version_is_the_installed_one() -> None:
    assert billcheck.__version__.count(".") == 2
