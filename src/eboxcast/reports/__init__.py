"""What is told about a run: the certificate, the rejected rows, the paper list."""
