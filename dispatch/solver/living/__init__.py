"""The living plan: a published plan, what has happened since, and the plan that goes on from there."""
