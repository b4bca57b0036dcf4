"""A region that exists only in memory, served by the real planner and the real signals: does the loop pay?

`scenarios` are the constants of the world, `truth` what nobody in it can see, `town` what everybody can, `demand` who
asks when. `day` plans with `dispatch.solver` and lives the day, `memory` what the company has heard, `run`
goes through the weeks, `figures` and `report` compare what came of it. docs/feedback.md has formulas and results.
"""
