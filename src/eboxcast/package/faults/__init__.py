"""Faults as data: their kinds, their sentences, where they were found."""
