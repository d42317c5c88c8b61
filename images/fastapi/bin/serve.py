"""Runs a FastAPI application as `python3 FILE` would, or as `fastapi run` if its file only defines it; on our port."""

import os
import sys

import arena_application

DOCS = "/opt/docs"
# below this path the scripts of /docs and /redoc are served, in front of the application
PREFIX = "/_docs"


def patch():
    """Let Uvicorn listen on our port, and the pages of the documentation find their scripts here."""
    import arena_uvicorn
    import uvicorn
    from fastapi.openapi import docs

    arena_uvicorn.patch_config()
    docs.get_swagger_ui_html.__kwdefaults__.update(
        swagger_js_url=f"{PREFIX}/swagger-ui-bundle.js",
        swagger_css_url=f"{PREFIX}/swagger-ui.css",
        swagger_favicon_url=f"{PREFIX}/favicon.png",
    )
    docs.get_redoc_html.__kwdefaults__.update(
        redoc_js_url=f"{PREFIX}/redoc.standalone.js", redoc_favicon_url=f"{PREFIX}/favicon.png", with_google_fonts=False
    )
    load = uvicorn.Config.load

    def load_with_docs(self):
        load(self)
        self.loaded_app = _with_docs(self.loaded_app)

    uvicorn.Config.load = load_with_docs


def start(names):
    """Start the application among the names, or the one that a factory makes."""
    if arena_application.served():
        return
    import uvicorn
    from starlette.applications import Starlette

    application = arena_application.first(names, ("app", "api", "application"), Starlette)
    factory = names.get("create_app") or names.get("get_app")
    if application is None and callable(factory):
        application = factory()
    if application is not None:
        uvicorn.run(application)


def _with_docs(application):
    """The application with the files of the documentation in front."""
    from starlette.staticfiles import StaticFiles

    files = StaticFiles(directory=DOCS)

    async def served(scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith(f"{PREFIX}/"):
            scope = {**scope, "path": scope["path"].removeprefix(PREFIX), "root_path": ""}
            return await files(scope, receive, send)
        return await application(scope, receive, send)

    return served


if __name__ == "__main__":
    os._exit(arena_application.run(sys.argv[1:], patch=patch, start=start, wanted="serving or defining a FastAPI app"))
