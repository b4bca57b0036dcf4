"""Photos as they are kept: JPEG, small, upright, and nothing in them but the picture. No database."""

from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from PIL import Image, ImageOps

from dispatch.errors import BadPhoto

FORMATS = ("JPEG", "PNG", "WEBP")
SIDE = 1600
"""Pixels of the longer side, at most."""
MOST_PIXELS = 24_000_000
"""Of what is sent: decoded it takes three bytes for each."""
QUALITY = 82
UNREADABLE = (
    OSError,
    SyntaxError,  # what Pillow raises for a broken PNG
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    width: int
    height: int


def picture_of(content: bytes) -> Picture:
    """`content`, made small and written anew: where it was taken, and by which device (Exif), is not in it any more.

    Raises BadPhoto for what is no JPEG, PNG or WebP, or too large.
    """
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise BadPhoto(f"A photo has {MOST_PIXELS:,} pixels at most.")
            image.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except UNREADABLE as error:
        raise BadPhoto("A photo is a JPEG, PNG or WebP file.") from error
    upright.thumbnail((SIDE, SIDE))
    upright.info.clear()  # comments and XMP would be written again
    written = BytesIO()
    upright.save(written, "JPEG", quality=QUALITY)
    return Picture(written.getvalue(), *upright.size)


def file_of(photo_id: UUID) -> str:
    """Where a photo lies in the storage: it follows from the id, so that a file can be found when its row is gone."""
    return f"photos/{photo_id.hex[-2:]}/{photo_id}.jpg"
