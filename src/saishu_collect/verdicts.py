"""What the stages of a probe mean: open, blocked or unknown, with one reason, and whether somebody looks inside."""

import re
import time

from saishu_collect import stages

OPEN, BLOCKED, UNKNOWN = "open", "blocked", "unknown"

ANSWERED_AT_ALL = (200, 400, 403, 404)
"""The status codes with which support calls a path open (NwCheckScript, "curl")."""

NOT_CONTACTED = ("region_unknown", "no_account", "proxy_kind", "interrupted", "over_time", "defect", "not_run")
"""Failures that say nothing of the network."""

NOT_AZURE = "not_azure"
MAYBE_NOT_AZURE = "maybe_not_azure"

INSPECTION_NO, INSPECTION_UNCLEAR, INSPECTION_LIKELY = "no", "unclear", "likely"

_HOST_OF_URL = re.compile(r"https?://([^/:?#]+)", re.IGNORECASE)


class Judge:
    """Knows who signs for Azure, and whether this machine is in Azure (True, False, None for not known)."""

    def __init__(self, catalogue, azure=None, now=None):
        lists = catalogue["lists"]
        self.names = {entry["name"] for entry in lists["azure_roots"] + lists["azure_intermediates"]}
        self.organisations = set(lists["endpoints"]["known_organisations"])
        self.domains = lists["endpoints"]["own_domains"]
        self.azure = azure
        self.now = time.time() if now is None else now

    def of(self, result):
        """Return (verdict, reason) of a probes.Result; every reason has words under network.reason.<reason>."""
        verdict, reason = self._judge(result)
        if verdict == BLOCKED and result.endpoint.only_on_azure and self.azure is not True:
            return UNKNOWN, NOT_AZURE if self.azure is False else MAYBE_NOT_AZURE
        return verdict, reason

    def _judge(self, result):
        if result.failure:
            return self._failed(result)
        if result.endpoint.protocol == "tcp":
            return OPEN, "connected"
        return self._answered(result)

    def _failed(self, result):
        reason = result.failure
        if reason in NOT_CONTACTED:
            return UNKNOWN, reason
        if reason == "proxy_wants_password" and result.route.has_password:
            # The password is never sent by us, so the answer says nothing about those who have it.
            return UNKNOWN, "password_not_sent"
        if reason == "untrusted":
            return BLOCKED, self._untrusted(result)
        if result.route and stages.FAILED in (result.steps["dns"][0], result.steps["tcp"][0]):
            return BLOCKED, "proxy_name_not_found" if result.steps["dns"][0] == stages.FAILED else "proxy_unreachable"
        return BLOCKED, reason

    def _untrusted(self, result):
        certificate = result.certificate
        if certificate is None:
            return "untrusted"
        if not certificate["not_before"] <= self.now <= certificate["not_after"]:
            return "certificate_dates"
        if self.issuer_published(certificate):
            return "root_missing"
        return "untrusted_inspection"

    def _answered(self, result):
        status = result.answer["status"]
        inspected = self.inspection(result) == INSPECTION_LIKELY
        # Nobody in between can have written this answer.
        genuine = result.endpoint.secure and not inspected
        if status == 407:
            return self._failed_at_proxy(result)
        if 300 <= status < 400 and not genuine:
            return self._redirected(result, inspected)
        if status in result.endpoint.expect:
            return OPEN, "answered_inspected" if inspected else "as_expected"
        if genuine:
            return OPEN, "answered" if status < 500 else "server_trouble"
        return self._doubtful(result, status, inspected)

    @staticmethod
    def _doubtful(result, status, inspected):
        """Judge an answer that anybody on the way may have written, and that is not the expected one."""
        if status == 200 and inspected and result.endpoint.expect:
            return UNKNOWN, "odd_status"
        if status == 403 and (inspected or result.route):
            return BLOCKED, "refused_in_between"
        if status in ANSWERED_AT_ALL:
            return OPEN, "answered_inspected" if inspected else "answered"
        if status in (502, 503, 504) and (inspected or result.route):
            return BLOCKED, "proxy_cannot_reach"
        return UNKNOWN, "odd_status"

    @staticmethod
    def _failed_at_proxy(result):
        if result.route and result.route.has_password:
            return UNKNOWN, "password_not_sent"
        return BLOCKED, "proxy_wants_password"

    def _redirected(self, result, inspected):
        match = _HOST_OF_URL.match(result.answer["location"] or "/")
        host = match.group(1).lower() if match else result.endpoint.host
        if host != result.endpoint.host and not any(("." + host).endswith("." + one) for one in self.domains):
            return BLOCKED, "portal"
        return OPEN, "answered_inspected" if inspected else "answered"

    def issuer_published(self, certificate):
        """Say whether a certificate names one of the published authorities as its issuer."""
        return certificate["issuer"].get("common_name") in self.names

    def inspection(self, result):
        """Return whether somebody in between looks inside: "no", "unclear", "likely"; None without a certificate."""
        if result.certificate is None:
            return None
        if self.issuer_published(result.certificate):
            return INSPECTION_NO
        known = result.certificate["issuer"].get("organisation") in self.organisations
        return INSPECTION_UNCLEAR if known and result.trusted else INSPECTION_LIKELY


def counts(results):
    """Return {"open": n, "blocked": n, "unknown": n} of [(verdict, reason)]."""
    return {name: sum(1 for verdict, _ in results if verdict == name) for name in (OPEN, BLOCKED, UNKNOWN)}


def exit_code(judged):
    """Return the exit code of [(endpoint, verdict, reason)].

    0: all open. 1: something required is blocked, or not all of it could be judged. 4: nothing could be judged.
    """
    if not any(verdict != UNKNOWN for _, verdict, _ in judged):
        return 4
    counted = [
        verdict for endpoint, verdict, reason in judged if endpoint.need == "required" and reason != NOT_AZURE
    ]  # fmt: skip
    return 0 if all(verdict == OPEN for verdict in counted) else 1
