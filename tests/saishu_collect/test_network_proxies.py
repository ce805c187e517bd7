"""Which proxy is really used: every place that can name one, in a tree that stands in for a machine."""

import json
import os
import string
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saishu_collect import proxies, unit_environment
from saishu_collect.machine import Machine

HOST = "pod01-prot1.jpe.backup.windowsazure.com"


class Tree:
    """Files of a machine under a folder."""

    def __init__(self, root):
        self.root = root

    def write(self, path, text):
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def settings(self, **environ):
        self.root.mkdir(exist_ok=True)
        (self.root / "etc").mkdir(exist_ok=True)
        return proxies.find_settings(Machine(str(self.root), "linux"), environ)


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path / "tree")


def chosen(settings, service="backup", host=HOST, secure=True):
    route = proxies.choose(settings, service, host, secure)
    return (route.place, route.host, route.port) if route else None


# ---- one value


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("http://proxy:3128", ("http", "proxy", 3128, False)),
        ("http://proxy:3128/", ("http", "proxy", 3128, False)),
        ("10.0.0.4:8080", ("http", "10.0.0.4", 8080, False)),
        ("proxy", ("http", "proxy", 80, False)),
        ("HTTP://proxy", ("http", "proxy", 80, False)),
        ("http://[fd00::1]:3128", ("http", "fd00::1", 3128, False)),
        ("http://user:secret@proxy:3128", ("http", "proxy", 3128, True)),
        ("http://user:p@ss/w#rd?@proxy:3128", ("http", "proxy", 3128, True)),
        ("user@proxy:3128", ("http", "proxy", 3128, True)),
        ("https://proxy:443", ("https", "proxy", 443, False)),
        ("socks5h://proxy:1080", ("socks", "proxy", 1080, False)),
        ("ftp://proxy", ("odd", "proxy", 80, False)),
        ("http://proxy:99999", ("odd", "proxy", 99999, False)),
        ("http://proxy:port", ("odd", None, None, False)),
        ("http://", ("odd", None, None, False)),
    ],
)
def test_a_setting_is_understood(value, wanted):
    route = proxies.parse(value, "session")
    assert (route.kind, route.host, route.port, route.has_password) == wanted


WORD = st.text(alphabet=string.ascii_letters + string.digits + ":@/#?%$!&\\ 鍵", min_size=4, max_size=20)


@given(WORD, WORD, st.sampled_from(["http://", "https://", "", "socks5://"]))
def test_a_password_never_survives_masking(user, password, scheme):
    secret = f"{user}:Q7{password}Q7"
    for shown in (proxies.mask(f"{scheme}{secret}@proxy.test:3128"), proxies.parse(f"{scheme}{secret}@h:1", "s").shown):
        assert "Q7" not in shown
        assert "***@" in shown


@given(st.text(max_size=60))
def test_any_value_is_understood_or_called_odd(value):
    route = proxies.parse(value, "session")
    assert route.kind in ("http", "https", "socks", "odd")
    assert route.kind == "odd" or (route.host and 0 <= route.port < 65536)


@pytest.mark.parametrize(
    ("listed", "host", "wanted"),
    [
        ("168.63.129.16", "168.63.129.16", True),
        ("localhost,168.63.129.16", "168.63.129.16", True),
        ("168.63.0.0/16 localhost", "168.63.129.16", True),
        ("10.0.0.0/8", "168.63.129.16", False),
        ("*", "any.test", True),
        (".windowsazure.com", HOST, True),
        ("*.windowsazure.com", HOST, True),
        ("WindowsAzure.com", HOST, True),
        ("azure.com", HOST, False),
        ("", HOST, False),
        (",,", HOST, False),
        (".", HOST, False),
        ("fd00::/8", HOST, False),
    ],
)
def test_exceptions_from_the_proxy(listed, host, wanted):
    assert proxies.bypasses(listed, host) is wanted


# ---- the places


def test_a_machine_without_any_goes_straight(tree):
    settings = tree.settings()
    assert all(proxies.choose(settings, service, HOST, True) is None for service in proxies.SERVICES)
    assert [one["place"] for one in proxies.document(settings)] == ["session", "etc_environment"]
    assert all(one["https_proxy"] is None and one["bypasses_platform"] is None for one in proxies.document(settings))


def test_the_session_counts_before_the_file_of_all_sessions(tree):
    tree.write("/etc/environment", '# proxy\nhttp_proxy="http://everyone:1"\nhttps_proxy=http://everyone:2\nTOKEN=x\n')
    assert chosen(tree.settings()) == ("etc_environment", "everyone", 2)
    assert chosen(tree.settings(), secure=False) == ("etc_environment", "everyone", 1)
    assert chosen(tree.settings(https_proxy="http://mine:3")) == ("session", "mine", 3)
    assert chosen(tree.settings(HTTPS_PROXY="http://loud:4", https_proxy="http://quiet:5")) == ("session", "quiet", 5)
    assert chosen(tree.settings(ALL_PROXY="http://all:6")) == ("session", "all", 6)


def test_nothing_but_proxy_settings_is_kept_of_an_environment(tree):
    tree.write("/etc/environment", "SECRET_KEY=abc\nhttps_proxy=http://p:1\n")
    shown = repr(tree.settings(AWS_SECRET="def", https_proxy="http://q:1"))
    assert "abc" not in shown
    assert "def" not in shown


def test_no_proxy_of_the_same_place_counts(tree):
    assert chosen(tree.settings(https_proxy="http://p:1", no_proxy=".windowsazure.com")) is None
    tree.write("/etc/environment", "no_proxy=.windowsazure.com\n")
    assert chosen(tree.settings(https_proxy="http://p:1")) == ("session", "p", 1)


def test_the_agent_believes_its_own_file_first(tree):
    tree.write("/etc/waagent.conf", "# HttpProxy.Host=old\nHttpProxy.Host=agentproxy\nHttpProxy.Port=3128\n")
    tree.write("/etc/systemd/system/waagent.service.d/proxy.conf", "[Service]\nEnvironment=https_proxy=http://unit:9\n")
    settings = tree.settings(https_proxy="http://session:1")
    assert chosen(settings, "agent") == ("agent_settings", "agentproxy", 3128)
    tree.write("/etc/waagent.conf", "HttpProxy.Host=None\nHttpProxy.Port=None\n")
    assert chosen(tree.settings(https_proxy="http://session:1"), "agent") == ("agent_unit", "unit", 9)
    tree.write("/etc/waagent.conf", "HttpProxy.Host=half\n#HttpProxy.Port=1\n")
    assert chosen(tree.settings(), "agent") == ("agent_unit", "unit", 9)


def test_the_agent_does_not_read_what_sessions_read(tree):
    tree.write("/etc/environment", "https_proxy=http://everyone:2\n")
    assert chosen(tree.settings(https_proxy="http://session:1"), "agent") is None


def test_drop_ins_win_by_name_and_by_folder(tree):
    tree.write("/usr/lib/systemd/system/walinuxagent.service", "[Service]\nEnvironment=https_proxy=http://body:1\n")
    unit = "/{}/systemd/system/walinuxagent.service.d/{}"
    assert chosen(tree.settings(), "agent") == ("agent_unit", "body", 1)
    tree.write(unit.format("usr/lib", "50-a.conf"), "[Service]\nEnvironment=https_proxy=http://lib:2\n")
    assert chosen(tree.settings(), "agent")[1:] == ("lib", 2)
    tree.write(unit.format("etc", "50-a.conf"), "[Service]\nEnvironment=https_proxy=http://etc:3\n")
    assert chosen(tree.settings(), "agent")[1:] == ("etc", 3)
    tree.write(unit.format("run", "90-z.conf"), '[Service]\nEnvironment="A=b c" \\\n "https_proxy=http://run:4"\n')
    assert chosen(tree.settings(), "agent")[1:] == ("run", 4)
    tree.write(unit.format("etc", "95-z.conf"), "[Service]\nEnvironment=\n")
    assert chosen(tree.settings(), "agent") is None
    tree.write(unit.format("etc", "96-z.conf"), "[Service]\nEnvironment=\nEnvironment=https_proxy=http://last:5\n")
    settings = tree.settings()
    assert chosen(settings, "agent")[1:] == ("last", 5)
    assert [one.where for one in settings if one.place == "agent_unit"] == [
        "/etc/systemd/system/walinuxagent.service.d/96-z.conf"
    ]


def test_an_environment_file_of_a_unit_is_read(tree):
    tree.write("/etc/systemd/system/waagent.service", "[Service]\nEnvironmentFile=-/etc/default/agent\n")
    tree.write("/etc/default/agent", "export HTTPS_PROXY='http://file:7'\nSECRET=x\n")
    assert chosen(tree.settings(), "agent") == ("agent_unit", "file", 7)
    tree.write("/etc/systemd/system/waagent.service", "[Service]\nEnvironmentFile=/etc/nowhere\n")
    assert chosen(tree.settings(), "agent") is None


def test_the_default_of_the_manager_counts_for_units(tree):
    tree.write("/etc/systemd/system.conf", "[Manager]\nDefaultEnvironment=https_proxy=172.20.0.254:3128\n")
    tree.write("/usr/lib/systemd/system/waagent.service", "[Service]\nExecStart=/usr/sbin/waagent\n")
    assert chosen(tree.settings(), "agent") == ("agent_unit", "172.20.0.254", 3128)


def overrides(tree, **values):
    tree.write("/opt/msawb/bin/ExtensionSettingsOverrides.json", json.dumps(values))


def test_the_workload_backup_decides_for_each_service(tree):
    overrides(
        tree, UseProxyForAAD=True, UseProxyForAzureBackup=False, UseProxyForAzureStorage=False,
        ProxyServerAddress="http://hana:8080",
    )  # fmt: skip
    settings = tree.settings(https_proxy="http://session:1")
    assert chosen(settings, "entra") == ("workload_settings", "hana", 8080)
    assert chosen(settings, "backup") is None
    assert chosen(settings, "storage") is None
    assert chosen(settings, "download") == ("session", "session", 1)
    assert proxies.document(settings)[-2]["services"] == {"entra": True, "backup": False, "storage": False}


def test_a_service_of_the_machine_does_not_take_the_proxy_of_a_session(tree):
    overrides(tree, DefaultBackupTasksThreshold=5)
    settings = tree.settings(https_proxy="http://session:1")
    assert chosen(settings, "backup") is None
    tree.write("/etc/systemd/system/msawb-pluginhost-saphana-hxe.service", "[Service]\nEnvironment=https_proxy=u:2\n")
    assert chosen(tree.settings(https_proxy="http://session:1"), "backup") == ("workload_unit", "u", 2)


def test_without_the_workload_backup_its_traffic_goes_as_the_session_goes(tree):
    assert chosen(tree.settings(https_proxy="http://session:1"), "storage") == ("session", "session", 1)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"ProxyServerAddress": 5, "UseProxyForAAD": "yes"}'])
def test_a_broken_file_of_the_workload_backup_names_no_proxy(tree, text):
    tree.write("/opt/msawb/bin/ExtensionSettingsOverrides.json", text)
    settings = tree.settings()
    assert chosen(settings, "entra") is None
    assert "workload_settings" in [one.place for one in settings]


def test_a_flag_without_an_address_goes_straight(tree):
    overrides(tree, UseProxyForAAD=True)
    assert chosen(tree.settings(https_proxy="http://session:1"), "entra") is None


def test_passwords_are_masked_in_every_place(tree):
    overrides(tree, UseProxyForAAD=True, ProxyServerAddress="http://u:hunter2@hana:8080")
    tree.write("/etc/environment", "http_proxy=http://u:hunter2@everyone:1\n")
    tree.write("/etc/systemd/system/waagent.service", "[Service]\nEnvironment=https_proxy=http://u:hunter2@unit:9\n")
    tree.write("/etc/waagent.conf", "HttpProxy.Host=u:hunter2@agent\nHttpProxy.Port=1\n")
    shown = json.dumps(proxies.document(tree.settings(all_proxy="u:hunter2@session:1")))
    assert "hunter2" not in shown
    assert shown.count("***@") >= 5


def test_it_is_said_whether_the_azure_host_is_excepted(tree):
    found = proxies.document(tree.settings(http_proxy="p:1", no_proxy="localhost"))
    assert found[0]["bypasses_platform"] is False
    found = proxies.document(tree.settings(http_proxy="p:1", no_proxy="168.63.129.16,169.254.169.254"))
    assert found[0]["bypasses_platform"] is True


# ---- what runs


def test_the_environment_of_a_running_process_is_what_it_really_has():
    code = "import sys, time; sys.stdout.write('up'); sys.stdout.flush(); time.sleep(30)"
    environment = {"https_proxy": "http://running:5", "SECRET": "abc", "PATH": os.environ["PATH"]}
    child = subprocess.Popen(
        [sys.executable, "-c", code, "marker-of-this-test"], env=environment, stdout=subprocess.PIPE
    )
    try:
        child.stdout.read(2)
        pid, values = unit_environment.read_process("marker-of-this-tes[t]")
        assert pid == child.pid
        assert values == {"https_proxy": "http://running:5"}
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    assert unit_environment.read_process("marker-of-this-tes[t]") is None


def test_a_process_that_cannot_be_read_counts_as_none(tmp_path):
    (tmp_path / "17").mkdir()
    (tmp_path / "17" / "cmdline").write_bytes(b"python3\0-u\0/usr/sbin/waagent\0-daemon\0")
    assert unit_environment.read_process(r"python\S* .*waagent", str(tmp_path)) is None
    (tmp_path / "17" / "environ").write_bytes(b"LANG=C\0HTTPS_PROXY=http://p:1\0X=\xff\0")
    found = unit_environment.read_process(r"python\S* .*waagent", str(tmp_path))
    assert found == (17, {"https_proxy": "http://p:1"})
    assert unit_environment.read_process("waagent", str(tmp_path / "nowhere")) is None


def test_what_runs_counts_more_than_what_is_written():
    written = proxies.Setting("agent_unit", "", {"https_proxy": "http://written:1"}, {})
    running = proxies.Setting("agent_process", "", {"https_proxy": "http://running:2"}, {})
    assert chosen([written, running], "agent") == ("agent_process", "running", 2)
    assert chosen([written, running._replace(values={})], "agent") is None
