"""A signature drawn on a screen: kept as the path of its strokes, never as something a browser would run."""

import re

BOX = (600, 200)
"""Width and height that the strokes lie in."""
SIGNATURE = re.compile(r"(?:M \d{1,3} \d{1,3}(?: L \d{1,3} \d{1,3}){1,500} ?){1,60}")
"""Moves and lines with whole coordinates (SVG 2, section 9.3), at most 60 strokes of 501 points."""
NOTHING_DRAWN = "M0 0"
"""A path without a stroke, in the place of one that is forgotten."""
