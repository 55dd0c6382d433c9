"""The pages of the people of the procedure. A view parses, calls one action, and shows one schema."""
