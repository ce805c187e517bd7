"""Seeded log lines that pack like the real ones: a kind is a time stamp style and weighted templates."""

import random
import time
from collections.abc import Iterator

LINES_PER_PAGE = 400
PAGES = 64
FIRST_SECOND = 1_763_600_000

EXTENSION = "[Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0.9192.0]"

TEMPLATES: dict[str, list[tuple[int, str]]] = {
    "syslog": [
        (9, "vm01 systemd[1]: Started Session {small} of User azureuser."),
        (7, "vm01 systemd[1]: session-{small}.scope: Deactivated successfully."),
        (9, "vm01 CRON[{pid}]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)"),
        (8, "vm01 sshd[{pid}]: Accepted publickey for azureuser from 10.0.{byte}.{byte} port {port} ssh2: RSA SHA256"),
        (6, "vm01 sshd[{pid}]: pam_unix(sshd:session): session closed for user azureuser"),
        (14, "vm01 python3[1482]: INFO ExtHandler ExtHandler ProcessExtensionsGoalState completed [incarnation {small}; "
             "{ms} ms; Activity Id: {guid}; Correlation Id: {guid2}; GS Creation Time: 2025-11-20T02:10:11.123456Z]"),
        (9, "vm01 python3[1482]: INFO ExtHandler [HEARTBEAT] Agent WALinuxAgent-2.11.1.4 is running as the goal state "
            "agent [DEBUG HeartbeatCounter: {small};HeartbeatId: {guid};DroppedPackets: 0;UpdateGSErrors: 0;AutoUpdate: 1]"),
        (8, "vm01 kernel: [{up}.{micro}] hv_storvsc f8b3781a-1e82-4818-a1c3-63d806ec15bb: tag#{byte} cmd 0x2a status: "
            "scsi 0x2 srb 0x4 hv 0xc0000001"),
        (6, "vm01 dhclient[712]: DHCPREQUEST for 10.0.0.4 on eth0 to 168.63.129.16 port 67"),
        (6, "vm01 dhclient[712]: DHCPACK of 10.0.0.4 from 168.63.129.16"),
        (5, "vm01 systemd-resolved[588]: Server returned error NXDOMAIN, mitigating potential DNS violation DVE-2018-0001, "
            "retrying transaction with reduced feature level UDP."),
        (7, "vm01 rsyslogd: imuxsock[pid: {pid}, name: /usr/bin/python3] from <nginx:worker> lost {ms} messages due to "
            "rate-limiting"),
        (6, 'vm01 nginx[{pid}]: 10.0.{byte}.{byte} - - "GET /api/v1/items/{ms} HTTP/1.1" 200 {port} "-" "curl/7.88.1"'),
    ],
    "kern": [
        (16, "vm01 kernel: [{up}.{micro}] [UFW BLOCK] IN=eth0 OUT= MAC=00:0d:3a:4b:11:22:12:34:56:78:9a:bc:08:00 "
             "SRC=203.0.113.{byte} DST=10.0.0.4 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID={client} DF PROTO=TCP SPT=443 "
             "DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0"),
        (6, "vm01 kernel: [{up}.{micro}] sd 1:0:0:{byte}: [sdc] tag#{byte} FAILED Result: hostbyte=DID_OK "
            "driverbyte=DRIVER_OK cmd_age=0s"),
        (6, "vm01 kernel: [{up}.{micro}] EXT4-fs (sdc1): error count since last fsck: {ms}"),
        (5, "vm01 kernel: [{up}.{micro}] hv_balloon: Max. dynamic memory size: 8192 MB"),
        (6, 'vm01 kernel: [{up}.{micro}] audit: type=1400 audit(1763600000.{micro}:{small}): apparmor="DENIED" '
            'operation="open" profile="/usr/sbin/cups-browsed" pid={pid} comm="cups-browsed"'),
    ],
    "auth": [
        (14, "vm01 sshd[{pid}]: Failed password for invalid user admin from 203.0.113.{byte} port 22 ssh2"),
        (12, "vm01 sshd[{pid}]: Received disconnect from 203.0.113.{byte} port {client}:11: Normal Shutdown, Thank you for playing [preauth]"),
        (10, "vm01 sshd[{pid}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
             "rhost=203.0.113.{byte}"),
        (12, "vm01 CRON[{pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0) service=cron tty=cron"),
        (12, "vm01 CRON[{pid}]: pam_unix(cron:session): session closed for user root service=cron tty=cron ruser= rhost="),
        (8, "vm01 sudo: azureuser : TTY=pts/{byte} ; PWD=/home/azureuser ; USER=root ; COMMAND=/usr/bin/tail -n {ms} "
            "/var/log/waagent.log"),
    ],
    "waagent": [
        (14, "INFO ExtHandler ExtHandler ProcessExtensionsGoalState started [incarnation {small}; channel: WireServer; "
             "activity: {guid}; correlation: {activity}; created: 2025-11-20T02:10:11.123456Z]"),
        (14, "INFO ExtHandler ExtHandler ProcessExtensionsGoalState completed [incarnation {small}; {ms} ms; Activity Id: "
             "{guid}; Correlation Id: {activity}; GS Creation Time: 2025-11-20T02:10:11.123456Z]"),
        (8, "INFO ExtHandler [Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0.9192.0] Target handler state: enabled"),
        (8, "INFO ExtHandler [Microsoft.Azure.RecoveryServices.VMSnapshotLinux-1.0.9192.0] Command: main/handle.sh enable"),
        (6, "WARNING ExtHandler ExtHandler Error getting the certificates: [HttpError] [HTTP Failed] GET "
            "http://168.63.129.16:80/machine/ -- IOError timed out -- {ms} attempts made"),
        (10, "INFO ExtHandler [CGW] The CGroup mounted at /sys/fs/cgroup/cpu,cpuacct reports {port} for pid {pid}"),
        (10, "INFO SendHostPluginHeartbeat Finished sending the health report, {ms} ms, status 200, id {guid}"),
    ],
    "snapshot": [
        (10, EXTENSION + " Freeze: binary started, timeout 60, child pid {pid}, token {long}, mount points 7, elapsed 0.{micro}"),
        (10, EXTENSION + " Thaw: doing thaw now, binary exit code 0, elapsed 0.{micro} seconds, vhd {long}, snapshot id {hex}"),
        (10, EXTENSION + " T:S snapshot uri is https://md-{long}.z{byte}.blob.storage.azure.net/{hex}/{long}?sv=2018-03-28"),
        (10, EXTENSION + " command to execute is taskid {guid} commandtype snapshot locale en-us objectStr {hex}"),
        (10, EXTENSION + ' HostSnapshot status 200, responsebody {{"snapshotId":"{hex}","lun":{byte},"error":0}}'),
        (8, EXTENSION + " Waiting for snapshots to complete, {ms} ms"),
        (8, EXTENSION + " File system freeze done for /mnt/resource and {small} others"),
    ],
    "audit": [
        (12, "type=SYSCALL msg=audit({up}.{ms}:{serial}): arch=c000003e syscall=59 success=yes exit=0 a0={long} a1=55d1 a2=55d2 "
             "items=2 ppid={port} pid={pid} auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) "
             'ses={byte} comm="sh" exe="/usr/bin/dash" subj=unconfined key="exec"'),
        (12, 'type=PATH msg=audit({up}.{ms}:{serial}): item=0 name="/usr/bin/sh" inode={port} dev=08:01 mode=0100755 ouid=0 '
             "ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0"),
        (12, "type=CRED_ACQ msg=audit({up}.{ms}:{serial}): pid={pid} uid=0 auid=1000 ses={byte} subj=unconfined "
             "msg='op=PAM:setcred grantors=pam_permit acct=\"root\" exe=\"/usr/sbin/cron\" hostname=? addr=? res=success'"),
    ],
}  # fmt: skip


def _pools(rng: random.Random) -> dict[str, list[str]]:
    """Return the values a placeholder may take; their number sets how well the text packs."""
    port = [str(rng.randrange(32768, 61000)) for _ in range(3000)]
    guid = ["{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}".format(*(rng.getrandbits(b) for b in (32, 16, 12, 12, 48)))
            for _ in range(24)]  # fmt: skip
    return {
        "pid": [str(rng.randrange(700, 65000)) for _ in range(60)],
        "port": port,
        "byte": [str(rng.randrange(0, 256)) for _ in range(64)],
        "small": [str(n) for n in range(4000, 4400)],
        "ms": [str(rng.randrange(100, 1000)) for _ in range(200)],
        "micro": [f"{rng.randrange(10**6):06d}" for _ in range(5000)],
        "up": [str(n) for n in range(881200, 881260)],
        "hex": [f"{rng.getrandbits(48):012x}" for _ in range(400)],
        "client": [str(rng.randrange(32768, 61000)) for _ in range(250)],
        "serial": [str(rng.randrange(10**6, 10**7)) for _ in range(5000)],
        "long": [f"{rng.getrandbits(64):016x}" for _ in range(2000)],
        "activity": [f"{rng.getrandbits(64):016x}-4f1e-8a4b" for _ in range(400)],
        "guid": guid[:12],
        "guid2": guid[12:],
    }


def _compile(template: str) -> tuple[str, list[str]]:
    """Return the template as a %-format and the names of its placeholders in order."""
    names: list[str] = []

    class Slots(dict[str, str]):
        def __missing__(self, key: str) -> str:
            names.append(key)
            return "%s"

    return template.replace("%", "%%").format_map(Slots()), names


class LogStream:
    """An endless stream of log lines of one kind, the same for the same seed."""

    def __init__(self, kind: str, seed: str) -> None:
        self._rng = random.Random(f"{kind}/{seed}")
        self._pools = _pools(self._rng)
        self._second = FIRST_SECOND + self._rng.randrange(86400)
        self._pages = [self._page(kind) for _ in range(PAGES)]

    def _page(self, kind: str) -> tuple[str, list[str]]:
        weights = [weight for weight, _ in TEMPLATES[kind]]
        compiled = [_compile(text) for _, text in TEMPLATES[kind]]
        prefix, prefix_slots = ("", []) if kind == "audit" else ("%s.%s+00:00 ", ["stamp", "micro"])
        lines: list[str] = []
        slots: list[str] = []
        for text, names in self._rng.choices(compiled, weights, k=LINES_PER_PAGE):
            lines.append(prefix + text)
            slots += [*prefix_slots, *names]
        return "\n".join(lines) + "\n", slots

    def _stamps(self) -> list[str]:
        steps = self._rng.choices((0, 0, 0, 1, 1, 2, 7), k=LINES_PER_PAGE)
        first = self._second
        self._second += sum(steps)
        shown = [time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(n)) for n in range(first, self._second + 1)]
        second = 0
        stamps = []
        for step in steps:
            second += step
            stamps.append(shown[second])
        return stamps

    def page(self) -> bytes:
        """Return the next 400 lines."""
        text, slots = self._rng.choice(self._pages)
        counts: dict[str, int] = {}
        for name in slots:
            counts[name] = counts.get(name, 0) + 1
        values = {n: iter(self._rng.choices(self._pools[n], k=c)) for n, c in counts.items() if n != "stamp"}
        values["stamp"] = iter(self._stamps())
        return (text % tuple([next(values[name]) for name in slots])).encode()

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield pages until about `size` bytes are out; the last one ends with a whole line."""
        left = size
        while left > 0:
            page = self.page()
            if len(page) > left:
                page = page[: page.rfind(b"\n", 0, left) + 1]
                left = 0
            left -= len(page)
            yield page
