"""What a map of communities says, in the reader's language."""

from collections.abc import Mapping

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from communities.insight.sentences import Language

SAID: Mapping[str, Promise] = {
    "map": _("Map of the communities; the table says the same in words"),
    "no_figures": _("No figures yet"),
    "no_map": _("This browser cannot draw the map."),
    "nothing": _("nothing to count"),
    "open": _("Enter opens it"),
    "too_few": _("too few answers"),
    "zoom_in": _("Zoom in"),
    "zoom_out": _("Zoom out"),
}


def map_words(language: Language) -> dict[str, str]:
    """Every text by its name."""
    with translation.override(language):
        return {name: str(text) for name, text in SAID.items()}
