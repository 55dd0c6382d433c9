"""The procedure: from an institution's request to the report; who decides, what is missing, whose turn it is."""
