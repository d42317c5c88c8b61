"""A Matplotlib backend whose `show` keeps every open figure as a PNG file."""

import io

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg


class FigureManager(FigureManagerBase):
    """Shows a figure by keeping it; one that has not changed since is not kept again."""

    @classmethod
    def pyplot_show(cls, *, block=None):
        """Keep all open figures."""
        for manager in Gcf.get_all_fig_managers():
            manager.show()

    def show(self):
        """Keep this figure."""
        import arena_display

        figure = self.canvas.figure
        if getattr(figure, "_arena_kept", False) and not figure.stale:
            return
        data = io.BytesIO()
        try:
            FigureCanvasAgg(figure).print_png(data)
        finally:
            figure.set_canvas(self.canvas)
        figure._arena_kept, figure.stale = True, False
        arena_display.keep("figure", "png", data.getvalue())


class FigureCanvas(FigureCanvasAgg):
    """Draws as Agg does."""

    manager_class = FigureManager
