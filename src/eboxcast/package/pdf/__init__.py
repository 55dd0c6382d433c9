"""PDF documents: opened by a program beside ours, which says what they hold."""
