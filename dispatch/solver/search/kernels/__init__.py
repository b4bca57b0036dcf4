"""The compiled inside of the search: small functions on arrays, one file per move.

Read in this order: `layout` (the arrays), `windows`, `timing` (a route's timetable and cost), `gaps` (may this
visit go here, and what would it cost), `routes` (put in, take out, undo); the moves: `removal`, `insertion`, `linked`
(crews and visits in order), `recreate` (all that was taken out goes back), `acceptance`; `pool` (routes remembered),
`anneal` (the loop). Whole plans: `construct`, `mending`, `plans`. And `survey` (where a visit could go in each of
several windows), for the offers.

Nothing here is imported before a problem is solved: loading Numba takes longer than importing the planner.
"""
