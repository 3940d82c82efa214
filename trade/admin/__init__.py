"""The back office of this app: orders and executions, and what corporate actions did to holdings."""

from trade.admin import actions, orders

__all__ = ["actions", "orders"]
