"""Settings that may hold a password in an address are taken with it blanked out, and never as they are."""

import json
import zipfile

import pytest

from saishu_collect import catalogue, collect, control, machine, masking


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (b'"http://user:pa55@proxy:8080"', b'"http://***@proxy:8080"'),
        (b"https://user@proxy", b"https://***@proxy"),
        (b"http://proxy:8080/path?mail=a@b", b"http://proxy:8080/path?mail=a@b"),
        (b"no address, user@host", b"no address, user@host"),
    ],
)
def test_only_credentials_in_addresses_are_blanked(text, masked):
    assert masking.mask_url_credentials(text) == masked


def test_the_proxy_password_of_the_hana_extension_is_not_in_the_bundle(tmp_path):
    settings = tmp_path / "disk/opt/msawb/bin/ExtensionSettingsOverrides.json"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"ProxyServerAddress": "http://svc:s3cret@proxy.example:8080", "UseProxyForAAD": true}')
    (tmp_path / "disk/var/log").mkdir(parents=True)
    out = tmp_path / "out"
    out.mkdir()
    options = collect.Options(scenarios=["sap-hana"], out=str(out), root=str(tmp_path / "disk"))
    run = collect.Collection(catalogue.load(), machine.Machine(options.root), options, control.Stop())
    run.prepare()
    result = run.collect()
    with zipfile.ZipFile(result.path) as bundle:
        taken = json.loads(bundle.read("opt/msawb/bin/ExtensionSettingsOverrides.json"))
        entry = next(
            one
            for one in json.loads(bundle.read("manifest.json"))["files"]
            if one["path"] == "/opt/msawb/bin/ExtensionSettingsOverrides.json"
        )
        everything = b"".join(bundle.read(name) for name in bundle.namelist())
    assert taken == {"ProxyServerAddress": "http://***@proxy.example:8080", "UseProxyForAAD": True}
    assert entry["evidence"] == ["msawb.config"]
    assert entry["detail"] == "credentials in URLs masked"
    assert b"s3cret" not in everything
