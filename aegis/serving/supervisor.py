"""Starts everything in its order, watches it, and ends it in the reverse order."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from aegis.demo.operators import DEMO_LOGINS, DemoLogin, lines
from system.postgres import Cluster, ClusterError

from . import ServingError, web
from .children import Child
from .exclusive import Place, the_only_start
from .listening import ADMIN, address_of, is_behind_proxy, listen, refuse_open_host
from .operator_account import Login
from .stopping import Stop, StopRequestedError

READY_SECONDS = 60
# Between two looks at the partitions ahead, of which there are a month's.
AHEAD_SECONDS = 12 * 3600
MISSED_LOOKS = 5  # for one second, lest a single bad look end everything
LOG_LINES = 12
STARTING = "starting"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What was asked for on the command line."""

    host: str
    port: int
    reload: bool
    demo: bool


def serve(plan: Plan, say: Say, announce: Say) -> None:
    """Run AEGIS until somebody asks for its end; raises `ServingError` when it cannot start or does not go on.

    `say` gets lines of progress, `announce` the logins of a new demo desk, and then the line with address and login.
    """
    stop = Stop()
    stop.install()
    try:
        refuse_open_host(plan.host)
        with ExitStack() as stack:
            _run(plan, stop, say, announce, stack)
    except StopRequestedError:
        pass
    except ClusterError as error:
        raise ServingError(str(error)) from error
    finally:
        stop.ignore()


def _run(plan: Plan, stop: Stop, say: Say, announce: Say, stack: ExitStack) -> None:
    place = stack.enter_context(the_only_start(settings.AEGIS_VAR / "start.lock", stop))
    listener = stack.enter_context(closing(listen(plan.host, plan.port)))
    address = address_of(listener)
    place.note(address=address)
    if settings.EMBEDDED_POSTGRES:
        stack.enter_context(_database_server(place, stop, say))
    login, people = _prepare(plan, place, stop)
    say(_("Starting the web server …"))
    child = stack.enter_context(_web_server(plan, listener, place, stop, say))
    host, port = listener.getsockname()[:2]
    listener.close()  # the web server has its own; while ours is open, nobody would see that server's end
    _wait_until_it_answers(child, host, port, stop)
    if people:
        announce(_people(people))
    announce(_announcement(address, login))
    _watch(child, place, stop)


def _watch(child: Child, place: Place, stop: Stop) -> None:
    """Wait until somebody asks for the end; raises `ServingError` when a server ends by itself."""
    missed, looked = 0, time.monotonic()
    while child.result is None:
        stop.pause(0.2)
        if time.monotonic() - looked > AHEAD_SECONDS:
            _keep_partitions_ahead(place, stop)
            looked = time.monotonic()
        missed = missed + 1 if settings.EMBEDDED_POSTGRES and not _cluster().is_running else 0
        if missed == MISSED_LOOKS:
            raise ServingError(_("The database server ended by itself. Its log says why: manage.py postgres logs"))
    raise ServingError(_ended(child))


def _keep_partitions_ahead(place: Place, stop: Stop) -> None:
    """A desk that is up for months takes log lines and prices of days that were far away when it started."""
    child = Child("aegis.serving.ahead", [], {"AEGIS_VAR": str(settings.AEGIS_VAR)}, [place.descriptor])
    try:
        child.wait(stop)
    finally:
        child.end(stop)


def _cluster() -> Cluster:
    return Cluster(settings.AEGIS_VAR / "postgres")


@contextmanager
def _database_server(place: Place, stop: Stop, say: Say) -> Iterator[None]:
    """Run the embedded server, and stop it if this start, or one before it that was killed, started it."""
    cluster = _cluster()
    say(_("Starting the database server …"))
    is_ours = _start(cluster, place, stop)
    place.note(server=_identity(cluster) if is_ours else "")
    try:
        stop.check()
        yield
    finally:
        if is_ours:
            say(_("Stopping the database server …"))
            _stop(cluster, place, stop)


def _start(cluster: Cluster, place: Place, stop: Stop) -> bool:
    """Start the server unless it runs; say whether its end is this start's business."""
    if not cluster.is_running:
        place.note(server=STARTING)
    try:
        return cluster.start() or place.before.server in (STARTING, _identity(cluster))
    except ClusterError:
        if stop.is_requested and place.record.server == STARTING:
            # Ctrl-C in a terminal also reaches the programs that start a server, and what they started may go on.
            _stop(cluster, place, stop)
            raise StopRequestedError from None
        raise


def _stop(cluster: Cluster, place: Place, stop: Stop) -> None:
    """Stop the server. Ctrl-C in a terminal also reaches the program that waits for its end: then wait again."""
    while True:
        requests = stop.count
        try:
            cluster.stop()
        except ClusterError:
            if stop.count == requests:
                raise
        else:
            place.note(server="")
            return


def _identity(cluster: Cluster) -> str:
    """This run of the server, told apart from one that somebody started by hand later."""
    status = cluster.status()
    return f"{status.pid} {status.started_at}"


def _prepare(plan: Plan, place: Place, stop: Stop) -> tuple[Login, list[DemoLogin]]:
    child = Child(
        "aegis.serving.prepare",
        [] if plan.demo else ["--no-demo"],
        {"AEGIS_VAR": str(settings.AEGIS_VAR)},
        [place.descriptor],
        subprocess.PIPE,
    )
    try:
        result = child.wait(stop)
        answer = json.loads((child.output.read() if child.output else b"") or b"{}")
    finally:
        child.end(stop)
    if result or "error" in answer:
        raise ServingError(answer.get("error") or _("The database could not be prepared; the reason stands above."))
    return Login(**answer["login"]), [DemoLogin(**each) for each in answer["people"]]


@contextmanager
def _web_server(plan: Plan, listener: socket.socket, place: Place, stop: Stop, say: Say) -> Iterator[Child]:
    arguments = ["--listen", str(listener.fileno()), "--logs", str(settings.AEGIS_VAR)]
    child = Child(
        "aegis.serving.web",
        [*arguments, "--reload"] if plan.reload else arguments,
        _environment(listener),
        [listener.fileno(), place.descriptor],
    )
    try:
        yield child
    finally:
        say(_("Stopping the web server …"))
        child.end(stop)


def _environment(listener: socket.socket) -> dict[str, str]:
    """Settings of the web server: plain HTTP on an address of its own, unless a TLS proxy stands in front."""
    environment = {"AEGIS_VAR": str(settings.AEGIS_VAR)}
    if is_behind_proxy():
        return environment
    host = listener.getsockname()[0]
    hosts = [*settings.ALLOWED_HOSTS, f"[{host}]" if ":" in host else host]
    return {**environment, "HTTPS": "false", "ALLOWED_HOSTS": ",".join(dict.fromkeys(hosts))}


def _wait_until_it_answers(child: Child, host: str, port: int, stop: Stop) -> None:
    """Wait for the login page itself: a listening socket alone says nothing."""
    answer, deadline = "", time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        stop.pause(0.1)
        answer = _login_page(host, port)
        if answer == "200":
            return
        if child.result is not None:
            raise ServingError(_ended(child))
    raise ServingError(
        _("The web server does not show the login page (%(answer)s). See %(log)s.")
        % {"answer": answer, "log": web.error_log(settings.AEGIS_VAR)}
    )


def _login_page(host: str, port: int) -> str:
    """The status of the login page, or why there is none."""
    headers = {}
    if is_behind_proxy():
        named = [name.removeprefix(".") for name in settings.ALLOWED_HOSTS if name != "*"]
        headers = {"Host": named[0] if named else host, "X-Forwarded-Proto": "https"}
    connection = HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", f"{ADMIN}login/", headers=headers)
        return str(connection.getresponse().status)
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()


def _announcement(address: str, login: Login) -> str:
    words = f"AEGIS runs at {address}"
    if login.user is None:
        return words
    password = login.password or _("changed; manage.py changepassword operator sets a new one")
    return f"{words}  user: {login.user}  password: {password}"


def _people(people: list[DemoLogin]) -> str:
    """How the demo's people log in: said by the start that made their accounts, and by no later one."""
    kept = settings.AEGIS_VAR / DEMO_LOGINS
    words = _("People of the demo desk; their passwords are kept in %(path)s:") % {"path": kept}
    return "\n".join([words, *lines(people)])


def _ended(child: Child) -> str:
    log = web.error_log(settings.AEGIS_VAR)
    return _("The web server (gunicorn) ended by itself with status %(status)s. The end of %(log)s:\n%(lines)s") % {
        "status": child.result,
        "log": log,
        "lines": _tail(log),
    }


def _tail(path: Path) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-LOG_LINES:]) if path.exists() else ""
