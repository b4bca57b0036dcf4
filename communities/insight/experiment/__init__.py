"""Does feedback help? Community-weeks are held out by chance, and what they differ in is the proof.

`arms` draws which communities a region plans without feedback in a week, `effect` estimates what feedback did to one
outcome, `boundary` says how far an estimate may lie from the truth on any night, `reading` puts them together;
`words` are those that are stored.

The design is a switchback over communities: every community is in both arms, week by week, so that it is compared
with itself and with its neighbours of the same week (Bojinov, Simchi-Levi and Zhao, "Design and analysis of
switchback experiments", Management Science 69 (2023) 3759-3777).

What it cannot see: both arms of a day share technicians, so that a visit given to a better technician in one
community may be taken from another. Where feedback only moves good visits about, the arms differ and the region gains
nothing.
"""
