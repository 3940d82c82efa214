"""Does anything of one request reach another? `python -m tests.drills.leaks` prints what it found, as JSON.

Threads send requests of several users over few connections, some of which fail. Each answer says what the database
took the request for, and between requests the connection is asked the same. Anything that is not the request's own is
a leak. With `--session-wide` what a request states is kept in the session, so that there is something to find.

The process serves as the web does: AEGIS_WEB, WEB_DATABASE_URL and the pooler come from the environment.
"""

import argparse
import json
import logging
import os
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

PEOPLE = {
    "drill-readonly": "aegis_readonly",
    "drill-kim": "aegis_trader",
    "drill-lee": "aegis_trader",
    "drill-analyst": "aegis_analyst",
    "drill-admin": "aegis_admin",
}
TRADERS = [name for name, role in PEOPLE.items() if role == "aegis_trader"]
NOBODY = "anonymous"
PAGES = [
    *[("GET", "/drill/look/")] * 4,
    ("POST", "/drill/look/"),
    ("GET", "/drill/fail/"),
    ("POST", "/drill/fail/"),
    ("GET", "/drill/divide/"),
    ("POST", "/drill/swallow/"),
    ("GET", "/drill/savepoints/"),
    ("POST", "/drill/savepoints/"),
    ("GET", "/drill/pry/"),
    ("GET", "/drill/later/"),
    ("GET", "/admin/account/portfolio/"),
]


@dataclass
class Found:
    requests: int = 0
    leaks: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    backends: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--session-wide", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aegis.settings")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)  # the requests fail on purpose
    if options.session_wide:
        keep_in_the_session()
    found = drill(options.requests, options.threads)
    print(
        json.dumps(
            {
                "requests": found.requests,
                "leaks": len(found.leaks),
                "examples": found.leaks[:5],
                "statuses": dict(sorted(found.statuses.items())),
                "backends": len(found.backends),
            }
        )
    )


def keep_in_the_session() -> None:
    """Break what the drill is about: settings that outlive their transaction."""
    from system import acting

    for name in ("STATE_FOR_READING", "STATE_FOR_WRITING"):
        statement, changed = re.subn(r"(set_config\([^)]*), true\)", r"\1, false)", getattr(acting, name))
        assert changed >= 4
        setattr(acting, name, statement)


def drill(requests: int, threads: int) -> Found:
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    settings.ROOT_URLCONF = "tests.drills.views"
    application, sessions, found = WSGIHandler(), log_everybody_in(), Found()
    orders = iter(range(requests))
    lock = threading.Lock()

    def work(seed: int) -> None:
        dice = random.Random(seed)
        while True:
            with lock:
                if next(orders, None) is None:
                    break
            look_at_one(application, sessions, dice, found)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return found


def log_everybody_in() -> dict[str, str]:
    """A session cookie for each person."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    cookies = {NOBODY: ""}
    for user in User.objects.filter(username__in=PEOPLE):
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        cookies[user.username] = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    assert len(cookies) == len(PEOPLE) + 1
    return cookies


def look_at_one(application: Any, sessions: dict[str, str], dice: random.Random, found: Found) -> None:
    from django.db import connection

    from tests.drills.views import facts

    who = dice.choice(list(sessions))
    method, page = dice.choice(PAGES)
    status, body = send(application, method, page, sessions[who])
    between = facts()
    leaks = list(wrong(who, method, page, status, body)) + list(left_behind(between))
    connection.close_if_unusable_or_obsolete()
    with found.lock:
        found.requests += 1
        found.statuses[status] += 1
        found.backends.add(between["backend"])
        found.leaks += [f"{who} {method} {page}: {leak}" for leak in leaks]


def send(application: Any, method: str, page: str, cookie: str) -> tuple[str, str]:
    """What a web server does with a request: call, read to the end, close."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": page,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_COOKIE": cookie,
        "wsgi.input": BytesIO(),
        "wsgi.url_scheme": "http",
        "wsgi.errors": None,
        "CONTENT_LENGTH": "0",
    }
    statuses: list[str] = []
    response = application(environ, lambda status, headers: statuses.append(status[:3]))
    try:
        body = b"".join(response).decode()
    except Exception as error:
        statuses, body = ["cut"], str(error)
    finally:
        response.close()
    return statuses[0], body


def wrong(who: str, method: str, page: str, status: str, body: str) -> Iterator[str]:
    """What an answer shows that is not its request's own."""
    if page == "/drill/later/":
        if "drill-" in body:
            yield f"read after its end: {body[:80]}"
    elif page.startswith("/admin/"):
        seen = {name for name in TRADERS if name in body}
        if status == "200" and not seen <= set(visible(who)):
            yield f"shows rows of {seen}"
    elif status == "200" and body.startswith("{"):
        said = json.loads(body)
        expected = {
            "login": "aegis_app",
            "role": PEOPLE.get(who),
            "user": who,
            "read_only": "on" if method == "GET" else "off",
            "owners": visible(who),
        }
        yield from (f"{key} is {said[key]!r}" for key, value in expected.items() if said[key] != value)
        if json.loads(said["context"]).get("user") != who:
            yield f"the history says {said['context']}"
    elif status == "200" and who != NOBODY:
        yield f"an answer that should have been an error: {body[:80]}"


def left_behind(between: dict[str, Any]) -> Iterator[str]:
    """What a connection still says when the request is over."""
    expected = {"login": "aegis_app", "role": "aegis_app", "user": "", "context": "", "read_only": "off"}
    yield from (f"left behind {key} {between[key]!r}" for key in expected if between[key] != expected[key])


def visible(who: str) -> list[str]:
    """Whose portfolios somebody sees: traders their own, the others all."""
    return [who] if who in TRADERS else sorted(TRADERS) if who in PEOPLE else []


if __name__ == "__main__":
    main()
