"""What must not get into a log, and whether it did: secrets, and what customers are called and reached by.

Everything that the suite logs is read as it would be written, and so are the logs of processes that tests start.
Tests call their secrets by `secret`, and their customers by the names below, which are nowhere else.
"""

import logging
import re
from collections.abc import Mapping

import structlog
from django.conf import settings
from django.core.signals import setting_changed

from core import logs

SHAPES = (
    r"(?<![\w-])(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])",  # 32 bytes in base64url: whoever has it may act
    r"linli_[\w-]{43}",  # communities.services.tokens
    r"whsec_[\w+/=]{12,}",
    r"sk_(?:test|live)_\w+",
    r"\bWang\b|王小姐",
    r"@example\.com\b",
    r"\(?02\)?[ -]?0000[ -]?\d{4}|0912[ -]?345[ -]?678",
)
SECRET_SETTINGS = (
    "SECRET_KEY",
    "SANDBOX_API_KEY",
    "SANDBOX_WEBHOOK_SECRET",
    "EMAIL_HOST_PASSWORD",
    "PAYMENT_ACCOUNTS",
)
SECRET_FIELD = re.compile(r"secret|key|hash")
LONG_ENOUGH = 8  # characters; what is shorter is in other words


class LogWatch(logging.Handler):
    """Reads every record, and remembers the lines that it should not have read, with the secret blacked out."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=logs.SHARED,
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.KeyValueRenderer(),
                ],
            )
        )
        self._secrets: set[str] = set()
        self._pattern = re.compile("")
        self._leaks: list[str] = []

    def keep(self, secret: str) -> None:
        """Look for this from now on."""
        if len(secret) >= LONG_ENOUGH and secret not in self._secrets:
            self._secrets.add(secret)
            self._pattern = re.compile("|".join([*map(re.escape, sorted(self._secrets)), *SHAPES]))

    def begin(self) -> None:
        """Read all that this process logs, and keep the secrets of its settings, also those that tests give it."""
        for name in SECRET_SETTINGS:
            self._keep_setting(name, getattr(settings, name))
        setting_changed.connect(lambda setting, value, **_: self._keep_setting(setting, value), weak=False)
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.read(record.name, self.format(record))

    def read(self, logger: str, text: str) -> None:
        """Look at what some logger, or a process, has written."""
        if self._pattern.search(text):
            found = [line for line in text.splitlines() if self._pattern.search(line)]
            self._leaks += [f"{logger}: {self._pattern.sub('█', line)}" for line in found]

    def leaks(self) -> list[str]:
        """What has been found since this was last asked."""
        found, self._leaks = self._leaks, []
        return found

    def _keep_setting(self, name: str, value: object) -> None:
        if name == "PAYMENT_ACCOUNTS" and isinstance(value, Mapping):
            for account in value.values():
                for field, word in account.items():
                    if SECRET_FIELD.search(field):
                        self._keep_words(word)
        elif name in SECRET_SETTINGS:
            self._keep_words(value)

    def _keep_words(self, value: object) -> None:
        for word in str(value or "").split():
            self.keep(word)


WATCH = LogWatch()


def secret(value: str) -> str:
    """The value, which must be in no log of the suite."""
    WATCH.keep(value)
    return value
