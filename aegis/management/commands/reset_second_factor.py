from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from aegis.logins.second_factor import forget, has_second_factor


class Command(BaseCommand):
    help = (
        "Take away the two-factor login of a user whose phone and recovery codes are lost: for the last administrator, "
        "whom nobody else can help in the back office."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="Whose two-factor login is reset.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}. The back office lists them under Users.")
        if not has_second_factor(user):
            raise CommandError(f"{user.get_username()} has no two-factor login.")
        forget(user)
        self.stdout.write(f"{user.get_username()} logs in with the password alone now, and can set it up anew.")
