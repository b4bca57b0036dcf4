"""What an operator's variables come to."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a line of .env is left: `SANDBOX_API_KEY=`. An empty key would open to everybody."""
    monkeypatch.setenv("GEOCODER", "")
    monkeypatch.setenv("EMAIL_PORT", "")
    monkeypatch.setenv("SANDBOX_API_KEY", "")
    monkeypatch.setenv("SANDBOX_API_KEY_FILE", "")

    assert env.text("GEOCODER", "gazetteer") == "gazetteer"
    assert env.integer("EMAIL_PORT", 587) == 587
    with pytest.raises(ImproperlyConfigured, match=r"^SANDBOX_API_KEY must be set$"):
        env.secret("SANDBOX_API_KEY")


def test_an_empty_file_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text("\n", encoding="utf-8")
    monkeypatch.setenv("SECRET_KEY_FILE", str(file))

    with pytest.raises(ImproperlyConfigured, match=r"^SECRET_KEY must be set$"):
        env.secret("SECRET_KEY")
