"""One connectivity check: what is asked, through which proxy, and the document that says what came of it."""

import time

from saishu_collect import __version__, endpoints, manifest, probes, proxies, stages, tls_facts, verdicts

SCHEMA = "saishu/network/1"
IMDS = "imds"

_CHASSIS_TAG = "/sys/class/dmi/id/chassis_asset_tag"
_AZURE_TAG = "7783-7084-3265-9085-8269-3286-77"
"""What the firmware of every Azure VM carries (cloud-init tells Azure by it); "MSFT AZURE VM" in ASCII."""


class Check:
    """One connectivity check: what is asked, what came of it.

    azure: True, False, None for not known. results: probes.Result in the order of `declared`; empty before the run.
    """

    def __init__(self, catalogue, scenarios, place, here, azure=None, clock=time.time):
        self.catalogue = catalogue
        self.scenarios = list(scenarios)
        self.place = place
        self.machine = here
        self.azure = azure
        self.clock = clock
        self.started = clock()
        self.seconds = 0.0
        self.declared = endpoints.declare(catalogue, scenarios, place, here.platform)
        self.settings = proxies.find_settings(here)
        self.results = []
        self.judge = None

    def route_of(self, endpoint):
        """Return the proxy that the traffic of an endpoint really takes, or None."""
        if not endpoint.may_use_proxy:
            return None
        return proxies.choose(self.settings, endpoint.service, endpoint.host, endpoint.secure)

    def run(self, stop, seconds=probes.SECONDS, limits=None):
        """Contact the declared endpoints; without a `stop` object (None) nothing is contacted."""
        begun = time.monotonic()
        if stop is None:
            self.results = [_not_run(endpoint, self.route_of(endpoint)) for endpoint in self.declared]
        else:
            self.results = probes.run(self.declared, self.route_of, stop, seconds, limits)
        self.seconds = time.monotonic() - begun
        self.azure = self._is_azure()
        self.judge = verdicts.Judge(self.catalogue, self.azure, self.clock())

    def _is_azure(self):
        if self.azure:
            return True
        answers = [result.answer for result in self.results if result.endpoint.id == IMDS and result.answer]
        if any(answer["status"] == 200 for answer in answers):
            return True
        tag = self.machine.read_text(_CHASSIS_TAG) if self.machine.platform == "linux" else None
        return None if tag is None else tag.strip() == _AZURE_TAG

    def judged(self):
        """Return [(endpoint, verdict, reason)]."""
        return [(result.endpoint,) + self.judge.of(result) for result in self.results]


def _not_run(endpoint, route):
    result = probes.Result(endpoint, route)
    result.failure = endpoint.missing or "not_run"
    return result


# ---- the document


def document(check):
    """Return what `--json` prints and what the bundle holds: schemas/network.schema.json."""
    judged = check.judged()
    entries = [_entry(check, check.results[index], *one[1:]) for index, one in enumerate(judged)]
    return {
        "schema": SCHEMA,
        "tool": {"name": "saishu", "version": __version__, "catalogue": check.catalogue["version"]},
        "started": manifest.utc_text(check.started),
        "seconds": round(check.seconds, 3),
        "platform": check.machine.platform,
        "scenarios": check.scenarios,
        "region": check.place.region,
        "geo": check.place.geo,
        "cloud": check.place.cloud,
        "azure_vm": check.azure,
        "proxies": {"places": proxies.document(check.settings), "used": _used(check)},
        "tls": tls_facts.find_facts(check.catalogue, check.machine),
        "endpoints": entries,
        "counts": verdicts.counts([one[1:] for one in judged]),
    }


def _used(check):
    """Return {service: masked proxy or None} for all traffic, with the host that stands for the service."""
    used = {"agent": proxies.choose(check.settings, "agent", "", True)}
    for endpoint in check.declared:
        if endpoint.may_use_proxy:
            used.setdefault(endpoint.service, check.route_of(endpoint))
    return {name: _route(route) for name, route in sorted(used.items())}


def _route(route):
    return {"address": route.shown, "place": route.place} if route else None


def _entry(check, result, verdict, reason):
    endpoint = result.endpoint
    return {
        "id": endpoint.id,
        "host": endpoint.host,
        "port": endpoint.port,
        "protocol": endpoint.protocol,
        "service": endpoint.service,
        "need": endpoint.need,
        "purpose": endpoint.purpose,
        "source": endpoint.source,
        "confidence": endpoint.confidence,
        "proxy": _route(result.route),
        "addresses": result.addresses,
        "connected": result.connected,
        "private_address": result.private,
        "stages": [_step(name, *result.steps[name]) for name in stages.STAGES],
        "tls": _tls(check, result),
        "http": result.answer,
        "verdict": verdict,
        "reason": reason,
        "notes": _notes(check, result, verdict),
    }


def _step(name, state, spent, reason, detail):
    return {"stage": name, "state": state, "ms": spent, "reason": reason, "detail": detail or None}


def _tls(check, result):
    certificate = result.certificate
    if certificate is None and result.trusted is None:
        return None
    seen = certificate or {"issuer": {}, "subject": {}, "not_before": None, "not_after": None, "sha1": None}
    return {
        "version": result.version,
        "cipher": result.cipher,
        "trusted": result.trusted,
        "issuer": seen["issuer"],
        "subject": seen["subject"],
        "not_before": manifest.utc_text(seen["not_before"]),
        "not_after": manifest.utc_text(seen["not_after"]),
        "sha1": seen["sha1"],
        "issuer_published": check.judge.issuer_published(certificate) if certificate else None,
        "inspection": check.judge.inspection(result),
    }


def _notes(check, result, verdict):
    """Return the keys of what is worth a remark, whatever the verdict."""
    notes = []
    if result.private and result.endpoint.service not in ("platform", "system"):
        notes.append("private_address")
    if check.judge.inspection(result) == verdicts.INSPECTION_UNCLEAR:
        notes.append("issuer_unlisted")
    straight = result.endpoint.may_use_proxy and result.route is None
    if verdict == verdicts.BLOCKED and straight and any(one.values for one in check.settings if _names_proxy(one)):
        notes.append("other_proxy")
    return notes


def _names_proxy(setting):
    return any(name != "no_proxy" for name in setting.values)
