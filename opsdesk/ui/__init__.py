"""The window: the only package that imports Qt."""

import opsdesk.ui.overrides  # noqa: F401 — before any class that Qt calls
