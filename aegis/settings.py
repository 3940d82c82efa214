"""Every setting of AEGIS, read from the environment (or `.env`) in this one file.

Secure unless `DEBUG` says otherwise. A wrong value stops every command at once with a check id and the remedy;
`.env.example` lists what can be set.
"""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, NoReturn
from zoneinfo import available_timezones

import environ
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from system.access.declaration import WEB
from system.postgres import Cluster
from system.schemas import SEARCH_PATH

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")


def refuse(check_id: str, problem: str, remedy: str) -> NoReturn:
    raise ImproperlyConfigured(f"({check_id}) {problem} {remedy}")


def flag(name: str, *, default: bool) -> bool:
    value = env.str(name, default=str(default)).strip().lower()
    if value not in {"true", "1", "yes", "on", "false", "0", "no", "off"}:
        refuse("aegis.E001", f"{name}={value!r} is neither true nor false.", f"Set {name}=true or {name}=false.")
    return value in {"true", "1", "yes", "on"}


def secret_key(kept_in: Path) -> str:
    """The key from the environment, else one made at random for this installation and kept in `var/`."""
    key: str = env.str("SECRET_KEY", default="")
    if key:
        if len(key) < 50:
            refuse("aegis.E002", "SECRET_KEY is shorter than 50 characters.", "Unset it, or set a long random one.")
        return key
    if not kept_in.exists():
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        draft = kept_in.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(token_urlsafe(48))
        with suppress(FileExistsError):  # the first of two racing processes wins, and nobody reads half a key
            os.link(draft, kept_in)
        draft.unlink()
    return kept_in.read_text()


def time_zone() -> str:
    name: str = env.str("TIME_ZONE", default="Asia/Seoul")
    if name not in available_timezones():
        refuse("aegis.E003", f"TIME_ZONE={name!r} is not a time zone.", "Set a name such as Asia/Seoul.")
    return name


def length(name: str, unit: str, *, default: int) -> timedelta:
    """A length of time, of at least one `unit` (a keyword of `timedelta`)."""
    text: str = env.str(name, default=str(default)).strip()
    if not text.isdecimal() or not 0 < int(text) < 100_000:
        refuse("aegis.E005", f"{name}={text!r} is no number of {unit}.", f"Set {name}={default}, or unset it.")
    return timedelta(**{unit: int(text)})


def whole_number(name: str, *, default: int) -> int:
    text: str = env.str(name, default=str(default)).strip()
    if not text.isdecimal():
        refuse("aegis.E020", f"{name}={text!r} is no whole number.", f"Set {name}={default}, or unset it.")
    return int(text)


def external_database(name: str = "DATABASE_URL") -> dict[str, Any]:
    """The server that a setting names."""
    form = "Set postgres://USER:PASSWORD@HOST:5432/DATABASE, or unset it to use the embedded server."
    try:
        config = env.db_url(name)
    except Exception as error:
        refuse("aegis.E004", f"{name} cannot be read: {error}.", form)
    if not config.get("ENGINE", "").endswith("postgresql") or not config.get("NAME"):
        refuse("aegis.E004", f"{name} does not name a PostgreSQL database.", form)
    return dict(config)


def embedded_database(cluster: Cluster) -> dict[str, Any]:
    """The server that `manage.py postgres start` runs under `var/`."""
    host = {"HOST": str(cluster.socket_folder), "PORT": str(cluster.port)}
    # Nobody else's server can take the place of ours on a socket in a shared folder.
    return {"NAME": cluster.database, "USER": cluster.owner, **host, "OPTIONS": {"requirepeer": cluster.server_user}}


def owners_database() -> dict[str, Any]:
    """How commands reach the database: as its owner."""
    if EMBEDDED_POSTGRES:
        return embedded_database(Cluster(AEGIS_VAR / "postgres"))
    return external_database()


def web_database() -> dict[str, Any]:
    """How the web reaches the database: by a login that owns nothing, and takes the role of each request's user."""
    kept = AEGIS_VAR / "web_password"  # where `manage.py roles logins` keeps it
    if env.str("WEB_DATABASE_URL", default=""):
        config = external_database("WEB_DATABASE_URL")
    else:
        password = kept.read_text().strip() if kept.exists() else ""
        config = {**owners_database(), "USER": WEB, "PASSWORD": password}
    if size := whole_number("WEB_POOL", default=0):
        config["OPTIONS"] = {**config.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": size}}
    return config


def database(config: dict[str, Any], *, pooled: bool = False) -> dict[str, Any]:
    """Django's settings of a connection; `pooled` when others get its session next, so that it may keep nothing."""
    given = config.pop("OPTIONS", {})
    # Compiling the plan of a query over 240 partitions takes longer (200 ms) than running it.
    options = f"-c jit=off -c search_path={','.join(SEARCH_PATH)} {given.pop('options', '')}".strip()
    # PgBouncer refuses them; the database has the search path itself, and requests switch JIT off themselves.
    session = {} if pooled else {"options": options}
    return {
        "CONN_MAX_AGE": 0 if given.get("pool") else 60,
        "DISABLE_SERVER_SIDE_CURSORS": pooled,
        **config,
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": {"connect_timeout": 10, "application_name": "aegis", **given, **session},
        "CONN_HEALTH_CHECKS": True,
    }


DEBUG = flag("DEBUG", default=False)
# False only where the web server is reached by plain HTTP on purpose, as on 127.0.0.1.
HTTPS = flag("HTTPS", default=not DEBUG)
AEGIS_VAR = Path(env.str("AEGIS_VAR", default=str(BASE_DIR / "var"))).resolve()
SECRET_KEY = secret_key(AEGIS_VAR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

EMBEDDED_POSTGRES = not env.str("DATABASE_URL", default="")
# PgBouncer in transaction mode between the web and its database.
BEHIND_POOLER = flag("BEHIND_POOLER", default=False)
WEB_DATABASE = database(web_database(), pooled=BEHIND_POOLER)
# `aegis.wsgi` says so of its process, and so does whatever else serves requests.
SERVES_THE_WEB = flag("AEGIS_WEB", default=False)
DATABASES = {"default": WEB_DATABASE if SERVES_THE_WEB else database(owners_database())}
# The declared rights, from which `manage.py roles` makes grants and policies.
ACCESS_TABLE = "aegis.access.ACCESS"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "aegis",
    "analytics",
    "trade",
    "brain",
    "account",
    "market",
    "system",
    "pgtrigger",
    "pghistory",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "aegis.headers.BrowserMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "aegis.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "aegis.logins.sessions.SessionLimitsMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "aegis.logins.gate.SecondFactorMiddleware",
    "aegis.middleware.ActingMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "aegis.urls"
WSGI_APPLICATION = "aegis.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses whoever guessed too often before a password is looked at
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# A user's guesses are counted for each address they come from: nobody's guessing locks out the desk, or its owner.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or a script that goes on would lock its owner out for ever
AXES_CLIENT_IP_CALLABLE = "aegis.logins.throttle.client_address"
AXES_LOCKOUT_CALLABLE = "aegis.logins.throttle.locked_page"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "code"]
AXES_ENABLE_ADMIN = False  # aegis.logins.admin has pages of its own, in Unfold's look
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "AEGIS"  # the name that an authenticator app shows

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = time_zone()
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["aegis.formats"]

STATIC_URL = "static/"
STATIC_ROOT = AEGIS_VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"  # the prefix: no other host may set this cookie
CSRF_FAILURE_VIEW = "aegis.logins.views.foreign_form"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE = length("SESSION_IDLE_MINUTES", "minutes", default=60)
SESSION_LIFE = length("SESSION_HOURS", "hours", default=12)
SESSION_COOKIE_AGE = int(SESSION_LIFE.total_seconds())
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # Alpine.js, which Unfold's pages are made of, compiles the expressions of their attributes.
        "script-src": [SELF, UNSAFE_EVAL],
        "style-src": [SELF],
        "style-src-attr": [UNSAFE_INLINE],  # the widths of Unfold's bars; a style cannot run anything
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "upgrade-insecure-requests": HTTPS,
    }
}

UNFOLD = {
    "SITE_TITLE": "AEGIS",
    "SITE_HEADER": "AEGIS",
    "SITE_SUBHEADER": _("Trading desk"),
    "SITE_ICON": lambda request: static("aegis/aegis.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("aegis/aegis.svg")}],
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "STYLES": [lambda request: static("aegis/theme.css"), lambda request: static("aegis/back_office.css")],
    "SCRIPTS": [lambda request: static("aegis/page.js")],
    "GLOBAL_CALLBACK": "aegis.theme.without_styles_in_the_page",
    "ACCOUNT": {"navigation": "aegis.navigation.account"},
    "SIDEBAR": {"show_search": True, "navigation": "aegis.navigation.sidebar"},
}
