"""Django's settings, made from the product's own (`stuurhut.site.environment`)."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
import dj_email_url
from django.utils.translation import gettext_lazy as _

from stuurhut.site.environment import SettingError, read

PACKAGE = Path(__file__).resolve().parent.parent
ENVIRONMENT = read(os.environ)
DATA = ENVIRONMENT.folder

SECRET_KEY = ENVIRONMENT.secret_key()
DEBUG = bool(ENVIRONMENT["STUURHUT_DEBUG"])
PUBLIC_URL = ENVIRONMENT["STUURHUT_URL"].rstrip("/")
ALLOWED_HOSTS = (
    ["*"] if not PUBLIC_URL else [PUBLIC_URL.split("//")[-1].split("/")[0].split(":")[0], "127.0.0.1", "localhost"]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
if ENVIRONMENT["STUURHUT_TRUSTED_PROXY"]:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # else whoever mistypes a password counts against everybody behind the proxy

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_tables2",
    "template_partials",
    "django_tasks",
    "django_tasks_db",
    "stuurhut.worker",
    "stuurhut.people",
    "stuurhut.crm",
    "stuurhut.targets",
    "stuurhut.replica",
    "stuurhut.connect",
    "stuurhut.cockpit",
    "stuurhut.ui",
]

MIDDLEWARE = [
    "stuurhut.site.pulse.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages; whitenoise serves its files compressed already
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "stuurhut.people.first_run.FirstRun",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "stuurhut.site.urls"
WSGI_APPLICATION = "stuurhut.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "ui" / "templates"],  # before allauth's own, which it replaces
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stuurhut.site.navigation.navigation",
            ],
        },
    }
]

try:
    DATABASES = {
        "default": dj_database_url.parse(
            ENVIRONMENT["DATABASE_URL"] or f"sqlite:///{DATA / 'stuurhut.sqlite3'}",
            conn_max_age=60,
            conn_health_checks=True,  # a database that was restarted costs nobody an error page
        )
    }
except ValueError as error:
    raise SettingError("DATABASE_URL cannot be read; write postgresql://user:password@host:5432/name.") from error
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # WAL lets readers go on while one writes; IMMEDIATE makes a writer wait its turn instead of failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
    }
    # A file in tests as well: threads that share a database in memory lock whole tables against each other.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "stuurhut.people.login.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = PUBLIC_URL.startswith("https://")

# Mail servers refuse a sender at a domain that is not ours.
DEFAULT_FROM_EMAIL = SERVER_EMAIL = f"Stuurhut <stuurhut@{ALLOWED_HOSTS[0] if PUBLIC_URL else 'localhost'}>"
if ENVIRONMENT["EMAIL_URL"]:
    _mail = dj_email_url.parse(ENVIRONMENT["EMAIL_URL"])
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA / "outbox"

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = ENVIRONMENT["STUURHUT_TIME_ZONE"]
try:
    ZoneInfo(TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError) as error:
    raise SettingError(f"STUURHUT_TIME_ZONE is '{TIME_ZONE}'; give a zone such as Europe/Amsterdam.") from error
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5.html"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
RECURRING = "stuurhut.site.recurring.RECURRING"  # the worker lies below the rooms whose work comes back

FACTS = "stuurhut.site.facts.PLAN"  # the columnar copy lies below the rooms and may not import them
ENGINE = ENVIRONMENT["STUURHUT_ENGINE"]
MEMORY = ENVIRONMENT["STUURHUT_MEMORY"]
WORKERS = ENVIRONMENT["STUURHUT_WORKERS"]
CURRENCY = ENVIRONMENT["STUURHUT_CURRENCY"]
FISCAL_YEAR_START = ENVIRONMENT.fiscal_year_start()
CLOSE_AFTER_DAYS = ENVIRONMENT.close_after_days()
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a grid of goals has a field per person and month
