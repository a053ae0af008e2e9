"""Django's settings. What a machine may change comes from rso/environment.py."""

from typing import Any

import dj_database_url
from csp.constants import NONE, SELF

from rso import mail
from rso.environment import HOUSE, read_environment
from rso.media import storage_of

ENV = read_environment()
DEBUG = ENV.debug
SECRET_KEY = ENV.signing_key()
SECRET_KEY_FALLBACKS = ENV.old_secret_keys
ALLOWED_HOSTS = ENV.allowed_hosts
BASE_URL = ENV.base_url
VAR = ENV.var
FINANCIAL_YEAR_START = ENV.financial_year_start
ACCESS_KEPT_DAYS = ENV.access_kept_days
OFFICE_CURRENCY = "AUD"

ROOMS = ["core", "accounts", "members", "workplan", "events", "publications", "outreach", "finance", "reports"]
INSTALLED_APPS = [
    *(f"rso.{room}" for room in ROOMS),
    "rso.core.search",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "rso.logs.logged",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rso.core.headers.headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rso.accounts.second_factor.second_factor",
]
ROOT_URLCONF = "rso.urls"
WSGI_APPLICATION = "rso.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HOUSE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rso.core.context.office",
            ],
            "builtins": [
                "rso.core.templatetags.house",
                "rso.core.templatetags.desk",
                "django.templatetags.i18n",
                "django.templatetags.l10n",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;",
}


def database(url: str) -> dict[str, Any]:
    """Django's description of one database; SQLite in WAL with short, immediate write transactions."""
    found: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR / "rso.sqlite3", "CONN_MAX_AGE": 600}
    if url:
        found = {**dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True)}
    own = SQLITE if "sqlite" in found["ENGINE"] else postgresql()
    found["OPTIONS"] = {**found.get("OPTIONS", {}), **own}
    return found


def postgresql() -> dict[str, Any]:
    """Values go beside a statement, and one that is asked for the fifth time on a connection keeps its plan (ADR 0025)."""
    from rso.core.postgresql import Cursor

    return {"server_side_binding": True, "cursor_factory": Cursor, "prepare_threshold": 5}


DATABASES = {"default": database(ENV.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Tries at signing in, requests of machines in this minute: counted once for all workers of the machine.
    "default": {"BACKEND": "rso.core.shared.Shared", "LOCATION": VAR / "tries.sqlite3"},
    # Pages of figures, at most 180 KB each.
    "made": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 200}},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
RULES = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{RULES}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{RULES}.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("name", "email")}},
    {"NAME": f"{RULES}.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "rso.accounts.adapter.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "rso.accounts.models.display"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
MFA_ADAPTER = "rso.accounts.adapter.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey alone is two factors: the device, and who unlocks it
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are the office's to know
MFA_FORMS = {
    "authenticate": "rso.accounts.forms.Authenticate",
    "reauthenticate": "rso.accounts.forms.Reauthenticate",
    "activate_totp": "rso.accounts.forms.ActivateTOTP",
    "login_webauthn": "rso.accounts.forms.SignInByPasskey",
    "add_webauthn": "rso.accounts.forms.AddPasskey",
}
# Tries are counted by the reader's address: behind a proxy that is the one which the proxy adds, not the proxy's own.
ALLAUTH_TRUSTED_PROXY_COUNT = int(ENV.behind_https)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
globals().update(mail.settings_of(ENV.mail_url))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.mail_from
SESSION_ENGINE = "rso.accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENV.behind_https
CSRF_COOKIE_HTTPONLY = True
if ENV.behind_https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked on the machine itself
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("id", "Bahasa Indonesia"), ("th", "ไทย")]
LOCALE_PATHS = [HOUSE / "locale"]
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Asia/Bangkok"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [HOUSE / "static"]
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": storage_of(ENV.media),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_HANDLERS = [
    "rso.core.uploads.Limited",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
MEDIA_ROOT = VAR / "media"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "script-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"text": {"()": "rso.logs.Plain"}, "json": {"()": "rso.logs.Json"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": ENV.log_format}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        # Django's own handlers print what was asked for and by whom, and mail errors whole.
        **{name: {"handlers": [], "level": "NOTSET", "propagate": True} for name in ("django", "django.server")},
        # What scanners ask for is answered and not told: a host that is not ours, a HEAD of a page.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
}
