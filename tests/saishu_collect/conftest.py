"""Fixtures of the connectivity tests: loopback only, two authorities, a machine that sets nothing."""

import socket
import sys

import network_stand_ins as stand_ins
import pytest

PROXY_NAMES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")


class Loopback:
    """What was contacted while a test ran: addresses, and names that were looked up."""

    def __init__(self):
        self.addresses = []
        self.names = []

    @property
    def ports(self):
        """The ports that were contacted, sorted, each once."""
        return sorted({address[1] for address in self.addresses})


@pytest.fixture(scope="session")
def listeners():
    """Those who want to hear of connections; the interpreter never lets go of a hook, so there is one for all."""
    listening = []

    def hear(event, arguments):
        if event == "socket.connect":
            for one in listening:
                one.addresses.append(arguments[1])

    sys.addaudithook(hear)
    return listening


@pytest.fixture
def only_loopback(monkeypatch, listeners):
    """Note every connection and every name; nothing but this machine may be among them."""
    heard = Loopback()
    monkeypatch.setattr(socket, "getaddrinfo", stand_ins.loopback_resolver(socket.getaddrinfo, heard.names))
    for name in PROXY_NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    listeners.append(heard)
    yield heard
    listeners.remove(heard)
    assert [address for address in heard.addresses if not address[0].startswith("127.")] == []


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """The authority that Azure is said to use."""
    return stand_ins.Authority(tmp_path_factory.mktemp("authority"), stand_ins.ROOT_NAME)


@pytest.fixture(scope="session")
def inspector(tmp_path_factory):
    """The authority of a device that looks inside."""
    return stand_ins.Authority(tmp_path_factory.mktemp("inspector"), stand_ins.INSPECTOR_NAME)


@pytest.fixture
def trusting(authority, monkeypatch):
    """This system trusts the authority of Azure."""
    monkeypatch.setenv("SSL_CERT_FILE", authority.file)
    return authority


@pytest.fixture
def bare_tree(tmp_path):
    """The files of a machine that sets nothing."""
    root = tmp_path / "tree"
    (root / "etc").mkdir(parents=True)
    return root
