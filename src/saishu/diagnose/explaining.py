"""Explains one code: any way in which a person may have it, to every unit that knows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from saishu.signals.codes import canonical_hex, code_names, decimals

_HEX = re.compile(r"(?:0x)?([0-9a-fA-F]{8})|0x([0-9a-fA-F]{1,8})", re.IGNORECASE)
_DECIMAL = re.compile(r"-?\d{1,10}")
_WITH_PROVIDER = re.compile(
    r"(?P<provider>.*\S)[\s:#/]+(?:event\s*(?:id)?\s*[:=]?\s*)?(?P<number>\d{1,5})", re.IGNORECASE
)
_MIN_FRAGMENT = 6


@dataclass(frozen=True, slots=True)
class Explained:
    """A unit that knows the code. code: as it is declared; exact: False when only a part of a phrase was asked for."""

    unit: Mapping[str, Any]
    code: Mapping[str, Any]
    exact: bool = True


def explain(asked: str, units: Mapping[str, Mapping[str, Any]]) -> list[Explained]:
    """Every unit that knows a code, those that hold it exactly first.

    asked: a product code or symbolic name (case ignored), an HRESULT in hexadecimal or in signed or unsigned decimal,
    an event id with or without its provider, the number of an agent or database error, or a part of a message.
    """
    asked = asked.strip().strip("\"'[]()")
    wanted = _spellings(asked)
    exact = [Explained(unit, code) for unit, code in _codes(units) if _is_meant(code, asked, wanted)]
    if exact or len(asked) < _MIN_FRAGMENT:
        return _each_once(exact)
    fragment = asked.lower()
    return _each_once(
        Explained(unit, code, exact=False)
        for unit, code in _codes(units)
        if any(fragment in str(code.get(field, "")).lower() for field in ("name", "phrase"))
    )


def _each_once(found: Iterable[Explained]) -> list[Explained]:
    """Each unit once, by the first of its codes that fits, in the order in which to read them."""
    by_unit: dict[str, Explained] = {}
    for one in found:
        by_unit.setdefault(one.unit["id"], one)
    return sorted(by_unit.values(), key=_order)


def other_forms(code: Mapping[str, Any]) -> dict[str, str]:
    """How else a code is written: `hex`, `signed`, `unsigned`, `name`, `provider`, as far as there is such a form."""
    forms: dict[str, str] = {}
    if "hresult" in code:
        signed, unsigned = decimals(code["hresult"])
        forms |= {"hex": code["hresult"], "signed": signed, "unsigned": unsigned}
    if code.get("name"):
        forms["name"] = code["name"]
    if "event" in code:
        forms |= {"event": str(code["event"]), "provider": code["provider"]}
    return forms


def _codes(units: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for unit in units.values():
        for code in unit["codes"]:
            yield unit, code


def _spellings(asked: str) -> frozenset[str]:
    """The asked code in all forms that mean the same, in lower case."""
    forms = {asked.lower()}
    if hexadecimal := _HEX.fullmatch(asked):
        forms.add((canonical_hex("0x" + (hexadecimal[1] or hexadecimal[2])) or "").lower())
    elif _DECIMAL.fullmatch(asked) and abs(int(asked)) > 0xFFFF:
        forms.add((canonical_hex(asked) or "").lower())
    return frozenset(forms)


def _is_meant(code: Mapping[str, Any], asked: str, wanted: frozenset[str]) -> bool:
    if "event" in code:
        told = _WITH_PROVIDER.fullmatch(asked)
        if told:
            return int(told["number"]) == code["event"] and told["provider"].lower() in code["provider"].lower()
        return asked == str(code["event"])
    names = {name.lower() for name in code_names(code)}
    if "number" in code:
        names.add(str(code["number"]))
    return bool(names & wanted)


def _order(one: Explained) -> tuple[int, str]:
    """What explains the code as such comes before what merely knows it."""
    kinds = ("context", "fault", "benign", "success")
    return (kinds.index(one.unit["kind"]), one.unit["id"])
