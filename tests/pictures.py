"""Pictures to send."""

from io import BytesIO
from typing import Any

from PIL import Image


def picture(size: tuple[int, int] = (40, 30), kind: str = "JPEG", **more: Any) -> bytes:
    """A picture of one colour; `more` goes to the writer of its format."""
    written = BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **more)
    return written.getvalue()
