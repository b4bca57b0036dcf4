"""Reads, scoped to a caller, or to the holder of a customer's secret address."""
