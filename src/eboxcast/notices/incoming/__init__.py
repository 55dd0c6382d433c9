"""Mails that come in to our address: answers to notices, and what became of those that could not be delivered."""
