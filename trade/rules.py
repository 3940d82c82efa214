"""What the rules of this app's triggers and services say to an operator, by the name under which they refuse."""

from django.utils.translation import gettext_lazy as _

RULES = {
    "order_drawdown": _("The portfolio is below its maximum drawdown: no new BUY orders until an operator clears it."),
    "order_filled_by_executions": _("Filled quantity and filled states follow from executions: book an execution."),
    "order_frozen": _("Quantity, holding and pick do not change after the first fill: cancel the rest, order anew."),
    "order_identity": _("An order keeps its number, its side and the name of who placed it: place a new one."),
    "order_inactive": _("The portfolio or the stock is not active: only SELL orders are taken."),
    "order_oversell": _("More than is held and not committed to open SELL orders cannot be sold."),
    "order_pick": _("The order does not fit its pick: side and stock must be the pick's."),
    "order_starts_pending": _("An order starts pending and unfilled."),
    "order_terminal": _("This order is closed and does not change any more: place a new one."),
    "order_transition": _("A pending order may be cancelled or rejected, a partially filled one cancelled."),
    "execution_append_only": _("An execution is booked; only its exchange reference may be mended: reverse it."),
    "execution_conflict": _("Another fill is booked under this reference: check it with the broker."),
    "execution_followed": _("Other executions followed on the same holding: reverse this one instead of deleting it."),
    "execution_needed": _("Later sales need the shares of this fill: reverse them first."),
    "execution_of_proposal": _("The order proposes a pick and has no holding yet: give it a holding first."),
    "execution_of_rejected": _("The order was rejected: check the broker's order number."),
    "execution_overfill": _("The order cannot be filled beyond its quantity: check the fill with the broker."),
    "execution_oversell": _("More than is held cannot be sold: book the missing buys first."),
    "execution_reversal": _("A reversal cannot be reversed: book the fill anew."),
    "holding_moved_by_executions": _("Quantity, average and P&L follow from executions: book or reverse one."),
}
