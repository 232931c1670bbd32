"""Lockers: their doors, the device behind them, and what it tells and asks."""
