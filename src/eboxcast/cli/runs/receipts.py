"""`eboxcast receipt` and `verify`: what one recipient has in hand, and what anyone can verify without us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zipfile import is_zipfile

import typer

from eboxcast.audit.deletions import read_signed_deletions
from eboxcast.cli.admin.dossier import show_deletions, show_verified
from eboxcast.cli.shell import console
from eboxcast.cli.shell.app import command_app
from eboxcast.cli.shell.given_files import authorities_in, content_of, head_in, keys_in
from eboxcast.cli.shell.options import AsJson, Force, RunNumber
from eboxcast.cli.shell.private import key_given, refuse_existing, write_private
from eboxcast.cli.shell.usage import NumberInArguments
from eboxcast.lib.errors import WrongUse
from eboxcast.lib.formatting import exact_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, language_of_user, translate
from eboxcast.presenters.json import json_text
from eboxcast.reports.proofs import (
    Trust,
    Vouched,
    is_receipt,
    read_certificate,
    read_receipt,
    statement_in,
    verify_certificate,
    verify_receipt,
)
from eboxcast.reports.schemas import FileVerdict, Receipt, Wrong

app = command_app()


class CertificateNeeded(WrongUse):
    """A receipt says what it was verified with only itself: the certificate is what others vouch for."""

    code = "proof.certificate-needed"
    sentence = N_("A receipt is verified with the signed certificate of its run, or, if it is signed, with the keys.")
    remedy = N_("Add: --certificate FILE or --keys FILE")


class NobodyNamed(WrongUse):
    """A receipt names nobody: whose it is, must be said."""

    code = "proof.nobody-named"
    sentence = N_("A receipt contains no number: it is verified for one recipient.")
    remedy = N_("Add --recipient - and enter the national number or enterprise number on standard input.")


_WRITTEN = N_("The receipt is in {path}. It contains no number. To verify it, the certificate of the run is needed.")
_OF_ANOTHER_NUMBER = N_(
    "It is of another number of this recipient, a newer or a former one: verify it with that number."
)
_RECEIVED = N_("This recipient received the document. It became visible on {moment}.")
_NOT_RECEIVED = N_(
    "This recipient is not among those to whom this run published the document that became visible on {moment}."
)
_THIS_RUN_ONLY = N_(
    "Another run may have published the same document to this recipient. A valid receipt counts more than this proof."
)
_DOCUMENT = N_("SHA-256 of the document: {sha256}")
_OF_RUN = N_("Run {run}, {environment}")
_BAD = N_("This is not proved.")
_CERTIFICATE = N_("The certificate is as it was signed. The document became visible on {moment}.")
_ACCOUNT = N_("The account is as it was signed. The document was not visible yet.")
_SIGNED = N_("Signed on {moment} by the key {fingerprint}")
_COMPARE = N_(
    "Compare this fingerprint with the one that the institution gives, or add the list of its keys: --keys FILE"
)
_WHOSE = N_("The signature fits the key in it; whose key it is was not checked.")
_CERTIFIED = N_("An authority that you trust issued the certificate of this key to {name}.")
_STAMPED = N_("An authority that you trust stamped the signature on {moment}.")
_STAMPED_BY_OTHERS = N_("The stamp of {moment} does not count: it is not from an authority that you trust.")
_STAMPED_BY_SOMEBODY = N_(
    "The signature was stamped on {moment}. To count, its authority must be trusted: --authorities FILE"
)
_REVOKED = N_("The key was revoked on {moment}.")
_WRONG: dict[Wrong, str] = {
    "not-signed": N_("The certificate is not signed."),
    "key-unknown": N_("The key that signed it is not in the list of keys."),
    "key-revoked": N_("The key that signed it was revoked."),
    "key-expired": N_("The key that signed it was not valid at that moment."),
    "signed-later": N_("The signature says that it was made later than the clock of this computer shows."),
    "certificate-unknown": N_("The certificate of the key that signed it is not from an authority that you trust."),
    "certificate-revoked": N_("The certificate of the key that signed it was revoked."),
    "certificate-expired": N_(
        "The certificate of the key that signed it has expired, and no timestamp that you trust is from before."
    ),
    "other-run": N_("Receipt and certificate are not of the same run."),
    "other-document": N_("Receipt and certificate have different documents."),
    "other-moment": N_("Receipt and certificate have different moments of visibility."),
    "other-root": N_("The certificate has different values to verify receipts with."),
    "not-this-recipient": N_("The receipt was changed, or it is of another recipient."),
}


@app.command()
def receipt(
    run: RunNumber,
    person: Annotated[str, typer.Argument(metavar="-", help="Always -: the number is read from standard input.")],
    out: Annotated[Path | None, typer.Option(help="Write the receipt to this file.")] = None,
    force: Force = False,
) -> None:
    """Write the receipt of the recipient whose number is on standard input, or the proof that they are not in this run.

    It contains no number. The audit records who requested it. A proof of absence is about this run only, and for the
    integration team; several of them together can reveal other recipients, so do not collect them.
    """
    from eboxcast.cli.shell.acting import actor  # Django's models, which `verify` does without
    from eboxcast.delivery.runs.lookup import find_run  # the same
    from eboxcast.delivery.runs.settlement import settle  # the same
    from eboxcast.reports.receipts import hand_out_receipt  # the same

    if person != "-":
        raise NumberInArguments(command="eboxcast receipt")
    refuse_existing(out, force=force)
    who = actor()
    settled = settle(find_run(run, actor=who, permission="report.receipt"))
    handed_out = hand_out_receipt(settled, key_given(), actor=who)
    content = json_text(handed_out.receipt)
    if out:
        write_private(out, [f"{content}\n".encode()], force=force)
        console.line(translate(_WRITTEN, language_of_user(), {"path": mask_and_strip(str(out))}))
    else:
        typer.echo(content)
    if handed_out.of_another_number:
        console.line(translate(_OF_ANOTHER_NUMBER, language_of_user()))


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The signed certificate, the receipt, or the dossier.")],
    keys: Annotated[
        Path | None, typer.Option(help="The keys of the installation, as `eboxcast keys list --json` gives them.")
    ] = None,
    authorities: Annotated[
        Path | None,
        typer.Option(
            help="Authorities that you trust to issue certificates and timestamps: their certificates and, if you have "
            "them, what they revoked (PEM)."
        ),
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="For a receipt: the signed certificate of the run.")] = None,
    recipient: Annotated[
        str, typer.Option(metavar="-", help="For a receipt: whose it is. Always -: the number is on standard input.")
    ] = "",
    head: Annotated[
        list[Path] | None,
        typer.Option(help="For a dossier: a signed head kept elsewhere. May be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a certificate, a receipt or the dossier of a broadcast. Exits with 1 if it proves nothing.

    It needs no database and no account, and works on any machine. A receipt is verified with the signed
    certificate of its run, or with what is signed in it and the keys.
    """
    trust = Trust(keys=keys_in(keys), authorities=authorities_in(authorities))
    if is_zipfile(file):
        show_verified(file, heads=[head_in(path).root for path in head or ()], trust=trust, as_json=as_json)
        return
    content, name = content_of(file), mask_and_strip(str(file))
    if (deletions := read_signed_deletions(content)) is not None:
        show_deletions(deletions, trust=trust, as_json=as_json)
        return
    if is_receipt(content):
        if recipient not in ("", "-"):
            raise NumberInArguments(command="eboxcast verify")
        if not recipient:
            raise NobodyNamed
        receipt = read_receipt(content, file=name)
        verdict = verify_receipt(receipt, _vouched(receipt, certificate, trust), key_given())
    else:
        verdict = verify_certificate(read_certificate(content, trust, file=name), file=name)
    console.result(verdict, _lines, as_json=as_json)
    if not verdict.good:
        raise typer.Exit(1)


def _vouched(receipt: Receipt, certificate: Path | None, trust: Trust) -> Vouched:
    """Return by what a receipt is verified. Raises CertificateNeeded."""
    if certificate is not None:
        return read_certificate(content_of(certificate), trust, file=mask_and_strip(str(certificate)))
    statement = statement_in(receipt, trust) if trust.is_given else None
    if statement is None:
        raise CertificateNeeded
    return statement


def _lines(found: FileVerdict, language: str) -> Iterator[str]:
    if not found.good:
        yield translate(_BAD, language)
        yield from (translate(_WRONG[wrong], language) for wrong in found.wrong)
        yield from _authority_lines(found, language)
        return
    unchecked = found.key_known is None and not found.key_certified
    if unchecked:
        yield translate(_WHOSE, language)
    moment = exact_moment(found.visible, language) if found.visible else ""
    yield translate(_proved(found), language, {"moment": moment})
    yield translate(_DOCUMENT, language, {"sha256": found.document_sha256})
    yield translate(_OF_RUN, language, {"run": found.run, "environment": found.environment})
    if found.received is False:
        yield translate(_THIS_RUN_ONLY, language)
    if found.signed_by and found.signed_at:
        data = {"moment": exact_moment(found.signed_at, language), "fingerprint": found.signed_by}
        yield translate(_SIGNED, language, data)
        yield from _authority_lines(found, language)
        if unchecked:
            yield translate(_COMPARE, language)


def _authority_lines(found: FileVerdict, language: str) -> Iterator[str]:
    """Yield what authorities say of the signature, where they say something."""
    if found.key_certified:
        yield translate(_CERTIFIED, language, {"name": found.key_name})
    if found.stamped_at:
        sentence = {True: _STAMPED, False: _STAMPED_BY_OTHERS, None: _STAMPED_BY_SOMEBODY}[found.stamp_trusted]
        yield translate(sentence, language, {"moment": exact_moment(found.stamped_at, language)})
    if found.key_revoked_at:
        yield translate(_REVOKED, language, {"moment": exact_moment(found.key_revoked_at, language)})


def _proved(found: FileVerdict) -> str:
    if found.kind == "receipt":
        return _RECEIVED if found.received else _NOT_RECEIVED
    return _CERTIFICATE if found.visible else _ACCOUNT
