"""The inside of the checker: `replay` and `links` hold a plan's times against the rules, `claims` its reasons.

Nothing here is shared with the search, and nothing of the search is used here.
"""
