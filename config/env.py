"""Typed readers of environment variables: a wrong value stops the start with a sentence, never later."""

import os
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The value of `name`; without one, `default`; without either, ImproperlyConfigured. An empty one is none."""
    return _given(name, os.environ.get(name), default)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return value


def boolean(name: str, default: bool) -> bool:
    return choice(name, str(default), ("True", "False")) == "True"


def integer(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}") from None


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def address(name: str, default: str = "") -> str:
    """An http(s) address with a host, or nothing."""
    value = text(name, default) if default or os.environ.get(name) else ""
    parts = urlsplit(value)
    if value and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise ImproperlyConfigured(
            f"{name} must be an address like https://tiles.example/style.json, not {value!r}"
        )
    return value


def secret(name: str, default: str | None = None) -> str:
    """The value of `name`, or the content of the file that `name`_FILE points to (for Docker secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return text(name, default)
    try:
        content = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error
    return _given(name, content, default)


def toml(name: str) -> dict[str, dict[str, str]]:
    """Tables of texts, from the TOML in `name` or in the file that `name`_FILE points to; none without either."""
    try:
        tables = tomllib.loads(secret(name, "\n"))
    except tomllib.TOMLDecodeError as error:
        raise ImproperlyConfigured(f"{name} is not TOML: {error}") from error
    for table, values in tables.items():
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise ImproperlyConfigured(f"{name}: [{table}] must be a table of texts")
    return tables


def database(name: str) -> dict[str, object]:
    """A Django database from a URL: postgis://user:password@host:port/name?host=/socket/folder."""
    url = urlsplit(text(name))
    if url.scheme not in {"postgis", "postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must start with postgis://, not {url.scheme}://")
    socket_folder = parse_qs(url.query).get("host", [""])[0]
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": socket_folder or url.hostname or "",
        "PORT": url.port or "",
    }


def _given(name: str, value: str | None, default: str | None) -> str:
    given = value or default
    if given is None:
        raise ImproperlyConfigured(f"{name} must be set")
    return given
