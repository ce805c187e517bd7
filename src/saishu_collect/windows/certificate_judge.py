"""Judging the stores of a machine: the two certificates of the MARS agent, the published roots, the intermediates."""

import collections
import re

from saishu_collect import manifest, values

Finding = collections.namedtuple("Finding", "level id values")
"""level: OK, NOTE or ACT. id: the phrase is `certificates.<id>`. values: what the phrase puts in."""

OK, NOTE, ACT = "ok", "note", "act"
SOON_DAYS = 30
_DAY = 86400
OF_VAULT = re.compile(r"\bCB_(?P<vault>[^\s,\"]+?)-\d{1,2}-\d{1,2}-\d{4}-vaultcredentials\b", re.I)
OF_HOST = re.compile(r"\bCB_(?P<host>[^\s,\"]+?)\.?_\.?\d+(?![\w.-])", re.I)


def judge(stores, lists):
    """Return the Findings of the stores that were read.

    stores: {"MY": document, …} of `certificates.document`, any of MY, ROOT, CA. lists: those of the catalogue.
    Expiry is judged at the time when a store was read, so that an old list is judged as it was.
    """
    found = []
    judges = (("MY", _agent), ("ROOT", _roots), ("CA", _intermediates))
    for store, function in judges:
        if store in stores:
            found.extend(function(stores[store]["certificates"], moment(stores[store]["read"]), lists))
        else:
            found.append(Finding(NOTE, "store_not_given", {"store": store}))
    return found


def needs_action(findings):
    """Say whether anything is to be done."""
    return any(one.level == ACT for one in findings)


def moment(text):
    """Return a time of a document in seconds, None for none."""
    return values.moment(text) if text else None


def _agent(certificates, now, lists):  # noqa: ARG001 - one signature for all stores
    hosts = [one for one in certificates if _host_name(one)]
    vaults = [(one, hit) for one, hit in ((one, _search(OF_VAULT, one)) for one in certificates) if hit]
    found = [_of_host(max(hosts, key=lambda one: moment(one["not_after"]) or 0), now)] if hosts else []
    if not hosts:
        found.append(Finding(ACT, "host_missing", {}))
    elif found[0].id == "host_expired":
        found += [Finding(ACT, "reinstall", {}), Finding(ACT, "passphrase", {})]
    found += [Finding(OK, "vault_present", {"name": hit.group(0), "vault": hit.group("vault")}) for _, hit in vaults]
    return found + ([] if vaults else [Finding(ACT, "vault_missing", {})])


def _host_name(one):
    """Return the agent's name of this machine in a certificate, or None; that of a vault is none."""
    hit = None if _search(OF_VAULT, one) else _search(OF_HOST, one)
    return hit.group(0) if hit else None


def _search(pattern, one):
    return pattern.search(one["subject"]) or pattern.search(one["friendly_name"] or "")


def _of_host(one, now):
    name, end, begin = _host_name(one), moment(one["not_after"]), moment(one["not_before"])
    given = {"name": name, "until": day(one["not_after"]), "read": day(manifest.utc_text(now))}
    if end is not None and end < now:
        return Finding(ACT, "host_expired", given)
    if begin is not None and begin > now:
        return Finding(ACT, "host_not_yet", dict(given, since=day(one["not_before"])))
    if not one["has_private_key"]:
        return Finding(ACT, "host_no_key", given)
    if end is not None and end - now < SOON_DAYS * _DAY:
        return Finding(NOTE, "host_soon", dict(given, days=int((end - now) // _DAY)))
    return Finding(OK, "host_valid", given)


def _roots(certificates, now, lists):
    by_sha1 = {one["sha1"]: one for one in certificates}
    found = []
    for root in lists["azure_roots"]:
        given = {"name": root["name"], "sha1": root["sha1"], "until": root["not_after"]}
        held = by_sha1.get(root["sha1"])
        if held is not None:
            if root.get("sha256") and held["sha256"] != root["sha256"]:
                found.append(Finding(ACT, "root_differs", given))
            elif moment(root["not_after"]) is not None and utc_day(root["not_after"]) + _DAY < now:
                found.append(Finding(NOTE, "root_expired", given))
            elif root["required"]:
                found.append(Finding(OK, "root_matches", given))
        elif root["required"]:
            same_name = [one for one in certificates if is_named(one["subject"], root["name"])]
            place = root["download"] or root["source"]
            found.append(Finding(ACT, "root_differs" if same_name else "root_missing", dict(given, download=place)))
    return found


def utc_day(text):
    """Return the first second of a day in UTC."""
    return values.moment(text + "T00:00:00Z")


def is_named(subject, name):
    """Say whether a subject's common name is a name; Windows puts some names in quotes."""
    return re.search(r'(?:^|[,\s])CN="?{}"?(?:,|\Z)'.format(re.escape(name)), subject) is not None


def _intermediates(certificates, now, lists):
    published = {one["sha1"]: one for one in lists["azure_intermediates"]}
    known = [one for one in certificates if one["sha1"] in published]
    found = [Finding(NOTE, "intermediates", {"count": len(certificates), "known": len(known)})]
    for one in known:
        end = moment(one["not_after"])
        if end is not None and end < now:
            given = {"name": published[one["sha1"]]["name"], "until": day(one["not_after"])}
            found.append(Finding(NOTE, "intermediate_expired", given))
    return found


def day(text):
    """Return the day of an ISO time, `?` for none."""
    return text[:10] if text else "?"
