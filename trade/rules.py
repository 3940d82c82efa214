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
    "action_append_only": _("A booked corporate action is not changed or deleted: reverse its entry."),
    "action_applied": _("The action is booked on holdings: reverse its entries, correct it, and apply it again."),
    "action_followed": _("Fills or actions were booked on these shares since: reverse those first, newest first."),
    "action_needed": _("Sales need more shares than the action would leave: reverse those sales first."),
    "action_no_price": _("Part of a share is to be paid in cash, and the stock has no price: load its prices first."),
    "action_not_effective": _("The action is not effective yet: wait for its day."),
    "action_nothing_held": _("Nothing was held and no order was open when the effective date began."),
    "action_order": _("A later fill or action is booked already: reverse it, apply this action, and book it again."),
    "action_reversal": _("A reversal cannot be reversed: apply the action anew."),
    "action_rights": _("Whether rights are taken up is for the desk to say: book the shares as a BUY order."),
    "action_stock": _("The action is of another stock than the holding."),
    "execution_append_only": _("An execution is booked; only its exchange reference may be mended: reverse it."),
    "execution_before_action": _("A split since then is booked: reverse it, book or reverse the fill, apply it again."),
    "execution_conflict": _("Another fill is booked under this reference: check it with the broker."),
    "execution_followed": _(
        "Other executions or actions followed on the same holding: reverse this one instead of deleting it."
    ),
    "execution_isolation": _("Reverse it in a READ COMMITTED transaction: others may have booked fills of its pick."),
    "execution_needed": _("Later sales need the shares of this fill: reverse them first."),
    "execution_of_proposal": _("The order proposes a pick and has no holding yet: give it a holding first."),
    "execution_of_rejected": _("The order was rejected: check the broker's order number."),
    "execution_overfill": _("The order cannot be filled beyond its quantity: check the fill with the broker."),
    "execution_oversell": _("More than is held cannot be sold: book the missing buys first."),
    "execution_reversed": _(
        "The fill under this reference was reversed: if it counts after all, book it under a reference of its own."
    ),
    "execution_reversal": _("A reversal cannot be reversed: book the fill anew."),
    "execution_time": _("No fill is of before 1970 or more than five minutes ahead: check the time and its zone."),
    "holding_committed": _("Open SELL orders need these shares: lower or cancel them first."),
    "holding_moved_by_executions": _("Quantity, average and P&L follow from executions: book or reverse one."),
    "pick_ordered": _("The pick has orders: its side and its stock stand. Enter new advice as a pick of its own."),
}
