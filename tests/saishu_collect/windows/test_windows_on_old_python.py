"""What runs on Windows has to be importable, and what it writes the same, on the oldest Python that is promised."""

import subprocess

import pytest

SCRIPT = """
import importlib, pkgutil, sys
import saishu_collect.windows as room
for module in pkgutil.iter_modules(room.__path__):
    importlib.import_module(room.__name__ + "." + module.name)
from saishu_collect import catalogue, cli
from saishu_collect.windows import certificates, disk_forms, registry, services
one = services.Service("X", "x", 16, 1, 0, 0, 0, 3, False, "p", "a", [])
assert "DEMAND_START" in services.write(["X", "Y"], [one])
assert registry.value_text(1, 4) == "0x00000001 (1)"
assert certificates.list_text([]) == ""
assert disk_forms.read_layout(b"\\x02" + bytes(7)) == ("RAW", [])
sys.exit(cli.main(["certificates", "check", "--lang", "ja"]))
"""


@pytest.mark.parametrize("version", ["3.6", "3.8"])
def test_every_module_loads_and_works(version, request, repo):
    python = request.getfixturevalue("python" + version.replace(".", ""))
    done = subprocess.run(
        [python, "-c", SCRIPT], capture_output=True, check=False, timeout=60,
        env={"PYTHONPATH": str(repo / "src"), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (4, b""), done.stderr.decode("utf-8")
    assert "[E441]" in done.stderr.decode("utf-8")
