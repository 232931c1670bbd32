"""Complaints, claims, feedback, service levels and KPIs. Nothing lives here yet."""
