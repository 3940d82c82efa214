"""``manage.py postgres``: the embedded server by hand."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from system.postgres import Cluster, ClusterError, Status

NOT_RUNNING = 3


class Command(BaseCommand):
    help = "Starts, stops and inspects the embedded PostgreSQL server, which AEGIS uses while DATABASE_URL is not set."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        actions.add_parser(
            "start", help="Start the server and wait until it accepts connections; the first time, create it."
        )
        self._add_stop(actions.add_parser("stop", help="Stop the server and wait until it has stopped."))
        self._add_status(
            actions.add_parser(
                "status", help=f"Say whether the server runs, and where; exit with status {NOT_RUNNING} if it does not."
            )
        )
        self._add_psql(actions.add_parser("psql", help="Open psql on the database, as its owner."))
        self._add_logs(actions.add_parser("logs", help="Print the end of the server's log."))

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if not settings.EMBEDDED_POSTGRES:
            raise CommandError(
                "DATABASE_URL names the server that AEGIS uses. Unset it to use the embedded PostgreSQL instead."
            )
        actions: dict[str, Callable[..., None]] = {
            "start": self.start,
            "stop": self.stop,
            "status": self.status,
            "psql": self.psql,
            "logs": self.logs,
        }
        try:
            actions[action](Cluster(settings.AEGIS_VAR / "postgres"), **options)
        except ClusterError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error}. Run this as root, or as the user whose server it is.") from error

    def start(self, cluster: Cluster, **options: Any) -> None:
        started = cluster.start()
        pid = cluster.status().pid
        self.stdout.write(f"PostgreSQL {'started' if started else 'is already running'} (process {pid}).")

    def stop(self, cluster: Cluster, *, mode: str, **options: Any) -> None:
        self.stdout.write("PostgreSQL stopped." if cluster.stop(mode) else "PostgreSQL was not running.")

    def status(self, cluster: Cluster, *, json: bool, **options: Any) -> None:
        status = cluster.status()
        self.stdout.write(_json(status) if json else _text(status))
        if not status.running:
            raise CommandError(
                "PostgreSQL is not running. Start it with: manage.py postgres start", returncode=NOT_RUNNING
            )

    def psql(self, cluster: Cluster, *, arguments: list[str], **options: Any) -> None:
        program = str(cluster.binary("psql"))
        if not cluster.is_running:
            raise CommandError("PostgreSQL is not running. Start it with: manage.py postgres start")
        # psql takes the place of this process, so that the terminal, its signals and the exit status are psql's.
        os.execv(program, [program, cluster.url, *arguments])  # noqa: S606 - no shell is wanted

    def logs(self, cluster: Cluster, *, lines: int, follow: bool, **options: Any) -> None:
        for line in cluster.log.tail(lines):
            self.stdout.write(line)
        if follow:
            self._follow(cluster)

    def _follow(self, cluster: Cluster) -> None:
        try:
            for line in cluster.log.follow():
                self.stdout.write(line)
                self.stdout.flush()
        except KeyboardInterrupt:
            return

    def _add_stop(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--mode",
            choices=("smart", "fast", "immediate"),
            default="fast",
            help="Wait for clients to leave (smart), end their transactions (fast, the default), or stop at once and "
            "recover at the next start (immediate).",
        )

    def _add_status(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON document on standard output.")

    def _add_psql(self, parser: ArgumentParser) -> None:
        parser.add_argument("arguments", nargs="*", help="Pass these to psql; put -- before the first of them.")

    def _add_logs(self, parser: ArgumentParser) -> None:
        parser.add_argument("-n", "--lines", type=int, default=50, help="Print this many last lines (50 by default).")
        parser.add_argument("-f", "--follow", action="store_true", help="Go on printing new lines until Ctrl-C.")


def _json(status: Status) -> str:
    return json.dumps(status.as_json(), indent=2)


def _text(status: Status) -> str:
    state = "running" if status.ready else "starting" if status.running else "stopped"
    size = "unknown" if status.data_bytes is None else f"{status.data_bytes / 1024**2:,.0f} MB"
    facts = {
        "PostgreSQL": f"{status.version or 'unknown'}, {state}",
        "process": status.pid or "-",
        "since": status.started_at or "-",
        "folder": status.folder,
        "kept in": status.location,
        "socket": status.socket_folder,
        "address": status.url,
        "data": size,
        "log": status.log_path,
    }
    return "\n".join(f"{name:<11} {value}" for name, value in facts.items())
