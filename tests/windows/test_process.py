"""Rights, priority, age of the system, and the window after a double-click."""

import ctypes

import pytest

from saishu_collect import control, words
from saishu_collect.windows import console, places, process


def test_the_priority_is_lowered_and_children_inherit_it():
    assert "priority below normal" in control.be_gentle()
    kernel = ctypes.windll.kernel32
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    assert kernel.GetPriorityClass(ctypes.c_void_p(kernel.GetCurrentProcess())) == 0x4000


def test_the_backup_privilege_is_enabled_where_it_is_held():
    assert process.enable_backup_privilege() is True


def test_rights_are_said():
    assert control.is_elevated() is True


@pytest.mark.parametrize(("build", "old"), [(7601, True), (9600, True), (10240, True), (14393, False), (20348, False)])
def test_windows_before_2016_is_too_old(build, old):
    assert process.is_too_old(build) is old


def test_this_windows_is_a_server_2022():
    assert process.windows_build() == 20348
    assert not process.is_too_old()


@pytest.mark.parametrize(
    ("processes", "frozen", "alone"),
    [(0, True, False), (1, True, True), (2, True, True), (3, True, False), (1, False, True), (2, False, False)],
)
def test_a_window_of_our_own_is_told_from_a_shared_one(processes, frozen, alone):
    assert console.is_ours_alone(processes, frozen) is alone


def test_without_a_console_nobody_waits_for_enter():
    assert console.console_processes() == 0
    assert console.hold_open(["scenarios"], None, lambda argv: (7, argv)) == (7, ["scenarios"])


class Person:
    """Somebody at the keyboard."""

    def __init__(self):
        self.asked = 0

    def isatty(self):
        return True

    def readline(self):
        self.asked += 1
        return "\n"


@pytest.fixture
def double_click(monkeypatch, tmp_path):
    person = Person()
    monkeypatch.setattr(console, "is_ours_alone", lambda: True)
    monkeypatch.setattr("sys.stdin", person)
    monkeypatch.setattr("sys.argv", [str(tmp_path / "saishu.exe")])
    return person


def say(catalogue_words=None):
    from saishu_collect import catalogue

    return words.Words(catalogue.load(), "ja", strict=True)


def test_a_double_click_leads_through_a_collection_beside_the_program(double_click, tmp_path, capsys):
    seen = []
    code = console.hold_open([], say(), lambda argv: seen.append(argv) or 1)
    assert code == 1
    assert seen == [["collect", "-o", str(tmp_path)]]
    assert double_click.asked == 1
    assert "Enter" in capsys.readouterr().err


def test_the_window_stays_open_when_the_run_fails(double_click):
    def run(argv):
        raise SystemExit(2)

    with pytest.raises(SystemExit):
        console.hold_open(["collect", "--nonsense"], say(), run)
    assert double_click.asked == 1


def test_an_unattended_run_never_waits(double_click):
    assert console.hold_open(["collect", "--yes"], say(), lambda argv: 0) == 0
    assert double_click.asked == 0


def test_nothing_is_written_into_the_folders_of_windows():
    assert not console.is_writable("C:\\windows\\system32")
    assert not console.is_writable("C:\\no such folder")


def test_folders_that_windows_names():
    assert places.whole("%SystemRoot%\\System32\\winevt\\Logs", True).lower() == "c:\\windows\\system32\\winevt\\logs"
    assert places.whole("%systemdrive%\\Users\\*", True) == "C:\\Users\\*"
    assert places.whole("%ProgramFiles%\\x", False) == "C:\\Program Files\\x"
    assert places.whole("%registry%\\Temp", True) == "%registry%\\Temp"
    assert places.whole("%ProgramFiles%\\*", True, {"PROGRAMW6432": "D:\\odd [1]"}) == "D:\\odd [[]1]\\*"
