"""Recorded answers of a machine: outputs of commands, services, certificates, disks, registry, release files."""

from __future__ import annotations

import re
from collections.abc import Callable

from saishu.parse.readers.command import certificates, disks, file_systems, registry, releases, services
from saishu.parse.reading import FileInput, Host, Sink
from saishu.parse.text import read_text

_KINDS: tuple[tuple[re.Pattern[str], Callable[[FileInput, Sink], None], bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), read_one, as_text)
    for pattern, read_one, as_text in (
        (r"(?:^|/)certificates/[^/]*\.json$", certificates.read_json, False),
        (
            r"(?:^|/)certificates[^/]*/[^/]*\.txt$|certutil|cert(?:ificate)?s?_[^/]*\.txt$",
            certificates.read_text_list,
            False,
        ),
        (r"(?:^|/)disks/[^/]*\.json$", disks.read_json, False),
        (r"(?:^|/)registry/[^/]*\.txt$|\.reg$", registry.read, False),
        (r"(?:^|/)services/[^/]*\.txt$|sc[_ -]?query[^/]*$|services?\.txt$", services.read_windows, True),
        (r"systemctl[^/]*$", services.read_systemd, True),
        (r"(?:^|[/_-])df(?:[-_][^/]*)?(?:\.txt|\.out|\.log)?$", file_systems.read, True),
        (r"os-release$|redhat-release$|SuSE-release$", releases.read_release, False),
        (r"timedatectl[^/]*$|(?:^|/)(?:etc/)?timezone$|localtime[^/]*$", releases.read_zone, True),
        (r"(?:^|/)etc/hostname$", releases.read_host_name, False),
    )
)


def read(file: FileInput, host: Host, sink: Sink) -> None:
    """The facts that the kind of file holds; outputs for people are events too, line by line, without a time."""
    path = re.sub(r"(?:<\d+>)?$", "", file.path)
    for pattern, read_one, as_text in _KINDS:
        if pattern.search(path):
            if as_text:
                read_text(file, host, sink)
            read_one(file, sink)
            return
    read_text(file, host, sink)
