"""One way to an endpoint, step by step: name, port, proxy, TLS, HTTP; each with its limit and its own failure."""

import errno
import re
import socket
import ssl
import threading
import time

from saishu_collect import __version__, der

LIMITS = {"dns": 3.0, "tcp": 5.0, "proxy": 5.0, "tls": 5.0, "http": 8.0}
"""Seconds for each stage."""

STAGES = ("dns", "tcp", "proxy", "tls", "http")
OK, FAILED, SKIPPED = "ok", "failed", "skipped"
MOST_ADDRESSES = 4
HEAD_BYTES = 16 * 1024

_TLS_TOO_OLD = ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE", "VERSION_TOO_LOW")
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "HTTPS_PROXY_REQUEST")
_NAME_OF_ANOTHER = 62
_PROXY_SAYS = dict.fromkeys((502, 503, 504), "proxy_cannot_reach")
_PROXY_SAYS[407] = "proxy_wants_password"
_AGENT = "User-Agent: saishu/" + __version__
_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN)


class StageError(Exception):
    """A stage ended badly; `reason` is a word of the closed list (phrases network.reason.…), `detail` is technical."""

    def __init__(self, reason, detail=""):
        Exception.__init__(self, reason, detail)
        self.reason = reason
        self.detail = detail


class Clock:
    """How much time is left: for a stage, and for the whole check."""

    def __init__(self, seconds, stop=None, limits=None):
        self.end = time.monotonic() + seconds
        self.stop = stop
        self.limits = dict(LIMITS, **(limits or {}))

    def until(self, stage):
        """Return the moment at which a stage that begins now has to end."""
        if self.stop:
            raise StageError("interrupted")
        now = time.monotonic()
        if now >= self.end:
            raise StageError("over_time")
        return min(self.end, now + self.limits[stage])


def _left(deadline):
    left = deadline - time.monotonic()
    if left <= 0:
        raise socket.timeout("timed out")
    return left


# ---- name and port


def resolve(host, port, deadline):
    """Return [(family, socket address)] of a name, at most MOST_ADDRESSES; never waits beyond the deadline."""
    box = []

    def ask():
        try:
            box.append(socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            box.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if not box:
        raise StageError("resolver_timed_out")
    if isinstance(box[0], Exception):
        raise StageError(_resolver_reason(box[0]), _text(box[0]))
    found = []
    for family, _, _, _, address in box[0]:
        if (family, address) not in found:
            found.append((family, address))
    return found[:MOST_ADDRESSES]


def _resolver_reason(error):
    unknown = [getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)]
    return "name_not_found" if getattr(error, "errno", None) in unknown else "resolver_failed"


def connect(found, deadline):
    """Return a connected socket to the first address that answers; the time is shared between the addresses."""
    failure = StageError("connect_failed")
    for index, (family, address) in enumerate(found):
        link = socket.socket(family, socket.SOCK_STREAM)
        try:
            link.settimeout(_left(deadline) / (len(found) - index))
            link.connect(address)
            return link
        except OSError as error:
            link.close()
            failure = StageError(_connect_reason(error), _text(error))
    raise failure


def _connect_reason(error):
    if isinstance(error, (socket.timeout, TimeoutError)):
        return "timed_out"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "unreachable" if error.errno in _UNREACHABLE else "connect_failed"


# ---- proxy


def tunnel(link, host, port, deadline):
    """Ask a proxy for a tunnel (CONNECT); return the status of its answer, 200 when the tunnel stands."""
    lines = ["CONNECT {}:{} HTTP/1.1", "Host: {}:{}"]
    request = "\r\n".join(line.format(host, port) for line in lines) + "\r\n" + _AGENT + "\r\n\r\n"
    try:
        answer = _exchange(link, request, deadline)
    except socket.timeout as error:
        raise StageError("proxy_timed_out") from error
    except OSError as error:
        raise StageError("proxy_closed", _text(error)) from error
    except ValueError as error:
        raise StageError("proxy_odd", str(error)) from error
    status = answer["status"]
    if 200 <= status < 300:
        return status
    if 300 <= status < 400:
        raise StageError("portal", "HTTP {} {}".format(status, answer["location"] or "").strip())
    raise StageError(_PROXY_SAYS.get(status, "proxy_refused"), "HTTP {}".format(status))


# ---- TLS


def make_contexts():
    """Return (a context that trusts what this system trusts, one that accepts anything, to see who answers)."""
    strict = ssl.create_default_context()
    # Newer Pythons refuse certificates for formal faults that other programs let pass.
    strict.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    loose = ssl.create_default_context()
    loose.check_hostname = False
    loose.verify_mode = ssl.CERT_NONE
    return strict, loose


def secure(link, host, context, deadline):
    """Return the TLS socket; StageError says why there is none."""
    try:
        link.settimeout(_left(deadline))
        return context.wrap_socket(link, server_hostname=host)
    except socket.timeout as error:
        raise StageError("tls_timed_out") from error
    except ssl.CertificateError as error:
        raise StageError(_trust_reason(error), _text(error)) from error
    except ssl.SSLError as error:
        raise StageError(_tls_reason(error), _text(error)) from error
    except (OSError, ValueError) as error:
        raise StageError("tls_closed", _text(error)) from error


def _trust_reason(error):
    code = getattr(error, "verify_code", _NAME_OF_ANOTHER)
    return "wrong_name" if code == _NAME_OF_ANOTHER else "untrusted"


def _tls_reason(error):
    reason = error.reason or ""
    if "timed out" in str(error):
        return "tls_timed_out"
    if reason == "CERTIFICATE_VERIFY_FAILED":
        return "untrusted"
    if reason in _TLS_TOO_OLD:
        return "tls_version"
    if reason in _NO_TLS:
        return "no_tls"
    # Python 3.6 has no class for what OpenSSL 3 calls an unexpected end; its words say it on every version.
    closed = isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) or "EOF" in (_text(error) or "").upper()
    return "tls_closed" if closed else "tls_failed"


def seen_certificate(link):
    """Return what the peer's certificate says (der.read_certificate), or None when it cannot be read."""
    try:
        return der.read_certificate(link.getpeercert(True) or b"")
    except ValueError:
        return None


# ---- HTTP


def ask(link, endpoint, through_proxy, deadline):
    """Send the one GET of an endpoint; return {"status", "location", "server", "content_type"}."""
    plain_proxy = through_proxy and not endpoint.secure
    target = "http://{}{}".format(endpoint.address, endpoint.path) if plain_proxy else endpoint.path
    lines = ["GET {} HTTP/1.1".format(target), "Host: " + endpoint.host, _AGENT]
    lines += ["Accept: */*", "Connection: close"]
    lines += ["{}: {}".format(name, value) for name, value in sorted(endpoint.headers.items())]
    try:
        return _exchange(link, "\r\n".join(lines) + "\r\n\r\n", deadline)
    except socket.timeout as error:
        raise StageError("http_timed_out") from error
    except OSError as error:
        raise StageError("http_closed", _text(error)) from error
    except ValueError as error:
        raise StageError("not_http", str(error)) from error


def _exchange(link, request, deadline):
    """Send a request and return the head of the answer; ValueError: no HTTP, ConnectionError: closed without a word."""
    link.settimeout(_left(deadline))
    link.sendall(request.encode("ascii"))
    data = b""
    while b"\r\n\r\n" not in data and b"\n\n" not in data and len(data) < HEAD_BYTES:
        link.settimeout(_left(deadline))
        more = link.recv(4096)
        if not more:
            break
        data += more
    if not data:
        raise ConnectionError("closed without an answer")
    return _read_head(data[:HEAD_BYTES])


def _read_head(data):
    text = data.decode("latin-1").replace("\r\n", "\n").partition("\n\n")[0]
    match = re.match(r"HTTP/[0-9.]+ ([1-9][0-9][0-9])(?: |\n|\Z)", text)
    if not match:
        raise ValueError(repr(text[:40]))
    fields = {}
    for line in text.split("\n")[1:]:
        name, _, value = line.partition(":")
        fields.setdefault(name.strip().lower(), value.strip()[:300])
    return {
        "status": int(match.group(1)),
        "location": fields.get("location"),
        "server": fields.get("server"),
        "content_type": fields.get("content-type"),
    }


def _text(error):
    return str(getattr(error, "strerror", None) or error)[:200]
