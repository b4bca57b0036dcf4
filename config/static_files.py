"""How static files are named in production: by what is in them, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class NamedByContent(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Modules import each other by these names too; Django leaves them alone unless asked."""

    support_js_module_import_aggregation = True
