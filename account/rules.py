"""What the rules of this app's triggers say to an operator, by the name under which the database refuses."""

from django.utils.translation import gettext_lazy as _

RULES = {
    "cash_append_only": _("Cash entries are neither changed nor deleted: book the opposite entry."),
    "cash_balance": _("Balances follow from cash entries: book an entry."),
    "cash_booked_by_ledger": _("Opening and trade entries are booked by the ledger itself."),
    "cash_withdrawal": _("A withdrawal cannot exceed the cash that is there."),
    "portfolio_capital": _("The initial capital is booked and cannot change: deposit or withdraw the difference."),
    "portfolio_has_cash": _("Money has moved through this portfolio: set it inactive instead of deleting it."),
}
