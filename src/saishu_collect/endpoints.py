"""What may be contacted: the endpoints of the catalogue, filled in for a scenario, a region and a system."""

import re

NEVER = "never"
REQUIRED = "required"
ON_AZURE = "azure"

# Why an endpoint of the list is not contacted.
REGION_UNKNOWN = "region_unknown"
NO_ACCOUNT = "no_account"

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


class Endpoint:
    """One entry of the list, ready to be probed.

    host: the name to contact; with `{geo}` still in it when the region is not known. missing: why it cannot be
    contacted, or None. The other fields are those of lists/endpoints.yaml.
    """

    def __init__(self, entry, host, missing, confidence):
        self.id = entry["id"]
        self.host = host
        self.missing = missing
        self.port = entry["port"]
        self.protocol = entry["protocol"]
        self.path = entry.get("path", "/")
        self.headers = entry.get("headers", {})
        self.expect = entry.get("expect", [])
        self.service = entry["service"]
        self.may_use_proxy = entry["proxy"] != NEVER
        self.need = entry["need"]
        self.only_on_azure = entry.get("only_on") == ON_AZURE
        self.purpose = entry["purpose"]
        self.source = entry["source"]
        self.confidence = confidence

    @property
    def address(self):
        """The endpoint as people write it: host:port."""
        return "{}:{}".format(self.host, self.port)

    @property
    def secure(self):
        """True when the endpoint speaks TLS."""
        return self.protocol == "https"


class Place:
    """A region with the codes that names are made of; geo and account are None when nothing is known."""

    def __init__(self, region, geo, account, cloud, confidence):
        self.region = region
        self.geo = geo
        self.account = account
        self.cloud = cloud
        self.confidence = confidence


def find_place(catalogue, region):
    """Return the Place of a region ("japaneast", "Japan East") or of its code ("jpe"); None when it is not listed."""
    wanted = re.sub(r"[\s_-]", "", region or "").lower()
    for entry in catalogue["lists"]["geo_codes"]["regions"]:
        if wanted in (entry["region"], entry["geo"]):
            return Place(entry["region"], entry["geo"], entry["account"], entry["cloud"], entry["confidence"])
    return None


def code_in_script_name(catalogue, name):
    """Return the region's code in the name of a file recovery script, or None.

    `vm01_1_jpe_6591639015130036692_….py`, `ContosoVM_wcus_12345678….exe`: the region of the vault, which may be another
    one than that of the machine on which the script runs.
    """
    known = {entry["geo"] for entry in catalogue["lists"]["geo_codes"]["regions"]}
    parts = name.lower().split("_")
    for index in range(1, len(parts) - 1):
        if parts[index] in known and re.match(r"[0-9a-f]{6}", parts[index + 1]):
            return parts[index]
    return None


def unknown_place(region=None):
    """Return a Place of which only the cloud is assumed: the public one."""
    return Place(region, None, None, "public", None)


def known_regions(catalogue):
    """Return the regions of the list, sorted."""
    return sorted(entry["region"] for entry in catalogue["lists"]["geo_codes"]["regions"])


def declare(catalogue, scenarios, place, platform):
    """Return the Endpoints of scenarios in the order of the list; nothing else is ever contacted."""
    clouds = catalogue["lists"]["geo_codes"]["clouds"]
    values = dict(clouds[place.cloud])
    values.update((name, value) for name, value in (("geo", place.geo), ("account", place.account)) if value)
    declared = []
    for entry in catalogue["lists"]["endpoints"]["endpoints"]:
        if not set(entry["scenarios"]).intersection(scenarios):
            continue
        if place.cloud in entry.get("clouds", [place.cloud]) and platform in entry.get("platforms", [platform]):
            declared.append(_fill(entry, values, place))
    return declared


def _fill(entry, values, place):
    lacking = [name for name in _PLACEHOLDER.findall(entry["host"]) if name not in values]
    host = _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), entry["host"])
    missing = None
    if lacking:
        missing = NO_ACCOUNT if lacking == ["account"] and place.geo else REGION_UNKNOWN
    weakest = [one for one in ("unsure", "inferred") if one in (entry["confidence"], _of_region(entry, place))]
    return Endpoint(entry, host, missing, weakest[0] if weakest else "documented")


def _of_region(entry, place):
    """Return how sure the region's code is, where the name needs it."""
    return place.confidence if "{geo}" in entry["host"] or "{account}" in entry["host"] else None
