"""Cells of the CSV that we hand out: no program for spreadsheets takes one for a formula.

A cell that begins with `=`, `+`, `-`, `@` or a tab is computed when the file is opened, and a formula may start
programs or send what stands in other cells elsewhere. An apostrophe before it makes it text; whoever wants the value
back takes it away (https://owasp.org/www-community/attacks/CSV_Injection). Numbers
with a sign are left as they are where that is surely all of the cell.
"""

from __future__ import annotations

import re

# People may open a file with another separator than it has: a cell may begin behind any of them, and behind a line end
# inside a cell. Quotes and spaces there do not help: `""=1+1` is the text `=1+1`. The wide forms count in Excel, too.
_RISKY = re.compile(
    rb"""(?P<before>(?:^|[;,\t\r\n])
         (?: [ ]*(?![+-][0-9][0-9 .,/()-]*(?:[;\r\n]|$))  # a number, before a semicolon
           | [ "]*"[ "]* ))
         (?=[=@+\t-]|\xef\xbc[\x8b\x8d\x9d\xa0])""",
    re.VERBOSE,
)
_NEEDS_QUOTES = re.compile(r'[;,"\t\r\n]')


def harmless(row: bytes) -> bytes:
    """Return a row, in an encoding that extends ASCII, with an apostrophe before whatever would be computed."""
    return _RISKY.sub(rb"\g<before>'", row)


def cell(text: str) -> str:
    """Return a text as one harmless cell."""
    quoted = '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text
    return harmless(quoted.encode()).decode()
