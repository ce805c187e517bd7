"""How this machine speaks TLS: library, lowest version, system policy, and the root certificates it trusts."""

import base64
import binascii
import re
import ssl

from saishu_collect import commands, der

BUNDLES = (
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
)
"""Where Red Hat, Debian and SUSE keep the roots in one file."""

CONFIGS = ("/etc/pki/tls/openssl.cnf", "/etc/ssl/openssl.cnf", "/etc/crypto-policies/back-ends/opensslcnf.config")
POLICIES = ("/etc/crypto-policies/state/current", "/etc/crypto-policies/config")
_FIPS = "/proc/sys/crypto/fips_enabled"
_BUNDLE_BYTES = 16 << 20
_PEM = re.compile(r"-----BEGIN (?:TRUSTED )?CERTIFICATE-----(.*?)-----END (?:TRUSTED )?CERTIFICATE-----", re.DOTALL)


def find_facts(catalogue, machine):
    """Return the facts as plain data.

    Shape: {"library", "openssl", "tls12", "min_protocol": [{"file", "value"}], "policy": {"file", "value"} or None,
    "fips": True, False or None, "bundle": {"file", "certificates"} or None, "default_paths": [text],
    "roots": [{"name", "sha1", "need", "found"}]}; `found` is None where no bundle was read.
    """
    bundle, thumbprints = _read_bundle(machine)
    return {
        "library": ssl.OPENSSL_VERSION,
        "openssl": _program_version(machine),
        "tls12": bool(getattr(ssl, "HAS_TLSv1_2", hasattr(ssl, "OP_NO_TLSv1_2"))),
        "min_protocol": _min_protocols(machine),
        "policy": _policy(machine),
        "fips": _fips(machine),
        "bundle": bundle,
        "default_paths": _default_paths(),
        "roots": _roots(catalogue, thumbprints),
    }


def _program_version(machine):
    """Return what the program of the system says, which may be another library than Python's; None without one."""
    if not machine.live or machine.platform != "linux":
        return None
    text = commands.run(["openssl", "version"], seconds=5).output.decode("utf-8", "replace").strip()
    return text.split("\n")[0] or None


def _min_protocols(machine):
    """Return every setting of a lowest TLS version in OpenSSL's configuration, in the order of the files."""
    found = []
    for path in CONFIGS:
        text = machine.read_text(path) or ""
        for value in re.findall(r"(?m)^\s*(?:TLS\.)?MinProtocol\s*=\s*(\S+)", text):
            found.append({"file": path, "value": value})
    return found


def _policy(machine):
    for path in POLICIES:
        text = machine.read_text(path) or ""
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]
        if lines:
            return {"file": path, "value": lines[0]}
    return None


def _fips(machine):
    text = machine.read_text(_FIPS) if machine.live else None
    return None if text is None else text.strip() == "1"


def _default_paths():
    paths = ssl.get_default_verify_paths()
    return sorted({one for one in (paths.cafile, paths.capath) if one})


def _read_bundle(machine):
    """Return ({"file", "certificates"}, thumbprints) of the first bundle that holds any; (None, None) without one."""
    for path in BUNDLES:
        found = thumbprints_of(machine.read_text(path, _BUNDLE_BYTES) or "")
        if found:
            return {"file": path, "certificates": len(found)}, found
    return None, None


def thumbprints_of(text):
    """Return the SHA-1 thumbprints of all certificates in a PEM text; a broken one is passed over."""
    found = set()
    for match in _PEM.finditer(text):
        try:
            found.add(der.thumbprint(base64.b64decode("".join(match.group(1).split()), validate=True)))
        except (binascii.Error, ValueError):
            continue
    return found


def _roots(catalogue, thumbprints):
    roots = []
    for entry in catalogue["lists"]["azure_roots"]:
        if entry["published"]:
            roots.append(
                {
                    "name": entry["name"],
                    "sha1": entry["sha1"],
                    "need": "required" if entry["required"] else "if_present",
                    "found": None if thumbprints is None else entry["sha1"].upper() in thumbprints,
                }
            )
    return roots
