"""The service control manager of Wine."""

import subprocess

import pytest

from saishu_collect.windows import service_control, services

TITLE = "バックアップ試験"


@pytest.fixture
def made():
    argv = ["sc", "create", "SaishuTest", "binPath=", "C:\\a b\\x.exe -k", "DisplayName=", TITLE, "start=", "demand"]
    subprocess.run(argv, stdin=subprocess.DEVNULL, check=True, timeout=60, stdout=subprocess.PIPE)
    yield
    subprocess.run(["sc", "delete", "SaishuTest"], stdin=subprocess.DEVNULL, check=False, timeout=60)


def test_a_service_that_was_just_created(made):
    text = services.write(["saishutest"], service_control.read_all())
    assert text == (
        "SERVICE_NAME       : SaishuTest\n"
        f"DISPLAY_NAME       : {TITLE}\n"
        "TYPE               : 10  WIN32_OWN_PROCESS\n"
        "STATE              : 1  STOPPED\n"
        "WIN32_EXIT_CODE    : 1077  (0x435)\n"
        "SERVICE_EXIT_CODE  : 0  (0x0)\n"
        "PID                : 0\n"
        "START_TYPE         : 3  DEMAND_START\n"
        "BINARY_PATH_NAME   : C:\\a b\\x.exe -k\n"
        "SERVICE_START_NAME : LocalSystem\n"
        "DEPENDENCIES       :\n"
    )


def test_a_running_service_has_a_process():
    found = {one.name.lower(): one for one in service_control.read_all()}
    assert found["rpcss"].state == 4
    assert found["rpcss"].pid > 0
    assert found["rpcss"].program.lower().endswith("rpcss.exe")
    assert found["rpcss"].depends == []


def test_what_wine_does_not_have_is_not_installed():
    assert "STATE              : 1060  NOT_INSTALLED" in services.write(["obengine"], service_control.read_all())
