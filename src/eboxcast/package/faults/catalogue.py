"""Every kind of fault of the metadata, of the document, and of the package as a whole."""

from __future__ import annotations

from eboxcast.lib.translation import N_
from eboxcast.package.faults.kinds import FaultKind, Level


def _package(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.PACKAGE, sentence=sentence, remedy=remedy)


def _metadata(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.METADATA, sentence=sentence, remedy=remedy)


def _document(code: str, sentence: str, remedy: str) -> FaultKind:
    return FaultKind(code=code, level=Level.DOCUMENT, sentence=sentence, remedy=remedy)


_THERE_AND_READABLE = N_("Check that the file is there and that you may read it.")
_WAIT = N_("Wait until it is complete, then check again.")
_COMPARE = N_("Compare with the annotated file that `eboxcast sample` writes.")
_ONLY_THREE = N_("Keep only the metadata, the document and the recipient lists in the directory.")
_COPY_IT = N_("Put the file itself there.")
_SHORTEN = N_("Shorten it.")
_FILL_IN = N_("Fill it in, or remove the element if it is optional.")
_EXPORT_PDF = N_("Export the document as a plain PDF again, from the program it was written in.")

PACKAGE_FAULTS = (
    _package("package.not-a-directory", N_("This is not a directory."), N_("Give the directory with the three files.")),
    _package(
        "package.unreadable",
        N_("The directory cannot be read: {reason}."),
        N_("Check that it is there and that you may read it."),
    ),
    _package(
        "package.no-metadata",
        N_("There is no metadata file: no .xml file has the root element Broadcast of {namespace}."),
        N_("Add it; `eboxcast sample` writes an annotated example."),
    ),
    _package(
        "package.two-metadata",
        N_("There is more than one metadata file: {names}."),
        N_("A package is one broadcast: keep one of them, and give the others a directory of their own."),
    ),
    _package(
        "package.no-document",
        N_("The metadata names the document {name}, but it is not there."),
        N_("Add the document under exactly this name, or correct DownloadFileName."),
    ),
    _package(
        "package.second-document",
        N_("This looks like a second document; the metadata names {name}."),
        N_("A package has one document: remove this one, or correct DownloadFileName."),
    ),
    _package(
        "package.no-list",
        N_("There is no recipient list."),
        N_("Add at least one .csv file with one recipient per line."),
    ),
    _package("package.stray-file", N_("This file does not belong in a package."), _ONLY_THREE),
    _package("package.directory-inside", N_("This is a directory; a package has only files."), _ONLY_THREE),
    _package("package.link-inside", N_("This is a link to another file, and links are not followed."), _COPY_IT),
    _package("package.special-file-inside", N_("This is not an ordinary file."), _COPY_IT),
    _package(
        "package.same-name",
        N_("Two recipient lists have this name, so their accounts could not be told apart."),
        N_("Rename one of them."),
    ),
)

METADATA_FAULTS = (
    _metadata("metadata.unreadable", N_("The file cannot be read: {reason}."), _THERE_AND_READABLE),
    _metadata("metadata.changed", N_("The file changed while it was being read."), _WAIT),
    _metadata("metadata.empty", N_("The metadata file is empty."), _COMPARE),
    _metadata(
        "metadata.too-big",
        N_("The metadata file has {size} bytes; at most {limit} are allowed."),
        N_("Check that it is the right file: metadata is a page of text."),
    ),
    _metadata(
        "metadata.encoding",
        N_("The file is not written in the encoding it should have: {encoding}."),
        N_("Save it as UTF-8."),
    ),
    _metadata(
        "metadata.encoding-unknown",
        N_("The file says its encoding is {encoding}, which is not accepted."),
        N_("Save it as UTF-8."),
    ),
    _metadata(
        "metadata.dtd",
        N_("The file has a DTD or defines entities, and these are refused."),
        N_(
            "Remove everything from <!DOCTYPE up to its closing bracket, and write the text itself instead of entities."
        ),
    ),
    _metadata(
        "metadata.instruction",
        N_("The file holds an instruction for a program, <?{name} …?>, and these are refused."),
        N_("Remove it."),
    ),
    _metadata("metadata.not-well-formed", N_("From column {column} on, this is no longer XML."), _COMPARE),
    _metadata(
        "metadata.tags",
        N_("The opening and closing tags do not match."),
        N_("Close each element under the name it was opened with, in the opposite order."),
    ),
    _metadata(
        "metadata.ampersand",
        N_("There is a bare & or < in a text, or an entity that XML does not know."),
        N_("Write & as &amp; and < as &lt;, and other signs as they are."),
    ),
    _metadata(
        "metadata.namespace",
        N_("The root element is in the namespace {found}, not in {namespace}."),
        N_('Write it as <Broadcast xmlns="urn:eboxcast:broadcast:1">.'),
    ),
    _metadata(
        "metadata.no-namespace",
        N_("The root element has no namespace."),
        N_('Write it as <Broadcast xmlns="urn:eboxcast:broadcast:1">.'),
    ),
    _metadata("metadata.root", N_("The root element is {place}, not Broadcast."), _COMPARE),
    _metadata(
        "metadata.unknown-element",
        N_("{place} is not known inside {parent}."),
        N_("Remove it, or correct its name; capitals matter."),
    ),
    _metadata(
        "metadata.foreign-element",
        N_("{place} is in another namespace than the rest."),
        N_("Remove the prefix or the xmlns of this element."),
    ),
    _metadata("metadata.attribute", N_("{place} has the attribute {name}, which is not known."), N_("Remove it.")),
    _metadata(
        "metadata.order",
        N_("{place} stands too late: it belongs before {before}."),
        N_("Put the elements in the order of the annotated file that `eboxcast sample` writes."),
    ),
    _metadata("metadata.missing", N_("{place} is missing inside {parent}."), N_("Add it.")),
    _metadata("metadata.twice", N_("{place} stands here twice."), N_("Keep one of them.")),
    _metadata("metadata.too-many", N_("There are more than {most} times {place}."), N_("Remove the others.")),
    _metadata(
        "metadata.two-languages",
        N_("The metadata names more than one language, and a broadcast has one."),
        N_("Make a package for each language, with its own document, metadata and recipient lists."),
    ),
    _metadata(
        "metadata.text",
        N_("There is text inside {place}, which only holds elements."),
        N_("Remove the text, or put it inside the right element."),
    ),
    _metadata("metadata.empty-value", N_("{place} is empty."), _FILL_IN),
    _metadata("metadata.too-long", N_("{place} has {found} characters; at most {most} are allowed."), _SHORTEN),
    _metadata(
        "metadata.too-short",
        N_("{place} has {found} characters; at least {least} are needed."),
        N_("Write the full value, as it was agreed."),
    ),
    _metadata(
        "metadata.sequence", N_("{place} is not a whole number from 0 to 99999."), N_("Correct it, or leave it out.")
    ),
    _metadata(
        "metadata.institution",
        N_("{place} is not a CBE number of ten digits that starts with 0 or 1."),
        N_("Write the ten digits without points or spaces."),
    ),
    _metadata(
        "metadata.institution-check-digits",
        N_("The check digits of the CBE number in {place} are wrong."),
        N_("Correct the number from the source."),
    ),
    _metadata("metadata.ebox-type", N_("{place} is neither CITIZEN nor ENTERPRISE."), N_("Write one of the two.")),
    _metadata("metadata.language", N_("{place} is neither FR, NL nor DE."), N_("Write one of the three.")),
    _metadata(
        "metadata.language-not-allowed",
        N_("The message type does not allow the language {language}."),
        N_("Use another language, or have the message type changed."),
    ),
    _metadata(
        "metadata.media-type",
        N_("{place} is not one of the media types an eBox knows."),
        N_("Write application/pdf or text/plain, or leave it out."),
    ),
    _metadata(
        "metadata.digest-method",
        N_("{place} is not SHA-256."),
        N_("Compute the digest with SHA-256 and write SHA-256."),
    ),
    _metadata(
        "metadata.digest-value",
        N_("{place} is not a SHA-256 value in base64url, base64 or hexadecimal."),
        N_("Compute it again, or leave Digest out."),
    ),
    _metadata(
        "metadata.meta-for-citizens",
        N_("Meta is only for enterprises, and this message is for citizens."),
        N_("Remove it, or correct EboxType."),
    ),
    _metadata("metadata.schema", N_("The metadata does not follow broadcast.xsd."), _COMPARE),
)

DOCUMENT_FAULTS = (
    _document("document.unreadable", N_("The file cannot be read: {reason}."), _THERE_AND_READABLE),
    _document("document.changed", N_("The file changed while it was being read."), _WAIT),
    _document("document.empty", N_("The document is empty."), N_("Export the document again.")),
    _document(
        "document.too-big",
        N_("The document has {size} bytes; at most {limit} are allowed."),
        N_("Make it smaller, for example by compressing its images."),
    ),
    _document(
        "document.file-name-too-long",
        N_("The file name has {found} characters; at most {most} are allowed."),
        N_("Choose a shorter name, in DownloadFileName too."),
    ),
    _document(
        "document.file-name-unsafe",
        N_("The file name holds a sign that recipients' computers do not accept in a name."),
        N_("Use letters, digits, spaces, points, hyphens and underscores, in DownloadFileName too."),
    ),
    _document(
        "document.type-unknown",
        N_("The file name does not tell what kind of document it is."),
        N_("Give it an extension such as .pdf or .txt, or fill in MIME in the metadata."),
    ),
    _document(
        "document.type-not-allowed",
        N_("The message type does not allow documents of the type {media_type}."),
        N_("Use one of these: {allowed}."),
    ),
    _document(
        "document.extension",
        N_("The metadata says {media_type}, but the file name ends in {extension}."),
        N_("Make MIME and the file name agree."),
    ),
    _document(
        "document.content",
        N_("The document should be {expected}, but its content is {found}."),
        N_("Export the document in the right format; another name or extension is not enough."),
    ),
    _document(
        "document.content-unknown",
        N_("The document should be {expected}, but its content is something else."),
        N_("Export the document in the right format; another name or extension is not enough."),
    ),
    _document(
        "document.damaged",
        N_("The PDF is damaged or incomplete and does not open."),
        N_("Export the document again, and copy the whole file."),
    ),
    _document(
        "document.encrypted",
        N_("The PDF is encrypted or protected by a password."),
        N_("Export it without password and without protection."),
    ),
    _document("document.javascript", N_("The PDF holds JavaScript."), _EXPORT_PDF),
    _document("document.launch", N_("The PDF holds an action that starts a program or opens a file."), _EXPORT_PDF),
    _document(
        "document.embedded-file",
        N_("The PDF holds another file inside it."),
        N_("Remove the attachment; a broadcast has one document."),
    ),
    _document(
        "document.dynamic-form",
        N_("The PDF holds a dynamic form (XFA), which most programs do not show."),
        _EXPORT_PDF,
    ),
    _document("document.no-pages", N_("The PDF has no pages."), N_("Export the document again.")),
    _document(
        "document.nul-byte",
        N_("The document should be plain text, but it holds NUL bytes."),
        N_("Save it as plain text in UTF-8."),
    ),
    _document(
        "document.text-encoding",
        N_("The text is neither UTF-8 nor Windows-1252."),
        N_("Save it as plain text in UTF-8."),
    ),
    _document(
        "document.digest",
        N_("The digest in the metadata (read as {form}) is not that of the document."),
        N_("Check that it is the document that was approved, then compute its SHA-256 again or leave Digest out."),
    ),
)
