"""Our own PostgreSQL server, from the binaries of a wheel: nothing to install, nothing to configure."""
