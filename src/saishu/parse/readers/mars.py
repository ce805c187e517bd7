"""Error logs of the MARS agent: events, and a fact for every job."""

from saishu.parse.readers.backup_jobs import read_mars as read

__all__ = ["read"]
