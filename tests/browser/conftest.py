"""The browser in which pages are opened."""

from installed_browser import chromium

__all__ = ["chromium"]
