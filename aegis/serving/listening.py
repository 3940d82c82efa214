"""The port that the web server listens on, taken before anything else is started."""

import errno
import ipaddress
import socket

from django.conf import settings
from django.utils.translation import gettext as _

from . import ServingError

ADMIN = "/admin/"


def refuse_open_host(host: str) -> None:
    """Raise `ServingError` for a host that others can reach, unless a TLS proxy is declared to stand in front."""
    if not _is_loopback(host) and not is_behind_proxy():
        raise ServingError(
            _(
                "%(host)s is open to other machines, and AEGIS speaks plain HTTP: passwords would travel unprotected. "
                "Leave --host at 127.0.0.1, or put a TLS proxy in front of AEGIS, let it set X-Forwarded-Proto, and "
                "set BEHIND_PROXY=true (with HTTPS=true, the default) and ALLOWED_HOSTS."
            )
            % {"host": host}
        )


def is_behind_proxy() -> bool:
    """Whether the settings say that a TLS proxy hands requests on."""
    return bool(settings.HTTPS and settings.SECURE_PROXY_SSL_HEADER)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at once: what arrives before the web server is up waits for it.

    Raises `ServingError` when the port cannot be had.
    """
    family, kind, protocol, _name, address = _resolve(host, port)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ServingError(_refusal(error, host, port)) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The address of the admin behind this socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{ADMIN}"


def _resolve(
    host: str, port: int
) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]]:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, OverflowError) as error:
        raise ServingError(
            _("%(host)s port %(port)s is no address of this machine: %(error)s. Try --host 127.0.0.1 --port 8123.")
            % {"host": host, "port": port, "error": error}
        ) from error


def _is_loopback(host: str) -> bool:
    addresses = [str(entry[4][0]).partition("%")[0] for entry in _resolve(host, 0)]
    return all(ipaddress.ip_address(address).is_loopback for address in addresses)


def _refusal(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        text = _(
            "Port %(port)s of %(host)s is in use by another program. Choose another one: make run PORT=8123, or "
            "manage.py start --port 8123."
        )
    elif error.errno == errno.EACCES:
        text = _("Port %(port)s may only be opened by root. Choose one above 1023, as with --port 8123.")
    else:
        text = _("%(host)s port %(port)s cannot be opened: %(error)s. Try --host 127.0.0.1 --port 8123.")
    return text % {"host": host, "port": port, "error": error.strerror}
