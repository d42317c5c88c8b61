"""The content networks that generated pages name, and what becomes of their addresses."""

PREFIX = "/.arena/cdn/"

# hosts that name packages as npm does, with modules made for browsers
MODULE_HOSTS = frozenset({"esm.sh", "cdn.esm.sh", "cdn.skypack.dev", "esm.run", "ga.jspm.io"})
# hosts with the paths of cdnjs: libs/<library>/<version>/<file>
LIBRARY_HOSTS = frozenset(
    {
        "cdnjs.cloudflare.com",
        "ajax.googleapis.com",
        "cdn.bootcdn.net",
        "cdn.bootcss.com",
        "cdn.staticfile.org",
        "lib.baomitu.com",
    }
)
NPM_HOSTS = frozenset({"unpkg.com", "cdn.jsdelivr.net", "fastly.jsdelivr.net"})
BOOTSTRAP_HOSTS = frozenset({"stackpath.bootstrapcdn.com", "maxcdn.bootstrapcdn.com", "netdna.bootstrapcdn.com"})
FONT_HOSTS = frozenset({"fonts.googleapis.com", "fonts.gstatic.com"})
ICON_HOSTS = frozenset({"kit.fontawesome.com", "use.fontawesome.com"})
POLYFILL_HOSTS = frozenset({"polyfill.io", "cdn.polyfill.io"})
# the sites of single projects
PROJECT_HOSTS = frozenset(
    {
        "code.jquery.com",
        "cdn.plot.ly",
        "d3js.org",
        "cdn.tailwindcss.com",
        "threejs.org",
        "cdn.quilljs.com",
        "cdn.socket.io",
        "cdn.datatables.net",
    }
)
HOSTS = (
    MODULE_HOSTS
    | LIBRARY_HOSTS
    | NPM_HOSTS
    | BOOTSTRAP_HOSTS
    | FONT_HOSTS
    | ICON_HOSTS
    | POLYFILL_HOSTS
    | PROJECT_HOSTS
)
