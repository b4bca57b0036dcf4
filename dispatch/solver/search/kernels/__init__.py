"""The compiled inside of the search: small functions on arrays, one file per move.

Read in this order: `layout` (the arrays), `windows`, `timing` (a route's timetable and cost), `gaps` (may this
visit go here, and what would it cost), `routes` (put in, take out, undo), `removal`, `insertion`, `linked`
(crews and visits in order), `mending`, `pool` (routes remembered), `anneal` (the loop); and `survey` (where a visit
could go in each of several windows), for the offers.

Nothing here is imported before a problem is solved: loading Numba takes longer than importing the planner.
"""
