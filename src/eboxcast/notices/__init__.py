"""Mails and invitations for each step of the procedure, made from sealed audit entries."""
