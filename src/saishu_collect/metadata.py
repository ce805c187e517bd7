"""The Azure Instance Metadata Service: asked once, directly, never through a proxy, two seconds at most.

Source: Microsoft Learn, "Azure Instance Metadata Service". The address is link-local and answers only on Azure.
"""

import email.utils
import http.client
import json
import time

HOST = "169.254.169.254"
PORT = 80
PATH = "/metadata/instance?api-version=2021-02-01"
SECONDS = 2.0
_LIMIT = 512 * 1024

KEPT = (
    "azEnvironment", "location", "name", "offer", "osType", "plan", "publisher", "resourceGroupName", "resourceId",
    "sku", "subscriptionId", "version", "vmId", "vmSize", "zone", "licenseType",
)  # fmt: skip
"""Fields of `compute` that an investigation needs; user data, keys and tags are never kept."""


class Answer:
    """What the service said: `compute` (only the kept fields), how far our clock is off, or why there is nothing."""

    def __init__(self, compute=None, clock_off_s=None, error=None):
        self.compute = compute or {}
        self.clock_off_s = clock_off_s
        self.error = error

    def field(self, path):
        """Return a value such as `compute/name`, or None when it is absent or empty."""
        room, _, name = path.partition("/")
        value = self.compute.get(name) if room == "compute" else None
        return value if isinstance(value, str) and value else None


def ask(host=HOST, port=PORT, seconds=SECONDS, clock=time.time):
    """Return the Answer of the metadata service; every failure is an Answer with `error`."""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", PATH, headers={"Metadata": "true"})
        response = connection.getresponse()
        body = response.read(_LIMIT)
        if response.status != 200:
            return Answer(error="HTTP {}".format(response.status))
        document = json.loads(body.decode("utf-8"))
        compute = document.get("compute", {}) if isinstance(document, dict) else {}
        kept = {name: compute[name] for name in KEPT if compute.get(name) not in (None, "", {})}
        return Answer(kept, _clock_off(response.getheader("Date"), clock()))
    except Exception as error:  # noqa: BLE001 - not on Azure is an ordinary answer
        return Answer(error="{}: {}".format(type(error).__name__, error))
    finally:
        connection.close()


def _clock_off(header, now):
    """Return our time minus the service's in seconds, or None."""
    if not header:
        return None
    try:
        return now - email.utils.mktime_tz(email.utils.parsedate_tz(header))
    except (TypeError, ValueError, OverflowError):
        return None
