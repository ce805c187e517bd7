"""Named judgements: what the parts of a unit cannot say. One module each, named as units name it under `judge`.

Every module declares `judge(case, evidence, files) -> list[Remark]`; no remark means that nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from saishu.check.case import Case
from saishu.check.judges import (
    cb_certificates,
    event_channel,
    hana_databases,
    ilr_folder,
    log_set,
    mars_agent,
    nfo_file,
    root_certificates,
    vss_trace,
    vssadmin_list,
)
from saishu.check.verdict import Remark
from saishu.model import Member

Judge = Callable[[Case, str, Sequence[Member]], list[Remark]]

JUDGES: dict[str, Judge] = {
    module.__name__.rpartition(".")[2]: module.judge
    for module in (
        cb_certificates, event_channel, hana_databases, ilr_folder, log_set, mars_agent, nfo_file, root_certificates,
        vss_trace, vssadmin_list,
    )
}  # fmt: skip

REPLACES_PARTS = frozenset(("cb_certificates", "vss_trace", "mars_agent"))
"""Judges that weigh the parts themselves."""
