"""How a mail leaves: as a MIME message, by SMTP or into a folder."""
