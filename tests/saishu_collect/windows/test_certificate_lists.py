import json

import pytest
from windows_stand_ins import context

from saishu.bundle.signatures.certificates import is_listing
from saishu.bundle.signatures.text import Head
from saishu_collect.windows import certificates


def certificate(subject="CN=CB_example-host._1234567", **given):
    values = {
        "issuer": "CN=Example Authority", "friendly_name": "", "serial": "0A", "not_before": 1704034800,
        "not_after": 1735657200, "sha1": "AB" * 20, "sha256": "CD" * 32, "has_private_key": True,
    }  # fmt: skip
    values.update(given)
    return certificates.Certificate(subject=subject, **values)


def test_the_list_is_that_of_powershell():
    assert certificates.list_text([certificate(friendly_name="日本語\nx")]) == (
        "\n"
        "Subject       : CN=CB_example-host._1234567\n"
        "Issuer        : CN=Example Authority\n"
        "FriendlyName  : 日本語\\x0ax\n"
        "Thumbprint    : " + "AB" * 20 + "\n"
        "SerialNumber  : 0A\n"
        "NotBefore     : 2023-12-31T15:00:00Z\n"
        "NotAfter      : 2024-12-31T15:00:00Z\n"
        "HasPrivateKey : True\n"
        "Sha256        : " + "CD" * 32 + "\n"
        "\n"
    )


def test_the_engineers_side_knows_the_list():
    assert is_listing(Head(certificates.list_text([certificate()]).encode()))


def test_the_order_does_not_depend_on_the_store():
    one, two = certificate("CN=b"), certificate("CN=A", sha1="00" * 20)
    assert certificates.list_text([one, two]) == certificates.list_text([two, one])
    assert certificates.list_text([one, two]).index("CN=A") < certificates.list_text([one, two]).index("CN=b")


@pytest.mark.parametrize("store", certificates.STORES)
def test_an_empty_store_is_written_as_empty(tmp_path, store):
    values, text = certificates.perform({"store": store}, context(tmp_path, certificates=[]))
    assert (values.member, text.member) == (f"certificates/{store.lower()}.json", f"certificates/{store.lower()}.txt")
    assert text.data == b""
    assert json.loads(values.data) == {
        "schema": "saishu/certificates/1", "location": "LocalMachine", "store": store, "certificates": [],
        "read": "2023-12-31T15:00:00Z",
    }  # fmt: skip


def test_odd_times_are_none():
    found = certificates.document("MY", [certificate(not_after=None, not_before=10**15)], 0)
    assert found["certificates"][0]["not_after"] is None
    assert found["certificates"][0]["not_before"] is None
