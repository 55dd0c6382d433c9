"""A remote provider that speaks the public e-Box Message Registry contract, v2.1. It knows no Django."""
