"""The ASGI application."""

from fastapi import FastAPI

from services.api.application import create_app
from services.entrypoints.bootstrap import Assembly
from services.settings import load_settings


def make_asgi(assembly: Assembly | None = None) -> FastAPI:
    """The web application over assembled services; a factory for ASGI servers."""
    return create_app((assembly or Assembly(load_settings())).services)
