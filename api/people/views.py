"""Filled in next."""

from api.blueprint import Blueprint

blueprint = Blueprint("people", __name__, url_prefix="/v1")
