"""Watches the windows on the display: tells when the first is shown, and keeps the picture of the last ones.

The X server draws every window into a pixmap of its own (Composite), which outlives the window as long as it is named
here; so a program that ends leaves its last frame.
"""

import dataclasses
import threading
import time

from Xlib import X, error
from Xlib.display import Display
from Xlib.ext import composite

BACKGROUND = 0xD5DBE2
LEAST_PIXELS = 8
# windows that went at most this long before the program's end were its last
LAST_SECONDS = 1.0


@dataclasses.dataclass(kw_only=True)
class Picture:
    """What a window shows, where it is, and when it went (None: it is there)."""

    pixmap: object
    x: int
    y: int
    width: int
    height: int
    gone: float | None = None


class Windows:
    """A thread that follows the top-level windows."""

    def __init__(self, on_first):
        """Watch the display that DISPLAY names; `on_first()` is called, by the thread, when a window is shown."""
        self._on_first = on_first
        self._display = Display()
        self._root = self._display.screen().root
        self._pictures: dict[int, Picture] = {}
        self._lock = threading.Lock()
        self._display.set_error_handler(lambda *_: None)
        self._root.change_attributes(background_pixel=BACKGROUND, event_mask=X.SubstructureNotifyMask)
        self._root.clear_area()
        self._root.composite_redirect_subwindows(composite.RedirectAutomatic)
        for window in self._root.query_tree().children:
            self._shown(window)
        self._display.sync()
        threading.Thread(target=self._follow, daemon=True).start()

    def show_last(self):
        """Put what the program showed at its end onto the display, to stay."""
        with self._lock:
            now = time.monotonic()
            last = [found for found in self._pictures.values() if found.gone and now - found.gone <= LAST_SECONDS]
            if not last:
                return
            # a connection of its own: two threads that wait for answers on one may wait for each other for ever
            drawing = Display()
            screen = drawing.screen()
            width, height = screen.width_in_pixels, screen.height_in_pixels
            canvas = screen.root.create_pixmap(width, height, screen.root_depth)
            pen = canvas.create_gc(foreground=BACKGROUND, subwindow_mode=X.IncludeInferiors)
            canvas.fill_rectangle(pen, 0, 0, width, height)
            for found in last:
                canvas.copy_area(pen, found.pixmap, 0, 0, found.width, found.height, found.x, found.y)
            screen.root.change_attributes(background_pixmap=canvas)
            screen.root.clear_area()
            drawing.sync()
            drawing.close()

    def _follow(self):
        while True:
            event = self._display.next_event()
            with self._lock:
                if event.type == X.MapNotify:
                    self._shown(event.window)
                elif event.type == X.ConfigureNotify:
                    self._moved(event)
                elif event.type in (X.UnmapNotify, X.DestroyNotify):
                    found = self._pictures.get(event.window.id)
                    if found is not None and found.gone is None:
                        found.gone = time.monotonic()
                    self._forget_old()

    def _shown(self, window):
        try:
            place, look = window.get_geometry(), window.get_attributes()
        except error.XError:
            return
        screen = self._display.screen()
        inside = place.x < screen.width_in_pixels and place.y < screen.height_in_pixels
        inside = inside and place.x + place.width > 0 and place.y + place.height > 0
        large = min(place.width, place.height) >= LEAST_PIXELS
        if look.win_class != X.InputOutput or look.map_state != X.IsViewable or not (inside and large):
            return
        self._drop(window.id)
        border = 2 * place.border_width
        self._pictures[window.id] = Picture(
            pixmap=window.composite_name_window_pixmap(),
            x=place.x,
            y=place.y,
            width=place.width + border,
            height=place.height + border,
        )
        if self._on_first is not None:
            self._on_first()
            self._on_first = None

    def _moved(self, event):
        found = self._pictures.get(event.window.id)
        if found is None or found.gone is not None:
            return
        border = 2 * event.border_width
        if (found.width, found.height) != (event.width + border, event.height + border):
            # the server gives a window of another size another pixmap
            self._shown(event.window)
        else:
            found.x, found.y = event.x, event.y

    def _forget_old(self):
        now = time.monotonic()
        for number, found in list(self._pictures.items()):
            if found.gone and now - found.gone > LAST_SECONDS:
                self._drop(number)

    def _drop(self, number):
        found = self._pictures.pop(number, None)
        if found is not None:
            found.pixmap.free()
