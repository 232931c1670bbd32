"""Deliveries over HTTP: what must be brought, to whom and by when."""
