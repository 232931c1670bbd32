"""Filled in next."""

from api.blueprint import Blueprint

blueprint = Blueprint("auth", __name__, url_prefix="/v1")
