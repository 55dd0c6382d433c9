"""From the bytes of a metadata file to an XML tree, with everything dangerous refused before it is parsed.

The text is decoded here and handed to the parser without its declaration, so the parser never guesses an encoding;
and tokenised here, so that a DTD, an entity or a program's instruction never reaches it.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, cast

from lxml import etree

from eboxcast.lib.masking import mask_and_strip
from eboxcast.package.faults import Fault

MOST_BYTES = 1024 * 1024
NAMESPACE = "urn:eboxcast:broadcast:1"

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
_DECODABLE = {*_ENCODINGS.values(), *(encoding for _, encoding in _BYTE_ORDER_MARKS)}
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?\?>")
_DECLARED_ENCODING = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_TOKEN = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?([^\s?]*)|(<!)", re.DOTALL)
_SKIPPED = (("<!--", "-->"), ("<!", ">"), ("<?", "?>"))

_CODES = etree.ErrorTypes
_TAG_ERRORS = {_CODES.ERR_TAG_NAME_MISMATCH, _CODES.ERR_TAG_NOT_FINISHED, _CODES.ERR_GT_REQUIRED}
_AMPERSAND_ERRORS = {
    _CODES.ERR_ENTITYREF_SEMICOL_MISSING,
    _CODES.ERR_UNDECLARED_ENTITY,
    _CODES.ERR_NAME_REQUIRED,
    _CODES.ERR_LT_IN_ATTRIBUTE,
}


def parse(content: bytes, *, file_name: str) -> etree._Element | Fault:
    """Return the root element, or why there is none."""
    text = decoded(content, file_name=file_name)
    if isinstance(text, Fault):
        return text
    return _danger_in(text, file_name) or _parsed(text, file_name)


def decoded(content: bytes, *, file_name: str) -> str | Fault:
    """Return the text without its declaration, its lines ending in a newline and numbered as in the file."""
    encoding, content = _encoding_of(content)
    if encoding not in _DECODABLE:
        return Fault(
            code="metadata.encoding-unknown", file=file_name, line=1, data={"encoding": mask_and_strip(encoding)}
        )
    if b"\0" in content and not encoding.startswith("utf-16"):
        return Fault(code="metadata.encoding", file=file_name, line=1, data={"encoding": encoding.upper()})
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Fault(code="metadata.encoding", file=file_name, line=line, data={"encoding": encoding.upper()})
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    declaration = _DECLARATION.match(text)
    return "\n" * declaration[0].count("\n") + text[declaration.end() :] if declaration else text


def is_ours(content: bytes) -> bool:
    """Tell from its first element whether a file means to be a metadata file."""
    text = decoded(content, file_name="")
    return isinstance(text, str) and f'"{NAMESPACE}"' in _first_tag(text).replace("'", '"')


def _first_tag(text: str) -> str:
    """Return the tag of the first element, in one way through the text whatever is in it."""
    at = text.find("<")
    while at >= 0:
        skipped = next((one for one in _SKIPPED if text.startswith(one[0], at)), None)
        if skipped is None:
            return text[at : text.find(">", at)]
        end = text.find(skipped[1], at + len(skipped[0]))
        at = text.find("<", end) if end >= 0 else -1
    return ""


def _encoding_of(content: bytes) -> tuple[str, bytes]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return encoding, content[len(mark) :]
    declared = _DECLARED_ENCODING.match(content)
    name = declared.group(1).decode().lower() if declared else "utf-8"
    return _ENCODINGS.get(name, name), content


def _danger_in(text: str, file_name: str) -> Fault | None:
    """Find a DTD or an instruction: in XML a ``<!`` that opens neither comment nor CDATA can only be a DTD's."""
    for token in _TOKEN.finditer(text):
        if token.group(2):
            return Fault(code="metadata.dtd", file=file_name, line=_line_at(text, token.start()))
        if token.group(1) is not None:
            name = mask_and_strip(token.group(1))[:40] or "?"
            line = _line_at(text, token.start())
            return Fault(code="metadata.instruction", file=file_name, line=line, data={"name": name})
    return None


def _line_at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _parsed(text: str, file_name: str) -> etree._Element | Fault:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        code = _code_of(cast("Any", error).code)  # the stubs do not know it
        return Fault(code=code, file=file_name, line=max(line, 1), data={"column": max(column, 1)})


def _code_of(code: int) -> str:
    if code in _TAG_ERRORS:
        return "metadata.tags"
    return "metadata.ampersand" if code in _AMPERSAND_ERRORS else "metadata.not-well-formed"
