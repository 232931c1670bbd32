"""When a fixed sequence is driven, exactly."""
