"""When something may happen: working days, closed days, terms, blackouts, evening windows, capacity."""
