"""Events out: how another system, a CRM for one, learns what happened here (docs/events.md).

Something happens and is emitted into the outbox → `consumers` → `telling` writes a delivery for every endpoint that
wants it → `delivering` sends it, again and again until it has arrived, through `sending` and `outside`.
"""
