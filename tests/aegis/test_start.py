"""`manage.py start` as people use it: a process with signals, a port, a login page, and an end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from urllib.error import URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings
from psycopg import connect, sql

from aegis.demo.load import TABLES
from aegis.demo.operators import DEMO_LOGINS, PEOPLE
from aegis.serving import ServingError, listening, static_files
from aegis.serving.operator_account import Login, ensure_operator
from system.postgres import Cluster

SECONDS = 90


class Start:
    """One running `manage.py start`, as a terminal runs it: leading a process group of its own."""

    def __init__(self, var: Path, *arguments: str, **environment: str) -> None:
        clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "HTTPS")}
        self.var = var
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "start", "--port", "0", *arguments],
            cwd=settings.BASE_DIR,
            env={**clean, "AEGIS_VAR": str(var), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._queue: Queue[str | None] = Queue()
        Thread(target=self._read, daemon=True).start()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def until(self, matches: Callable[[str], bool]) -> str:
        """Read on to the line that matches."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                line = self._queue.get(timeout=1)
            except Empty:
                continue
            if line is None:
                raise AssertionError(f"start ended with {self.process.wait()}:\n{self.text}")
            if matches(line):
                return line
        raise AssertionError(f"the line did not come within {SECONDS} s:\n{self.text}")

    def until_it_runs(self) -> "Start":
        line = self.until(lambda line: line.startswith("AEGIS runs at "))
        found = re.fullmatch(r"AEGIS runs at (http://127\.0\.0\.1:(\d+)/admin/)  user: operator  password: (\w+)", line)
        assert found, line
        self.address, self.port, self.password = found[1], int(found[2]), found[3]
        return self

    def ends(self) -> int:
        """Wait for the end and give back the exit code."""
        code = self.process.wait(SECONDS)
        while (line := self._queue.get(timeout=SECONDS)) is not None:
            del line
        return code

    def interrupt(self) -> None:
        """Ctrl-C: the terminal sends it to every process of the group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip("\n"))
            self._queue.put(self.lines[-1])
        self._queue.put(None)


def processes_of(var: Path) -> list[str]:
    """Every process that belongs to this `var/`: with it in its environment, or at work inside it."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            environment = (entry / "environ").read_bytes()
            place, command = os.readlink(entry / "cwd"), (entry / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if f"AEGIS_VAR={var}\0".encode() in environment or place.startswith(f"{var}/"):
            found.append(f"{entry.name} {command}")
    return found


def nothing_is_left(var: Path) -> bool:
    """Whether all processes are gone, at most a moment after the last one was told."""
    deadline = time.monotonic() + 15
    while processes_of(var) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not processes_of(var) and not Cluster(var / "postgres").is_running


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A folder with a short name: a socket's path has 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="aegis-"))
    folder.chmod(0o755)
    yield folder
    assert nothing_is_left(folder), processes_of(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def running(var: Path) -> Iterator[Start]:
    """The first start in an empty folder, shared by the tests that look at it and ended by the last of them."""
    start = Start(var)
    yield start.until_it_runs()
    if start.process.poll() is None:
        start.process.terminate()
        start.ends()


@pytest.fixture
def idle(var: Path, running: Start) -> Path:
    """The same folder after its first start has ended."""
    if running.process.poll() is None:
        running.process.terminate()
        running.ends()
    return var


def test_sigterm_in_the_middle_of_the_first_preparation_ends_all_of_it(var: Path) -> None:
    start = Start(var)
    start.until(lambda line: bool(start.lines[1:]))  # the second step: the tables
    time.sleep(0.5)
    start.process.terminate()
    assert start.ends() == 0
    assert nothing_is_left(var)
    assert "Traceback" not in start.text


def test_the_first_start_says_where_it_runs_and_keeps_the_password_to_itself(running: Start) -> None:
    assert running.lines[-1].startswith("AEGIS runs at ")
    kept = running.var / "operator_password"
    assert kept.read_text().strip() == running.password
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (running.var / "access.log").exists()


def test_the_first_start_tells_how_the_people_of_the_demo_log_in_and_no_later_one(running: Start) -> None:
    told = [line.split() for line in running.lines if line.startswith("  ")]
    assert [line[0] for line in told] == [person.username for person in PEOPLE]
    kept = running.var / DEMO_LOGINS
    assert [line.split()[:2] for line in kept.read_text().splitlines()] == [line[:2] for line in told]
    assert kept.stat().st_mode & 0o777 == 0o600
    user, password, _role = told[1]
    assert "logout-form" in log_in(running, user, password)("")


def log_in(start: Start, user: str = "operator", password: str = "") -> Callable[[str], str]:
    """Log in as a browser does; give back what fetches a page."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def fetch(path: str, data: dict[str, str] | None = None) -> str:
        url = start.address + path
        body = urlencode(data).encode() if data else None
        return str(opener.open(Request(url, body, {"Referer": url}), timeout=30).read().decode())

    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', fetch("login/"))
    assert token
    form = {
        "username": user,
        "password": password or start.password,
        "csrfmiddlewaretoken": token[1],
        "next": "/admin/",
    }
    assert "csrfmiddlewaretoken" in fetch("login/", form)
    return fetch


def test_the_operator_finds_rows_in_all_eleven_lists(running: Start) -> None:
    fetch = log_in(running)
    for model in TABLES:
        path = f"{model._meta.app_label}/{model._meta.model_name}/"
        assert re.search(rf"/admin/{path}\d+/change/", fetch(path)), f"{path} shows no row"


def test_the_web_reaches_the_database_by_its_own_login(running: Start) -> None:
    log_in(running)
    with connect(Cluster(running.var / "postgres").url) as owner:
        logins = owner.execute(
            "SELECT DISTINCT usename::text FROM pg_stat_activity"
            " WHERE application_name = 'aegis' AND pid <> pg_backend_pid()"
        ).fetchall()
    assert logins == [("aegis_app",)]


def test_styles_are_served(running: Start) -> None:
    page = urlopen(f"{running.address}login/", timeout=30).read().decode()
    style = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert style
    assert urlopen(f"http://127.0.0.1:{running.port}{style[1]}", timeout=30).status == 200


def test_a_second_start_says_that_it_is_running_already(running: Start) -> None:
    second = Start(running.var)
    assert second.ends() == 1
    assert running.address in second.text
    assert str(running.process.pid) in second.text


def test_a_port_in_use_is_said_before_anything_is_started(running: Start) -> None:
    other = Path(tempfile.mkdtemp(prefix="aegis-"))
    second = Start(other, "--port", str(running.port))
    assert second.ends() == 1
    assert "make run PORT=8123" in second.text
    assert not (other / "postgres").exists()
    shutil.rmtree(other)


def test_ctrl_c_pressed_twice_ends_all_of_it(running: Start) -> None:
    running.interrupt()
    time.sleep(0.3)
    running.interrupt()
    assert running.ends() == 0
    assert not is_open(running.port)
    assert nothing_is_left(running.var)
    assert "Traceback" not in running.text


def test_when_start_is_killed_the_rest_ends_and_the_next_start_takes_over(idle: Path) -> None:
    first = Start(idle).until_it_runs()
    first.process.kill()
    second = Start(idle, "--port", str(first.port)).until_it_runs()
    assert second.password == first.password
    assert not [line for line in second.lines if line.startswith("  ")], "the demo's passwords are told once"
    second.process.terminate()
    assert second.ends() == 0
    assert nothing_is_left(idle), "the database server of the killed start is stopped, too"


def test_a_web_server_that_dies_takes_the_rest_along_and_is_an_error(idle: Path) -> None:
    start = Start(idle).until_it_runs()
    web = next(line for line in processes_of(idle) if "aegis.serving.web" in line)
    os.kill(int(web.split()[0]), signal.SIGKILL)
    assert start.ends() == 1
    assert "gunicorn" in start.text
    assert "Traceback" not in start.text
    assert nothing_is_left(idle)


@pytest.fixture
def scratch(db: None) -> Iterator[str]:
    """An empty database on the server of the tests; gives its URL."""
    facts = connection.get_connection_params()
    place = {"host": facts.get("host", "localhost"), "port": facts.get("port", 5432)}
    login = {key: facts[key] for key in ("user", "password") if facts.get(key)}
    name = f"{facts['dbname']}_start"
    with connect(dbname="postgres", autocommit=True, **place, **login) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        user = ":".join(quote(part, safe="") for part in login.values())
        yield f"postgres://{user}@/{name}?{urlencode(place)}"
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_with_database_url_it_uses_that_server_and_starts_none(scratch: str) -> None:
    var = Path(tempfile.mkdtemp(prefix="aegis-"))
    start = Start(var, "--no-demo", DATABASE_URL=scratch).until_it_runs()
    assert not (var / "postgres").exists()
    fetch = log_in(start)
    assert not re.search(r"/admin/market/stock/\d+/change/", fetch("market/stock/")), "--no-demo leaves it empty"
    start.process.terminate()
    assert start.ends() == 0
    assert nothing_is_left(var)
    with pytest.raises(URLError):
        urlopen(start.address, timeout=5)
    shutil.rmtree(var)


def test_a_web_login_that_no_right_stops_is_refused(scratch: str, tmp_path: Path) -> None:
    start = Start(tmp_path, "--no-demo", DATABASE_URL=scratch, WEB_DATABASE_URL=scratch)
    assert start.ends() == 1
    assert "aegis.E021" in start.lines[-1]
    assert "manage.py roles logins" in start.text
    assert "AEGIS runs" not in start.text


def test_a_server_that_cannot_be_reached_is_one_clear_error(tmp_path: Path) -> None:
    start = Start(tmp_path, DATABASE_URL="postgres://aegis:secret@127.0.0.1:1/aegis")
    assert start.ends() == 1
    assert "DATABASE_URL" in start.lines[-1]
    assert "secret" not in start.text
    assert "Traceback" not in start.text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])
def test_a_host_that_others_reach_is_refused_without_a_proxy(host: str) -> None:
    with override_settings(HTTPS=True), pytest.raises(ServingError, match="BEHIND_PROXY=true"):
        listening.refuse_open_host(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_a_loopback_host_is_welcome(host: str) -> None:
    listening.refuse_open_host(host)


def test_a_host_behind_a_declared_proxy_is_welcome() -> None:
    with override_settings(HTTPS=True, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        listening.refuse_open_host("0.0.0.0")


def test_a_proxy_does_not_help_where_https_is_off() -> None:
    proxy = ("HTTP_X_FORWARDED_PROTO", "https")
    with override_settings(HTTPS=False, SECURE_PROXY_SSL_HEADER=proxy), pytest.raises(ServingError):
        listening.refuse_open_host("0.0.0.0")


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_is_none_is_refused_in_words(port: str) -> None:
    with pytest.raises(CommandError, match="no port"):
        call_command("start", f"--port={port}")


@pytest.fixture
def quick_hashes() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("quick_hashes")
def test_the_operator_gets_a_password_that_is_printed_again_as_long_as_it_holds(tmp_path: Path) -> None:
    kept = tmp_path / "operator_password"
    first = ensure_operator(kept)
    assert ensure_operator(kept) == first
    operator = get_user_model().objects.get(username="operator")
    assert operator.is_superuser
    assert operator.check_password(first.password)


@pytest.mark.django_db
@pytest.mark.usefixtures("quick_hashes")
def test_a_changed_password_is_not_printed(tmp_path: Path) -> None:
    kept = tmp_path / "operator_password"
    ensure_operator(kept)
    operator = get_user_model().objects.get(username="operator")
    operator.set_password("of my own")
    operator.save()
    assert ensure_operator(kept) == Login("operator", None)


@pytest.mark.django_db
def test_an_installation_with_accounts_of_its_own_gets_no_operator(tmp_path: Path) -> None:
    get_user_model().objects.create_superuser("kim", password="of my own")
    assert ensure_operator(tmp_path / "operator_password") == Login(None, None)
    assert not get_user_model().objects.filter(username="operator").exists()


def test_static_files_are_collected_again_only_when_they_changed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    root = tmp_path / "static"
    with override_settings(STATIC_ROOT=root, STATICFILES_DIRS=[source]):
        assert not static_files.are_collected()
        static_files.collect()
        assert static_files.are_collected()
        (source / "a.css").write_text("a { color: red }")
        assert not static_files.are_collected()
