"""Brings a database to where the web server can use it: `python -m aegis.serving.prepare`, run by the supervisor.

Progress goes to standard error; the result is one JSON document on standard output.
"""

import argparse
import json
import os
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import Any

from aegis.serving import ServingError, lifeline


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--no-demo", action="store_true")
    options = parser.parse_args()
    lifeline.hold(options.lifeline)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aegis.settings")
    with redirect_stdout(sys.stderr):  # nothing but the result may reach standard output
        result = _attempt(demo=not options.no_demo)
    sys.stdout.write(json.dumps(result))


def _attempt(*, demo: bool) -> dict[str, Any]:
    import django  # noqa: PLC0415 - the lifeline comes first

    django.setup()
    from django.core.management import CommandError  # noqa: PLC0415
    from django.core.management.base import SystemCheckError  # noqa: PLC0415

    try:
        return prepare(demo=demo)
    except (ServingError, CommandError, SystemCheckError) as error:
        return {"error": str(error).strip()}


def prepare(*, demo: bool) -> dict[str, Any]:
    """Migrate, make the operator, load the demo into an empty database, collect static files; give back the logins."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415
    from django.utils.translation import gettext as _  # noqa: PLC0415

    from aegis.demo.load import filled_tables, load_demo  # noqa: PLC0415
    from aegis.demo.operators import DEMO_LOGINS, DemoLogin, make_operators  # noqa: PLC0415

    from . import operator_account, static_files  # noqa: PLC0415

    _connect()
    _say(_("Bringing the tables up to date …"))
    call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
    _refuse_wrong_web_login()
    login = operator_account.ensure_operator(settings.AEGIS_VAR / "operator_password")
    people: list[DemoLogin] = []
    if demo and not filled_tables():
        _say(_("Loading the demo data into the empty database …"))
        with transaction.atomic():
            load_demo()
            people = make_operators(settings.AEGIS_VAR / DEMO_LOGINS)
    if not static_files.are_collected():
        _say(_("Collecting static files …"))
        static_files.collect()
    return {"login": asdict(login), "people": [asdict(person) for person in people]}


def _connect() -> None:
    from django.db import NotSupportedError, OperationalError, connection  # noqa: PLC0415
    from django.utils.translation import gettext as _  # noqa: PLC0415

    try:
        connection.ensure_connection()
    except (OperationalError, NotSupportedError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ServingError(
            _("The database cannot be reached: %(reason)s. Check DATABASE_URL, and that its server runs.")
            % {"reason": reason}
        ) from error


def _refuse_wrong_web_login() -> None:
    """The web is not served by a login that no right stops."""
    from aegis.web_login import check_web_login  # noqa: PLC0415

    if found := check_web_login(None):
        raise ServingError("\n".join(f"({each.id}) {each.msg} {each.hint}" for each in found))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
