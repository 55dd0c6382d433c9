"""Spreadsheets as recipient lists: opened by a program beside ours, and handed on as the CSV that they hold."""
