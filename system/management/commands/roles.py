import json
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from system.access import logins
from system.access.apply import NOT_MINE, RolesNeeded, apply, plan, script
from system.access.declaration import BACKUP, WEB
from system.access.differences import Difference
from system.access.groups import apply_groups


class Command(BaseCommand):
    help = (
        "Compare the rights in the database with the declared ones (docs/access.md), and make them so. `migrate` does. "
        "Exits with 10, and the SQL for a DBA on standard output, where this login may not create roles."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        self._add(actions, "plan", "Show every difference and the statements that `apply` would run; change nothing.")
        self._add(actions, "apply", "Create the roles, grant and revoke, set the policies; harmless when all is right.")
        self._add(actions, "check", "Tell every difference; exit with a non-zero status if there is one.")
        made = self._add(actions, "logins", f"Make the logins {WEB} and {BACKUP}, and give them their passwords.")
        how = made.add_mutually_exclusive_group()
        how.add_argument("--sql", action="store_true", help="Print instead what a DBA runs in psql to make them.")
        how.add_argument(
            "--prompt", action="store_true", help="Ask for the passwords instead of keeping random ones under var/."
        )

    def _add(self, actions: Any, name: str, words: str) -> ArgumentParser:
        parser: ArgumentParser = actions.add_parser(name, help=words)
        if name != "logins":
            parser.add_argument("--json", action="store_true", help="Print one JSON document on standard output.")
        return parser

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except RolesNeeded as error:
            self.stdout.write(error.script, ending="")
            raise CommandError(str(error), returncode=NOT_MINE) from error

    def _plan(self, *, json: bool, **_: Any) -> None:
        found = plan()
        self._tell(found, as_json=json)
        if not json:
            self.stdout.write(script(found), ending="")

    def _apply(self, *, json: bool, **_: Any) -> None:
        self._tell(apply(), as_json=json)
        apply_groups()

    def _check(self, *, json: bool, **_: Any) -> None:
        found = plan()
        self._tell(found, as_json=json)
        if any(one.is_error for one in found):
            raise CommandError("The rights are not the declared ones. manage.py roles plan shows what would mend them.")

    def _tell(self, found: list[Difference], *, as_json: bool) -> None:
        if as_json:
            facts = [
                {"id": one.check_id, "kind": one.kind, "what": one.what, "mends_itself": bool(one.statements)}
                for one in found
            ]
            self.stdout.write(json.dumps({"differences": facts}, ensure_ascii=False))
            return
        for one in found:
            self.stderr.write(f"{one.check_id} {one.what}", style_func=str)
        if not found:
            self.stderr.write("The rights are the declared ones.", style_func=str)

    def _logins(self, *, sql: bool, prompt: bool, **_: Any) -> None:
        if sql:
            self.stdout.write(logins.script(), ending="")
            return
        apply()
        if settings.EMBEDDED_POSTGRES:
            self.stderr.write(f"{WEB} and {BACKUP} log in through the socket, without a password.", style_func=str)
            return
        for login in (WEB, BACKUP):
            self._give_password(login, prompt=prompt)

    def _give_password(self, login: str, *, prompt: bool) -> None:
        password = self._ask(login) if prompt else logins.kept_password(login)
        try:
            logins.set_password(login, password)
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(
                f"{login} gets no password from this login: {reason}. A DBA makes the logins by what "
                "manage.py roles logins --sql prints.",
                returncode=NOT_MINE,
            ) from error
        where = "as typed" if prompt else f"kept in {settings.AEGIS_VAR / logins.KEPT[login]}"
        self.stderr.write(f"{login} has its password, {where}.", style_func=str)

    def _ask(self, login: str) -> str:
        if not sys.stdin.isatty():
            raise CommandError("--prompt needs a terminal.")
        password = getpass(f"Password of {login}: ", stream=self.stderr)  # type: ignore[arg-type]
        if not password or password != getpass("Once more: ", stream=self.stderr):  # type: ignore[arg-type]
            raise CommandError("The two were not the same. Nothing was changed.")
        return password
