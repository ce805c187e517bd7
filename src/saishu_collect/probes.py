"""The probes: every declared endpoint through its stages, several at a time, all of it within one limit."""

import ipaddress
import queue
import threading
import time

from saishu_collect import stages

AT_ONCE = 6
SECONDS = 60.0
_POLL = 0.05


class Result:
    """What came of one endpoint.

    steps: {stage: (state, milliseconds or None, reason or None, detail)}. failure: the reason of the stage that ended
    it, None when all went well. certificate, version, cipher, trusted: what TLS showed. answer: the head of the HTTP
    answer or None.
    """

    def __init__(self, endpoint, route):
        self.endpoint = endpoint
        self.route = route
        self.steps = dict.fromkeys(stages.STAGES, (stages.SKIPPED, None, None, ""))
        self.addresses = []
        self.connected = None
        self.failure = None
        self.certificate = None
        self.version = None
        self.cipher = None
        self.trusted = None
        self.answer = None
        self.done = False

    @property
    def private(self):
        """True when a name led to private addresses only (a private endpoint, or a resolver of the company).

        None where no name of the endpoint was resolved.
        """
        if not self.addresses or self.route or self.endpoint.host in self.addresses:
            return None
        return all(ipaddress.ip_address(one.partition("%")[0]).is_private for one in self.addresses)


def run(endpoints, route_of, stop, seconds=SECONDS, limits=None):
    """Probe the endpoints and return their Results in the same order; never takes longer than `seconds`.

    route_of: endpoint -> proxies.Route or None. An endpoint that has a reason not to be contacted (`missing`) is not.
    What is still under way when the time is over, or when `stop` comes true, stays as far as it came.
    """
    clock = stages.Clock(seconds, stop, limits)
    results = [Result(endpoint, route_of(endpoint)) for endpoint in endpoints]
    waiting = queue.Queue()
    wanted = [result for result in results if not _hindrance(result)]
    for result in wanted:
        waiting.put(result)
    if wanted:
        contexts = stages.make_contexts()
        for _ in range(min(AT_ONCE, len(wanted))):
            threading.Thread(target=_work, args=(waiting, clock, contexts), daemon=True).start()
    while any(not result.done for result in wanted) and time.monotonic() < clock.end and not stop:
        time.sleep(_POLL)
    return [_settle(result, stop) for result in results]


def _hindrance(result):
    """Set and return the reason why an endpoint cannot be contacted at all."""
    if result.endpoint.missing:
        result.failure = result.endpoint.missing
    elif result.route and result.route.kind != "http":
        result.failure = "proxy_kind"
    return result.failure


def _settle(result, stop):
    """Return the result as it stands; a copy where a thread may still be at work on it."""
    if result.done or result.failure:
        return result
    settled = Result(result.endpoint, result.route)
    settled.steps = dict(result.steps)
    settled.addresses = list(result.addresses)
    settled.failure = "interrupted" if stop else "over_time"
    return settled


def _work(waiting, clock, contexts):
    while True:
        try:
            result = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            _Way(result, clock, contexts).go()
        except Exception as error:  # noqa: BLE001 - one probe must not take the others along
            result.failure = "defect"
            result.steps["dns"] = result.steps["dns"][:3] + ("{}: {}".format(type(error).__name__, error),)
        result.done = True


class _Way:
    """One endpoint on its way through the stages."""

    def __init__(self, result, clock, contexts):
        self.result = result
        self.clock = clock
        self.strict, self.loose = contexts
        self.link = None

    def go(self):
        """Take every stage until one fails."""
        result, endpoint = self.result, self.result.endpoint
        try:
            self._reach()
            if endpoint.secure:
                self._stage("tls", self._secure)
            if endpoint.protocol != "tcp":
                result.answer = self._stage("http", self._ask)
        except stages.StageError as error:
            result.failure = error.reason
            if error.reason in ("untrusted", "wrong_name"):
                self._look_at_stranger()
        finally:
            self._close()

    def _reach(self):
        """Stand connected to the endpoint, through the proxy where there is one."""
        result, route = self.result, self.result.route
        host, port = (route.host, route.port) if route else (result.endpoint.host, result.endpoint.port)
        found = self._stage("dns", lambda end: stages.resolve(host, port, end))
        result.addresses = [address[0] for _, address in found]
        self.link = self._stage("tcp", lambda end: stages.connect(found, end))
        result.connected = self.link.getpeername()[0]
        if route and result.endpoint.protocol != "http":
            self._stage("proxy", self._tunnel)

    def _stage(self, name, act):
        """Run one stage and write down how it went and how long it took."""
        end = self.clock.until(name)
        begun = time.monotonic()
        try:
            outcome = act(end)
        except stages.StageError as error:
            self.result.steps[name] = (stages.FAILED, _ms(begun), error.reason, error.detail)
            raise
        self.result.steps[name] = (stages.OK, _ms(begun), None, "")
        return outcome

    def _tunnel(self, end):
        return stages.tunnel(self.link, self.result.endpoint.host, self.result.endpoint.port, end)

    def _secure(self, end):
        self.link = stages.secure(self.link, self.result.endpoint.host, self.strict, end)
        self._note_peer(trusted=True)

    def _ask(self, end):
        return stages.ask(self.link, self.result.endpoint, self.result.route is not None, end)

    def _note_peer(self, trusted):
        result = self.result
        result.certificate = stages.seen_certificate(self.link)
        result.version, result.cipher = self.link.version(), (self.link.cipher() or ("",))[0]
        result.trusted = trusted

    def _look_at_stranger(self):
        """Connect once more without any trust, only to see whose certificate it is; nothing is asked."""
        self._close()
        kept = dict(self.result.steps)
        try:
            self._reach()
            end = self.clock.until("tls")
            self.link = stages.secure(self.link, self.result.endpoint.host, self.loose, end)
            self._note_peer(trusted=False)
        except (stages.StageError, OSError):
            self.result.trusted = False
        finally:
            self.result.steps = kept

    def _close(self):
        if self.link is not None:
            try:
                self.link.close()
            except OSError:
                pass
            self.link = None


def _ms(begun):
    return round((time.monotonic() - begun) * 1000, 1)
