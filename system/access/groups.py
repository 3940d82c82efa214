"""Django's groups: they carry the roles' names, and the permissions that the table of rights makes.

So a page offers what the database will do. What it will not do it refuses anyway.
"""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connections, models

from system.access.declaration import GROUPS, Access, declared
from system.schemas import SCHEMAS

ACTIONS = {"SELECT": "view", "INSERT": "add", "UPDATE": "change", "DELETE": "delete"}


def apply_groups(using: str = "default", access: Access | None = None) -> None:
    """Make the four groups, and give each the permissions that its role's rights amount to."""
    if not {"auth_group", "auth_permission"} <= set(connections[using].introspection.table_names()):
        return
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    known = {
        (permission.content_type.app_label, permission.codename): permission.pk
        for permission in Permission.objects.using(using).select_related("content_type")
    }
    for role in GROUPS:
        group, _made = Group.objects.using(using).get_or_create(name=role)
        keys = {known[key] for key in permissions(access or declared(), role) if key in known}
        if keys != set(group.permissions.using(using).values_list("pk", flat=True)):
            group.permissions.set(keys)


def permissions(access: Access, role: str) -> set[tuple[str, str]]:
    """The permissions of a role, each as app and codename: some right in a table is the right to its page."""
    return {
        (model._meta.app_label, f"{ACTIONS[verb]}_{model._meta.model_name}")
        for model in apps.get_models()
        if (table := access.by_name.get(table_of(model))) is not None
        for verb in table.rights(role)
    }


def table_of(model: type[models.Model]) -> str:
    """The qualified name of a model's table; a proxy's is the table that it watches."""
    owner = model._meta.concrete_model or model
    schema = owner._meta.app_label if owner._meta.app_label in SCHEMAS else "public"
    return f"{schema}.{owner._meta.db_table}"
