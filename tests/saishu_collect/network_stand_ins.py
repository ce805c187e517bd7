"""Stand-ins for the network, on loopback only: authorities, servers, proxies. Python 3.6 syntax: also used there."""

import contextlib
import copy
import os
import shutil
import socket
import ssl
import subprocess
import threading

from saishu_collect import catalogue

ROOT_NAME = "Stand-in Root"
INSPECTOR_NAME = "Corporate Inspection"

_CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


# ---- certificates, with the program that every Linux has


def _openssl(*arguments):
    program = shutil.which("openssl")
    assert program, "the openssl program is needed to make certificates"
    # Python 3.6 has no capture_output.
    done = subprocess.run([program, *arguments], check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: UP022
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")


class Authority:
    """A certification authority in a folder; `file` is what somebody who trusts it has."""

    def __init__(self, folder, name, organisation="Stand-in"):
        self.folder = str(folder)
        self.file = os.path.join(self.folder, name.replace(" ", "_") + ".pem")
        self._key = self.file[:-4] + ".key"
        subject = f"/O={organisation}/CN={name}"
        _openssl("req", "-x509", *_CURVE, "-subj", subject, "-days", "30", "-keyout", self._key, "-out", self.file)

    def issue(self, names, days=2):
        """Return (certificate file, key file) for the first name; negative days make an expired one."""
        start = os.path.join(self.folder, f"{os.path.basename(self.file)[:-4]}_{names[0]}_{days}")
        with open(start + ".ext", "w") as out:
            out.write("subjectAltName=" + ",".join("DNS:" + name for name in names) + "\n")
        _openssl("req", *_CURVE, "-subj", "/O=Holder/CN=" + names[0], "-keyout", start + ".key", "-out", start + ".csr")
        _openssl(
            "x509", "-req", "-in", start + ".csr", "-CA", self.file, "-CAkey", self._key, "-CAcreateserial",
            "-days", str(days), "-extfile", start + ".ext", "-out", start + ".pem",
        )  # fmt: skip
        return start + ".pem", start + ".key"


def server_context(files, only_old=False):
    """Return the TLS context of a server; only_old: it speaks nothing newer than TLS 1.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    if only_old:
        context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
    return context


# ---- servers


class Server:
    """Accepts connections on 127.0.0.1 until the `with` block ends and hands each to `serve` in a thread.

    seen: what came in, as bytes, one entry a connection that said something. most: how many stood at one time.
    """

    def __init__(self, serve):
        self._serve = serve
        self.seen = []
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._open = []

    def __enter__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(32)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error):
        self._socket.close()
        for link in self._open:
            with contextlib.suppress(OSError):
                link.close()

    def _accept(self):
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            self._open.append(link)
            threading.Thread(target=self._one, args=(link,), daemon=True).start()

    def _one(self, link):
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        with contextlib.suppress(OSError):
            self._serve(self, link)
        with self._lock:
            self._now -= 1


def read_head(link):
    """Return the bytes of a request up to the empty line."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = link.recv(4096)
        if not more:
            break
        data += more
    return data


def reply(status, *fields):
    """Return the bytes of an HTTP answer; fields are header lines."""
    lines = [f"HTTP/1.1 {status} Said", "Content-Length: 0", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def answering(data, context=None):
    """A server that answers every request with the same bytes, in TLS when it has a context."""

    def serve(server, link):
        if context is not None:
            link = context.wrap_socket(link, server_side=True)
        head = read_head(link)
        if head:
            server.seen.append(head)
            link.sendall(data)
        link.close()

    return Server(serve)


def silent(seconds=30):
    """A server that takes connections and never says a word."""

    def serve(server, link):
        link.settimeout(seconds)
        while link.recv(4096):
            pass

    return Server(serve)


def closing():
    """A server that closes every connection at once."""
    return Server(lambda server, link: link.close())


def proxy(answer=None, onward=None):
    """A proxy: answers a CONNECT with these bytes, or passes it on to a port of this machine, whatever was named."""

    def serve(server, link):
        server.seen.append(read_head(link))
        if answer is not None:
            link.sendall(answer)
            link.close()
            return
        link.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        other = socket.create_connection(("127.0.0.1", onward))
        threading.Thread(target=_pump, args=(other, link), daemon=True).start()
        _pump(link, other)

    return Server(serve)


def _pump(source, target):
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    for link in (source, target):
        with contextlib.suppress(OSError):
            link.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def deaf_port():
    """A port that drops what comes: its queue is full and nobody takes anything out."""
    listener, waiting = socket.socket(), []
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    for _ in range(4):
        link = socket.socket()
        link.setblocking(False)
        link.connect_ex(listener.getsockname())
        waiting.append(link)
    yield listener.getsockname()[1]
    for link in [*waiting, listener]:
        link.close()


def closed_port():
    """Return a port of 127.0.0.1 at which nobody listens."""
    with contextlib.closing(socket.socket()) as link:
        link.bind(("127.0.0.1", 0))
        return link.getsockname()[1]


# ---- what may be contacted


def endpoint(name, port, protocol="https", **more):
    """Return one entry of the list of endpoints, on this machine unless told otherwise."""
    entry = {
        "id": name, "host": "localhost", "port": port, "protocol": protocol, "service": "backup", "proxy": "used",
        "scenarios": ["network"], "need": "required", "source": "a test", "confidence": "documented",
        "purpose": {"en": "Purpose of " + name, "ja": name + "の用途"},
    }  # fmt: skip
    if protocol != "tcp":
        entry.update(path="/", expect=[200])
    entry.update(more)
    return entry


def catalogue_of(entries, authority=ROOT_NAME):
    """Return the real catalogue with these endpoints instead, and one authority that Azure is said to use."""
    known = copy.deepcopy(catalogue.load())
    known["lists"]["endpoints"] = {
        "known_organisations": ["Known Organisation"], "own_domains": ["own.invalid"], "endpoints": list(entries),
    }  # fmt: skip
    root = dict(known["lists"]["azure_roots"][0], name=authority, published=True, required=True)
    known["lists"]["azure_roots"] = [root]
    known["lists"]["azure_intermediates"] = []
    return known


def loopback_resolver(real, asked):
    """Return a getaddrinfo that never leaves the machine: only loopback is known, `.invalid` names are not.

    asked: every name is put in here. A name that is neither is a mistake of the test and is said so.
    """

    def resolve(host, *rest, **named):
        asked.append(host)
        if host in ("localhost", "127.0.0.1"):
            return real("127.0.0.1", *rest, **named)
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        raise AssertionError("a name that leads outside: " + host)

    return resolve
