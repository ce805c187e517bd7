import pytest
from windows_stand_ins import context

from saishu_collect.windows import pieces, services


def service(name, **given):
    values = {
        "title": name + " service", "kind": 0x10, "state": 4, "win32_exit": 0, "service_exit": 0, "pid": 700,
        "start": 2, "delayed": False, "program": "C:\\a b.exe", "account": "LocalSystem", "depends": ["RPCSS", "http"],
    }  # fmt: skip
    values.update(given)
    return services.Service(name=name, **values)


def test_a_service_reads_like_sc():
    assert services.write(["x"], [service("X", delayed=True, kind=0x20, win32_exit=1077)]) == (
        "SERVICE_NAME       : X\n"
        "DISPLAY_NAME       : X service\n"
        "TYPE               : 20  WIN32_SHARE_PROCESS\n"
        "STATE              : 4  RUNNING\n"
        "WIN32_EXIT_CODE    : 1077  (0x435)\n"
        "SERVICE_EXIT_CODE  : 0  (0x0)\n"
        "PID                : 700\n"
        "START_TYPE         : 2  AUTO_START  (DELAYED)\n"
        "BINARY_PATH_NAME   : C:\\a b.exe\n"
        "SERVICE_START_NAME : LocalSystem\n"
        "DEPENDENCIES       : RPCSS, http\n"
    )


def test_the_order_is_the_wanted_one_and_nothing_comes_twice():
    text = services.write(
        ["VSS", "MSSQL*", "mssqlserver"], [service("MSSQLSERVER"), service("MSSQL$B"), service("vss")]
    )
    names = [line.split(" : ")[1] for line in text.splitlines() if line.startswith("SERVICE_NAME")]
    assert names == ["vss", "MSSQL$B", "MSSQLSERVER"]


def test_what_is_not_installed_is_said():
    text = services.write(["NTDS", "ADAM_*"], [])
    assert text.count("1060  NOT_INSTALLED") == 2


def test_a_configuration_that_may_not_be_read_is_no_lie():
    text = services.write(["X"], [service("X", start=None, program=None, account=None, depends=None, delayed=None)])
    assert "START_TYPE         : ?\n" in text
    assert "BINARY_PATH_NAME" not in text


@pytest.mark.parametrize(("kind", "said"), [(0x110, "WIN32_OWN_PROCESS"), (0x50, "USER_OWN_PROCESS"), (0x1, "?")])
def test_kinds(kind, said):
    assert f"TYPE               : {kind:x}  {said}\n" in services.write(["X"], [service("X", kind=kind)])


def test_the_step_becomes_one_member(tmp_path):
    (piece,) = services.perform({"name": "vss", "names": ["VSS"]}, context(tmp_path, services=[service("VSS")]))
    assert piece.member == "services/vss.txt"
    assert isinstance(piece, pieces.Piece)
