"""What health looks like."""

from marshmallow import fields

from api.fields import Real, Schema, Time


class HealthSchema(Schema):
    """The process is alive."""

    status = fields.Constant("ok", required=True)
    time = Time(required=True)
    speed = Real(least=0, most=1000, required=True, metadata={"examples": [1.0]})


class ChecksSchema(Schema):
    """`ok`, or what is wrong."""

    database = fields.String(required=True, metadata={"examples": ["ok"]})
    redis = fields.String(required=True, metadata={"examples": ["ok"]})
    streets = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "By profile", "examples": [{"car": "ok", "bicycle": "ok", "foot": "ok"}]},
    )


class ReadinessSchema(Schema):
    """Whether requests can be served."""

    ready = fields.Boolean(required=True)
    checks = fields.Nested(ChecksSchema, required=True)
