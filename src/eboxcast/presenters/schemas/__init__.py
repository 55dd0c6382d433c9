"""The form of what is shown, as values: docs/reference/*-json.md are made from these classes.

Moments become ISO 8601 in Brussels time. None means "not known (yet)" or "none", never zero. The sender's own words are
cleaned of control signs and national numbers. Names may be added; one that is removed or means something else needs
another ``format``. A name that Python keeps for itself ends with an underscore, which programs do not see.
"""
