"""Commands about people, message types and who acts here."""
