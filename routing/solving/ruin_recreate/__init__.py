"""The project's own search: ruin and recreate with string removals, compiled."""

from routing.solving.ruin_recreate.search import RuinRecreate, search

__all__ = ["RuinRecreate", "search"]
