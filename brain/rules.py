"""What the rules of this app's triggers say to an operator, by the name under which the database refuses."""

from django.utils.translation import gettext_lazy as _

RULES = {
    "pick_stock": _("The report is about another stock than this pick."),
}
