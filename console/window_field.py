"""A window as forms send it: two instants (ISO 8601, with an offset) with a stroke between."""

from datetime import datetime
from typing import Any

from django import forms

from dispatch.services.windows import Opening, Window


class WindowField(forms.CharField):
    """Gives a pair of instants."""

    def clean(self, value: Any) -> Window:
        begin, _, until = super().clean(value).partition("/")
        try:
            window = datetime.fromisoformat(begin), datetime.fromisoformat(until)
        except ValueError as error:
            raise forms.ValidationError("no window") from error
        if any(end.tzinfo is None for end in window):
            raise forms.ValidationError("no window")
        return window


def window_value(opening: Opening) -> str:
    """What the field reads back."""
    return f"{opening.from_at.isoformat()}/{opening.until_at.isoformat()}"
