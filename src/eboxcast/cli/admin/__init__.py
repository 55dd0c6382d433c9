"""Commands of whoever runs the installation."""
