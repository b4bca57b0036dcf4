"""Linli's planner beside other planners, on the same machine, the same instances and by the same checker."""
