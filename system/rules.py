"""What the rules of the ground floor say to an operator, by the name under which the database refuses."""

from django.utils.translation import gettext_lazy as _

RULES = {
    "history_append_only": _("History is neither changed nor deleted."),
}
