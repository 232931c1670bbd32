"""The web application: the unit of work, the spec, the resources. Built once by `wsgi.py`, and by tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from flask.json.provider import DefaultJSONProvider
from flask_compress import Compress
from flask_jwt_extended import JWTManager
from werkzeug.middleware.proxy_fix import ProxyFix

from api import limits, observing, problems
from api.blueprint import Api, Blueprint
from api.commands import COMMANDS
from api.documenting import ACCESS_TOKEN, DESCRIPTION, LICENCE, SchemaPlugin
from api.fields import key2properties, place2properties
from api.unit import App
from kernel.settings import Settings

LARGEST_BODY = 8 * 2**20
# In the order in which the reference shows them.
RESOURCES = (
    "auth",
    "me",
    "deliveries",
    "lockers",
    "pickup_points",
    "posts",
    "counter",
    "collecting",
    "orders",
    "returns",
    "track",
    "proofs",
    "vehicles",
    "shifts",
    "plans",
    "routes",
    "driver",
    "zones",
    "slots",
    "holds",
    "delivery_options",
    "places",
    "people",
    "organisations",
    "keys",
    "health",
    "reference",
)


class Json(DefaultJSONProvider):
    """JSON in the order in which the schemas declare it, and times of problems within it as in any answer."""

    sort_keys = False

    @staticmethod
    def default(value: Any) -> Any:
        """Return what JSON has for `value`: Flask's own choice for times is that of HTTP's headers."""
        return value.isoformat() if isinstance(value, datetime) else DefaultJSONProvider.default(value)


def create_app(settings: Settings) -> App:
    """Return the application. The adapters it needs are plugged in by `wiring.py` before the first request."""
    app = App("api", static_folder=None)
    app.json = Json(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.config.update(
        API_TITLE="Doorstep",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        JWT_SECRET_KEY=settings.secret_key.get_secret_value(),
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=settings.access_token_minutes),
        JWT_REFRESH_TOKEN_EXPIRES=timedelta(days=settings.refresh_token_days),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        PROPAGATE_EXCEPTIONS=False,
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_STREAMS=False,
        SETTINGS=settings,
    )
    JWTManager(app)
    Compress(app)
    observing.register(app)
    limits.register(app, limit=settings.rate_limit, redis_url=settings.redis_url)
    problems.register(app)
    _register_resources(app)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def _register_resources(app: App) -> None:
    info = {"description": DESCRIPTION, "license": LICENCE}
    api = Api(app, spec_kwargs={"info": info, "servers": [{"url": "/"}], "marshmallow_plugin": SchemaPlugin()})
    api.spec.components.security_scheme("access_token", ACCESS_TOKEN)
    for documented in (place2properties, key2properties):
        api.ma_plugin.converter.add_attribute_function(documented)
    for resource in RESOURCES:
        blueprint: Blueprint = import_module(f"api.{resource}.views").blueprint
        api.register_blueprint(blueprint)
    app.extensions["spec"] = api.spec
