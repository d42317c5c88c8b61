"""The ASGI application: API and pages."""

from fastapi import FastAPI

from services.api.application import create_app
from services.api.forwarded import Forwarded
from services.entrypoints.bootstrap import Assembly
from services.settings import load_settings
from services.web.site import add_pages


def make_asgi(assembly: Assembly | None = None) -> FastAPI:
    """The web application over assembled services; a factory for ASGI servers."""
    assembly = assembly or Assembly(load_settings())
    assembly.registry_keeper.catch_up()
    services = assembly.services
    app = create_app(services, frames=assembly.settings.preview_origin)
    add_pages(app, services)
    # the last to be added is the first that a request passes
    app.add_middleware(Forwarded, proxies=assembly.settings.trusted_proxies)
    return app
