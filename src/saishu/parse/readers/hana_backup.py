"""backup.log of SAP HANA: events, and a fact for every backup."""

from saishu.parse.readers.backup_jobs import read_hana_backups as read

__all__ = ["read"]
