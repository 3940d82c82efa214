"""The web server: gunicorn with AEGIS in it, `python -m aegis.serving.web`, run by the supervisor."""

import argparse
import logging
import os
from pathlib import Path
from typing import Any

from aegis.serving import lifeline

WORKERS, THREADS = 2, 4
GRACE_SECONDS = 10
KEPT_BYTES = 10_000_000
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes files of its own there


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--listen", type=int, required=True)
    parser.add_argument("--logs", type=Path, required=True)
    parser.add_argument("--reload", action="store_true")
    options = parser.parse_args()
    lifeline.hold(options.lifeline)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aegis.settings")
    _serve(configuration(options.listen, options.logs, reload=options.reload))


def configuration(listener: int, logs: Path, *, reload: bool) -> dict[str, Any]:
    """gunicorn's settings. Errors go to `web.log`; in development, to the terminal."""
    return {
        "bind": f"fd://{listener}",
        "workers": WORKERS,
        "worker_class": "gthread",
        "threads": THREADS,
        "graceful_timeout": GRACE_SECONDS,
        "accesslog": str(_kept_short(logs / "access.log")),
        "errorlog": "-" if reload else str(_kept_short(error_log(logs))),
        "capture_output": not reload,
        "reload": reload,
        # A slow disk must not look like a stuck worker, and a second AEGIS must not meet this one's socket.
        "worker_tmp_dir": str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None,
        "control_socket_disable": True,
    }


def error_log(logs: Path) -> Path:
    """Where gunicorn and the application write what goes wrong."""
    return logs / "web.log"


def _kept_short(path: Path) -> Path:
    """The log file itself; what was written before is put aside once it is large, and replaces what was aside."""
    if path.exists() and path.stat().st_size > KEPT_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path


def _serve(settings: dict[str, Any]) -> None:
    # The lifeline comes first, imports later.
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # noqa: PLC0415

    class Web(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from aegis.wsgi import application  # noqa: PLC0415 - in the worker, where --reload sees changes

            # Django reports the tracebacks of failed requests to nobody unless somebody listens.
            logging.basicConfig(level=logging.WARNING)
            return application

    Web().run()


if __name__ == "__main__":
    main()
