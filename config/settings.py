"""Every setting of Linli, in one file; what differs between machines comes from the environment (.env.example)."""

from pathlib import Path

from config import env, geolibraries

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = env.choice("LINLI_ENV", "development", ("development", "test", "production"))
PRODUCTION = ENVIRONMENT == "production"
STATE_DIR = Path(env.text("LINLI_STATE_DIR", str(ROOT / ".state")))

# -- Web -----------------------------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY", None if PRODUCTION else "development-only-secret-key-" + "x" * 40)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "*")
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")  # what customers' links start with
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "console.refusals.stale"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes; the API's request limit

SECURE_SSL_REDIRECT = PRODUCTION and env.boolean("SECURE_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"  # no other site may learn a link that is a secret
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "communities.sessions"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "pgtrigger",
    "ninja",  # its Swagger files, served by us
    "config.apps.WiringConfig",
    "core",
    "communities",
    "dispatch",
    "billing",
    "api",
    "console",
]
MIDDLEWARE = [
    "api.observability.RequestContext",
    "api.observability.HeadAsGet",
    "api.problems.ProblemAnswers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_http_compression.middleware.HttpCompressionMiddleware",  # of answers: files lie there compressed
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(ROOT / "staticfiles"))) if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # A file's name follows from its row; who comes again with the same file writes it again.
        "OPTIONS": {"allow_overwrite": True},
    },
    "staticfiles": {
        "BACKEND": "config.static_files.NamedByContent"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(STATE_DIR / "media")))  # photos; nobody serves it, the API does
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700

# -- Who -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "communities.User"
AUTHENTICATION_BACKENDS = ["communities.backends.WithOrganisation"]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
if ENVIRONMENT == "test":  # the suite signs people in often; the strength of the hash is not its subject
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# -- Data ----------------------------------------------------------------------------------------------------
GDAL_LIBRARY_PATH = geolibraries.wheel_library("pyogrio", "libgdal*")
GEOS_LIBRARY_PATH = geolibraries.wheel_library("shapely", "libgeos_c*")
DATABASES = {
    "default": {
        **env.database("DATABASE_URL"),
        "CONN_MAX_AGE": 0
        if ENVIRONMENT == "test"
        else 3600,  # seconds; a thread keeps its connection (docs/adr/0008)
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env.text("LINLI_TEST_DATABASE", "test_linli")},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.text("CACHE_URL")}
}
USE_TZ = True
TIME_ZONE = "UTC"  # each organisation has its own; see Organisation.zone
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [ROOT / "console" / "locale"]

# -- Work in the background ----------------------------------------------------------------------------------
CELERY_BROKER_URL = env.text("BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True  # outcomes are rows
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # without it acks_late still loses the task of a killed child
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 1200  # seconds; must stay under the visibility timeout, or a task runs twice
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2400,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Without a broker a sender gives up at once, for the row waits anyway; else every write would hold its thread.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_TASK_ROUTES = {
    "dispatch.tasks.plan_solve": {"queue": "solve"},
    "dispatch.tasks.preview_solve": {"queue": "solve"},
    "api.tasks.endpoint_serve": {"queue": "events"},
}
CELERY_TASK_DEFAULT_QUEUE = "default"
# With an end, so that a worker that comes back after an hour finds three messages of a kind and not hundreds.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": every_s, "options": {"expires": 3 * every_s}}
    for task, every_s in {
        "core.tasks.outbox_sweep": 10.0,
        "dispatch.tasks.plans_sweep": 30.0,
        "dispatch.tasks.previews_sweep": 30.0,
        "dispatch.tasks.bookings_sweep": 60.0,
        "dispatch.tasks.places_expire": 3600.0,
        "dispatch.tasks.weekly_reports_sweep": 600.0,
        "communities.tasks.metrics_refresh": 10.0,
        "communities.tasks.signals_refresh": 1800.0,
        "communities.tasks.ledger_months": 3600.0,
        "communities.tasks.readings_refresh": 1800.0,
        "communities.tasks.lags_refresh": 1800.0,
        "communities.tasks.goals_refresh": 1800.0,
        "communities.tasks.standings_refresh": 60.0,
        "communities.tasks.sessions_forget": 3600.0,
        "api.tasks.idempotency_expire": 3600.0,
        "api.tasks.events_sweep": 10.0,
        "api.tasks.events_forget": 3600.0,
        "billing.tasks.links_sweep": 300.0,
        "billing.tasks.checkouts_sweep": 60.0,
        "billing.tasks.settlements_sweep": 300.0,
        "billing.tasks.memberships_sweep": 60.0,
        "billing.tasks.commissions_sweep": 3600.0,
    }.items()
}

# What happens after what: an outbox topic, and the functions that take its subject's id. Each has its own retries.
OUTBOX_CONSUMERS = {
    "site.unlocated": ["communities.services.geocoding.site_locate"],
    "site.placed": ["dispatch.services.requests.site_requests_tell"],
    "booking.made": [
        "dispatch.services.booking_letters.booking_letter_send",
        "dispatch.services.seating.booking_seat",
    ],
    "message.written": ["dispatch.services.messages.message_send"],
    "visit.en_route": ["api.events.consumers.visit_en_route"],
    "visit.arrived": ["api.events.consumers.visit_arrived"],
    "visit.started": ["api.events.consumers.visit_started"],
    "visit.completed": [
        "billing.services.invoices.work_order_invoice",
        "api.events.consumers.visit_completed",
    ],
    "photo.forgotten": ["dispatch.services.photos.photo_file_delete"],
    "visit.reopened": ["dispatch.services.recoveries.recovery_after_reopening"],
    "visit.could_not_complete": ["api.events.consumers.visit_not_completed"],
    "offer.sent": ["billing.services.offer_letters.offer_letter_send"],
    "work_order.completed": ["api.events.consumers.work_order_completed"],
    "work_order.cancelled": ["api.events.consumers.work_order_cancelled"],
    "membership_period.begun": ["billing.services.periods.period_invoice"],
    "invoice.issued": ["api.events.consumers.invoice_issued"],
    "payment_link.opened": ["billing.services.links.payment_link_send"],
    "payment_reminder.due": ["billing.services.links.payment_reminder_send"],
    "checkout.unwanted": ["billing.services.checkouts.checkout_close"],
    "inquiry.made": ["billing.services.checkouts.inquiry_answer"],
    "webhook.received": ["billing.services.inbox.webhook_apply"],
    "refund.wanted": ["billing.services.refunds.refund_send"],
    "invoice.paid": [
        "billing.services.surveys.survey_after_payment",
        "api.events.consumers.invoice_paid",
    ],
    "invoice.paid_again": ["api.events.consumers.invoice_paid_again"],
    "invoice.reopened": ["api.events.consumers.invoice_reopened"],
    "payment.succeeded": ["api.events.consumers.payment_succeeded"],
    "payment.declined": ["api.events.consumers.payment_declined"],
    "payment.refunded": ["api.events.consumers.payment_refunded"],
    "payment.disputed": [
        "api.events.consumers.payment_disputed",
        "billing.services.recoveries.recovery_after_dispute",
    ],
    "password_reset.wanted": ["communities.services.passwords.password_reset_send"],
    "feedback.suspended": ["communities.services.suspensions.suspension_announce"],
    "survey.invited": ["communities.services.surveys.survey_send"],
    "survey.answered": [
        "api.events.consumers.survey_answered",
        "dispatch.services.recoveries.recovery_after_answer",
    ],
    "weekly_report.due": ["dispatch.services.weekly_reports.weekly_report_send"],
    "recovery.opened": ["dispatch.services.recovery_letters.recovery_letter_send"],
    "recovery.failed": ["dispatch.services.recovery_letters.recovery_alert_send"],
    "sandbox.notice": ["console.sandbox_provider.notices.notice_send"],
}
# What a long outage, or a price missing until Monday, must not end: tried every hour for a week.
OUTBOX_LASTING = {
    "visit.completed",
    "photo.forgotten",
    "payment_link.opened",
    "payment_reminder.due",
    "checkout.unwanted",
    "inquiry.made",
    "webhook.received",
    "refund.wanted",
}

# -- Problems solved for others: POST /api/v1/optimise ------------------------------------------------------
OPTIMISE_BYTES = 16 * 1024 * 1024  # of a body
OPTIMISE_CELLS = 200_000  # visits × shifts
OPTIMISE_SECONDS = 60  # at most, of search
OPTIMISE_PLACES = 2  # problems at once; each holds one of the web server's threads

# -- Places --------------------------------------------------------------------------------------------------
GEOCODER = env.choice("GEOCODER", "gazetteer", ("gazetteer", "nominatim"))
NOMINATIM_URL = env.text("NOMINATIM_URL", "https://nominatim.openstreetmap.org")
NOMINATIM_USER_AGENT = env.text("NOMINATIM_USER_AGENT", "linli")
MAP_STYLE_URL = env.address(
    "MAP_STYLE_URL"
)  # streets below the office's maps; else nothing comes from outside
MAP_ORIGINS = env.words(
    "MAP_ORIGINS"
)  # of that style's tiles, signs and letters, where they are others than its own

# -- Money ---------------------------------------------------------------------------------------------------
PAYMENT_ACCOUNTS = env.toml("PAYMENT_ACCOUNTS")  # at providers, with their secrets: docs/operations.md
PAYMENT_ACCOUNT = env.text("PAYMENT_ACCOUNT", "sandbox")  # of companies that have not chosen another
SANDBOX_WEBHOOK_SECRET = env.secret(
    "SANDBOX_WEBHOOK_SECRET", None if PRODUCTION else "whsec_c2FuZGJveC1kZXZlbG9wbWVudC1vbmx5"
)
SANDBOX_API_KEY = env.secret("SANDBOX_API_KEY", None if PRODUCTION else "sandbox-development-only")
SANDBOX_URL = env.text("SANDBOX_URL", PUBLIC_URL)  # where the sandbox provider's pages are served

# -- Figures -------------------------------------------------------------------------------------------------
INSIGHT_MIN_RESPONDENTS = env.integer("INSIGHT_MIN_RESPONDENTS", 5)  # what fewer answered is not shown

# -- Events out: docs/events.md ------------------------------------------------------------------------------
EVENTS_PRIVATE_ADDRESSES = env.boolean("EVENTS_PRIVATE_ADDRESSES", False)

# -- Recoveries ----------------------------------------------------------------------------------------------
RECOVERY_HOURS = {  # from what went wrong to the deadline; the other numbers are in dispatch/recovery_policy.py
    "detractor": env.integer("RECOVERY_HOURS_DETRACTOR", 48),
    "reopened": env.integer("RECOVERY_HOURS_REOPENED", 24),
    "disputed": env.integer("RECOVERY_HOURS_DISPUTED", 72),
}

# -- E-mail --------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "linli@localhost")
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.integer("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.boolean("EMAIL_TLS", True)
EMAIL_TIMEOUT = 10  # seconds
if not EMAIL_HOST:  # without a mail server a letter is a file, to be read there
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = STATE_DIR / "mail"

# -- Seen from outside ---------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "json" if PRODUCTION else "console", ("json", "console"))
LOGGING_CONFIG = None  # core.logs.configure() does it, for the web and for the worker alike
