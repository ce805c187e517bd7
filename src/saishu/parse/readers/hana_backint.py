"""backint.log of SAP HANA: events, and a fact for every call of backint."""

from saishu.parse.readers.backup_jobs import read_backint as read

__all__ = ["read"]
