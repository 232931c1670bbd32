"""One machine's private servers: PostgreSQL, Redis, osrm-routed and the processes of the day."""

from stack.folders import StackError
from stack.private import PrivateServers, attach, private_defaults

__all__ = ["PrivateServers", "StackError", "attach", "private_defaults"]
