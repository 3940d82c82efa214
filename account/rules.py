"""What the rules of this app's triggers and services say to an operator, by the name under which they refuse."""

from django.utils.translation import gettext_lazy as _

RULES = {
    "cash_append_only": _("Cash entries are neither changed nor deleted: book the opposite entry."),
    "cash_balance": _("Balances follow from cash entries: book an entry."),
    "cash_booked_by_ledger": _(
        "Opening and trade entries, and those of corporate actions, are booked by the ledger itself."
    ),
    "cash_cents": _("Money has two decimals at most."),
    "cash_exchange": _("There is not enough cash in this currency: exchange less, or deposit first."),
    "cash_exchange_nothing": _("This is below a cent after the exchange: exchange more."),
    "cash_positive": _("The amount is above zero, without a sign."),
    "cash_same_currency": _("A currency is exchanged for another one."),
    "cash_withdrawal": _("A withdrawal cannot exceed the cash that is there."),
    "portfolio_capital": _("The initial capital is booked and cannot change: deposit or withdraw the difference."),
    "portfolio_not_halted": _("Buying is not halted in this portfolio."),
    "portfolio_has_cash": _("Money has moved through this portfolio: set it inactive instead of deleting it."),
    "stock_currency": _("The stock is held, and was paid for in its currency: add the other one under its own ticker."),
    "cash_time": _("A cash entry is of a time from 1970 to 2199: leave it to the database."),
    "portfolio_time": _("Times of a portfolio are from 1970 to 2199; an empty time clears the halt."),
}
