"""A WebKitGTK browser for WebDriver: one window, a profile on disk, and the storage features that every shipping WebKit has.

MiniBrowser does not do: in automation its storage is ephemeral and navigator.storage is absent.
"""

import json
import os
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gio, Gtk, WebKit2  # noqa: E402

FEATURES = {"StorageAPI", "StorageAPIEstimate"}


def make_settings():
    settings = WebKit2.Settings()
    features = WebKit2.Settings.get_all_features()
    for index in range(features.get_length()):
        feature = features.get(index)
        if feature.get_identifier() in FEATURES:
            settings.set_feature_enabled(feature, True)
    return settings


def follow_media(path):
    """WebDriver cannot ask for a dark page: the launcher writes what it wants into a file."""

    def apply(*_):
        if not os.path.exists(path):
            return
        with open(path, encoding="utf-8") as file:
            media = json.load(file)
        settings = Gtk.Settings.get_default()
        settings.set_property("gtk-application-prefer-dark-theme", media["dark"])
        settings.set_property("gtk-enable-animations", not media["reducedMotion"])

    monitor = Gio.File.new_for_path(path).monitor_file(Gio.FileMonitorFlags.WATCH_MOVES, None)
    monitor.connect("changed", apply)
    return monitor


def main(profile):
    monitor = follow_media(os.path.join(profile, "media.json"))
    data = WebKit2.WebsiteDataManager(base_data_directory=profile, base_cache_directory=profile)
    context = WebKit2.WebContext(website_data_manager=data)
    settings = make_settings()

    def create_view(_session):
        view = WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True)
        window = Gtk.Window(decorated=False, default_width=800, default_height=600)
        window.add(view)
        window.show_all()
        window.present()
        view.grab_focus()
        return view

    context.connect("automation-started", lambda _context, session: session.connect("create-web-view", create_view))
    context.set_automation_allowed(True)
    Gtk.main()
    monitor.cancel()


main(sys.argv[1])
