"""The two answers to a set: what came of it as files, and what came of what is in them. No recipient is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from eboxcast.delivery.broadcasts.files import Receipt
from eboxcast.exchange.codes import SetFault
from eboxcast.exchange.models import Result, TakenSet
from eboxcast.exchange.names import LETTERS
from eboxcast.lib import clock
from eboxcast.lib.errors import EboxcastError, Told
from eboxcast.lib.formatting import iso
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.telling import remedy_in, sentence_in
from eboxcast.lib.translation import LANGUAGES, translate
from eboxcast.package.faults import Fault, remedy_of, sentence_of
from eboxcast.presenters.checks import checked_list

NAMESPACE = "urn:eboxcast:receipt:1"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_REFUSED, _TAKEN = "0", "1"


def receipt_name(taken: TakenSet) -> str:
    """Return the name of the first answer."""
    return _name("ACRF", taken)


def notification_name(taken: TakenSet) -> str:
    """Return the name of the second answer."""
    return _name("NOTI", taken)


def receipt(taken: TakenSet, *, files: Iterable[str], faults: Iterable[SetFault]) -> bytes:
    """Return the first answer: whether the set was taken, and all that is wrong with it as such."""
    root = _root("Receipt", taken)
    listed = _add(root, "Files")
    for name in files:
        _add(listed, "FileName", mask_and_strip(name))
    result = _add(root, "ReceptionResult")
    _add(result, "ResultCode", _REFUSED if taken.result == Result.REFUSED else _TAKEN)
    for fault in faults:
        error = _add(result, "Error")
        _add(error, "ErrorID", fault.error_id)
        if fault.file:
            _add(error, "FileName", mask_and_strip(fault.file))
        _say(error, fault.sentence, fault.data)
    return _written(root)


def notification(taken: TakenSet, answer: Receipt | EboxcastError, *, language: str) -> bytes:
    """Return the second answer: what came of the rows, or why nothing can be done with the files now."""
    root = _root("Notification", taken)
    result = _add(root, "HandlingResult")
    _add(result, "ResultCode", _TAKEN if taken.result == Result.ACCEPTED else _REFUSED)
    if isinstance(answer, EboxcastError):
        _add_refusal(result, answer)
    else:
        _add_account(root, answer, language)
        for fault in answer.checked.faults:
            _add_anomaly(root, fault, language)
    return _written(root)


def _name(kind: str, taken: TakenSet) -> str:
    day, letter = f"{taken.answer_date:%Y%m%d}", LETTERS[taken.environment]
    return f"FO.{kind}.{taken.institution}.{day}.{taken.answer_number:05}.{letter}.1.1.xml"


def _root(name: str, taken: TakenSet) -> etree._Element:
    root = etree.Element(f"{{{NAMESPACE}}}{name}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # None is how lxml says default
    _add(root, "FileReference", mask_and_strip(taken.reference))
    if taken.broadcast:
        _add(root, "Broadcast", mask_and_strip(taken.broadcast))
    _add(root, "Environment", taken.environment)
    _add(root, "Outcome", taken.result)
    _add(root, "AnsweredAt", iso(clock.now(), "seconds"))
    return root


def _add_refusal(result: etree._Element, refusal: EboxcastError) -> None:
    error = _add(result, "Error")
    _add(error, "ErrorID", refusal.code)
    told: tuple[Told, ...] = (refusal, *refusal.parts)
    for one in told:
        for said in (sentence_in, remedy_in):
            _add_texts(error, {language: said(one, language) for language in LANGUAGES})


def _add_account(root: etree._Element, answer: Receipt, language: str) -> None:
    for account in answer.checked.lists:
        listed = _add(root, "RecipientList")
        _add(listed, "FileName", mask_and_strip(account.file_name))
        counts = {
            "Rows": account.rows,
            "Excluded": account.excluded,
            "Merged": account.merged,
            "Recipients": account.recipients,
        }
        for name, count in counts.items():
            _add(listed, name, str(count))
        sheet = checked_list(account, language).sheet
        if sheet:
            _add(listed, "Sheet", sheet.name)
            _add(listed, "Column", sheet.column)
            for note in sheet.notes:
                _add(listed, "Text", note).set(_LANG, language)
    for code, count in sorted(answer.checked.fault_counts.items()):
        summed = _add(root, "AnomalyCount")
        _add(summed, "ErrorID", code)
        _add(summed, "Count", str(count))


def _add_anomaly(root: etree._Element, fault: Fault, language: str) -> None:
    anomaly = _add(root, "AnomalyReport")
    _add(anomaly, "ErrorID", fault.code)
    # The folder that a fault of the whole package names is our own copy.
    _add(anomaly, "FileName", "-" if "/" in fault.file else mask_and_strip(fault.file))
    if fault.line is not None:
        _add(anomaly, "Line", str(fault.line))
    if fault.sheet:
        _add(anomaly, "Sheet", mask_and_strip(fault.sheet))
    if fault.column:
        _add(anomaly, "Column", fault.column)
    if fault.place:
        _add(anomaly, "TagName", mask_and_strip(fault.place))
    for text in (sentence_of(fault, language), remedy_of(fault, language)):
        _add(anomaly, "Text", mask_and_strip(text)).set(_LANG, language)


def _say(parent: etree._Element, sentence: str, data: Mapping[str, object]) -> None:
    _add_texts(parent, {language: translate(sentence, language, data) for language in LANGUAGES})


def _add_texts(parent: etree._Element, texts: Mapping[str, str]) -> None:
    for language, text in texts.items():
        if text:
            _add(parent, "Text", mask_and_strip(text)).set(_LANG, language)


def _add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text or None
    return child


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
