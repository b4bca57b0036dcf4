"""Bringing in what a company has: technicians and service requests from CSV files. See docs/importing.md."""
