"""PostgreSQL: the embedded server, the three databases and who may reach which, bulk COPY."""
