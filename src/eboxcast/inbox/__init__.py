"""The pages of the recipient: signing in through OpenID Connect, messages, documents."""
