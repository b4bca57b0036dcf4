"""What the ledger's numbers say: pure arithmetic, numbers in and numbers out.

`scores` are the figures of a dashboard, `signals` what the next plan is told, `sentences` why.
"""
