"""extension.log of the Linux backup extension: events, and a fact for every snapshot job."""

from saishu.parse.readers.backup_jobs import read_snapshots as read

__all__ = ["read"]
