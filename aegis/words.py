"""Words on our pages that others wrote: named here so that `locale/` translates them.

Unfold ships no Korean at all, and some of Django's reads like a machine's.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

UNFOLD = (
    _("Add row"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _("All applications"),
    _("Apply Filters"),
    _("Cancel"),
    _("Choose file to upload"),
    _("Click to cancel"),
    _("Click to download"),
    _("Dark"),
    _("Dataset not found. No action performed."),
    _("Date"),
    _("Date from"),
    _("Date to"),
    _("Expand row"),
    _("False"),
    _("Filters"),
    _("Forgotten your password or username?"),
    _("From"),
    _("General"),
    _("Go back"),
    _("Image preview"),
    _("Light"),
    _("Loading more results..."),
    _("More actions"),
    _("Next"),
    _("No data"),
    _("No recent searches"),
    _("No results found"),
    _("No results matching your query"),
    _("Not enough data."),
    _("Previous"),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can change the password "
        'using <a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    _("Recent searches"),
    _("Record picture"),
    _("Reset filters"),
    _("Return to site"),
    _("Run"),
    _("Search apps and models..."),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select currency"),
    _("Select record"),
    _("Select value"),
    _("Submit"),
    _("System"),
    _("This item will be deleted."),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("To"),
    _("Toggle password visibility"),
    _("True"),
    _("Type to search"),
    _("Value"),
    _("Welcome"),
    _("Welcome back to"),
    _("You can not create nested object without parent"),
    _("You have been successfully logged out from the administration"),
    ngettext_lazy(
        "\n                Found %(counter)s result in %(time)s seconds\n            ",
        "\n                Found %(counter)s results in %(time)s seconds\n            ",
    ),
)

AXES = (
    _("Attempt Time"),
    _("Failed Logins"),
    _("IP Address"),
    _("Logout Time"),
    _("User Agent"),
    _("Username"),
)

DJANGO = (
    _("and"),
    _("users"),
    _("groups"),
    _("Action"),
    _("History"),
    _("Objects"),
    _("Site administration"),
    _("Select %s to change"),
    _("Select %s to view"),
    _(" By %(filter_title)s "),
    _("Save and add another"),
    _("Save and continue editing"),
    _("Yes, I’m sure"),
    _("No, take me back"),
    _("No action selected."),
    _("You may edit it again below."),
    _("You don’t have permission to view or edit anything."),
    _("Delete selected %(verbose_name_plural)s"),
    _("Successfully deleted %(count)d %(items)s."),
    _("Cannot delete %(name)s"),
    _("Delete multiple objects"),
    _("Run the selected action"),
    _("Click here to select the objects across all pages"),
    _("Select all %(total_count)s %(module_name)s"),
    _("Items must be selected in order to perform actions on them. No items have been changed."),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _(
        "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the following protected related "
        "objects:"
    ),
    _(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of the following related items '
        "will be deleted:"
    ),
    _("Deleting the selected %(objects_name)s would require deleting the following protected related objects:"),
    _(
        "Are you sure you want to delete the selected %(objects_name)s? All of the following objects and their related "
        "items will be deleted:"
    ),
    ngettext_lazy("%(counter)s result", "%(counter)s results"),
    ngettext_lazy("Please correct the error below.", "Please correct the errors below."),
)
