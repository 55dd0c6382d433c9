"""How people sign in to the pages: invitations, passwords, sessions, and tries that failed."""
