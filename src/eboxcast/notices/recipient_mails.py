"""The mails to recipients who chose them: to confirm their address, and that a message came. Neither has its content.

They are kept nowhere, not even until they leave: their addresses are no business of the control database.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.errors import HeaderParseError
from email.message import EmailMessage

import structlog
from django.conf import settings

from eboxcast.database.environments import environments_in_reach
from eboxcast.database.names import PRODUCTION
from eboxcast.lib import clock
from eboxcast.lib.crashpoints import Mailing, reached
from eboxcast.lib.errors import Trouble
from eboxcast.lib.formatting import long_moment
from eboxcast.lib.masking import mask_and_strip
from eboxcast.lib.translation import N_, translate
from eboxcast.mailboxes.mail_choices import VALID_FOR
from eboxcast.mailboxes.mailings import PaceReached, Turn, try_again, turns
from eboxcast.notices.letter import Event, Letter, Matter, as_html, as_text
from eboxcast.notices.reading import new_message_id
from eboxcast.notices.sending import open_way
from eboxcast.notices.transport.message import new_message
from eboxcast.notices.transport.ways import Later, Lost, NobodyAnswers, NotSent, Refused, Way

EBOXES = "/ebox/"
_HELLO = N_("Hello,")
_CONFIRM = N_("Confirm your email address")
_ASKED = N_("You want to receive an email when a new message arrives in an eBox. Confirm this address on this page:")
_UNTIL = N_("The link is valid until {moment}. If you did not ask for this, you do not have to do anything.")
_NEW = N_("New message in your eBox")
_FROM = N_("{sender} has put a new message in your eBox. To read it, sign in to your eBox as you always do:")
_NO_CONTENT = N_("For your security, this email does not contain the message, nor a link to it.")
_WHY = N_("You receive this email because you asked for it in your eBox. To receive no more of them:")
_AUTOMATIC = N_("This is an automatic email from eboxcast.")
_log = structlog.get_logger(__name__)


class MailNotSent(Trouble):
    """The mail server takes no mails now."""

    code = "mail-choice.not-sent"
    sentence = N_("The email could not be sent.")
    remedy = N_("Check the address, or try again later.")


@dataclass
class Mailed:
    """What a pass came to."""

    sent: int = 0
    failed: int = 0
    """Tried again later."""
    given_up: int = 0
    problem: str = ""


def confirm_address(address: str, text: str, *, language: str) -> None:
    """Send somebody the link that confirms their address. Raises MailNotSent."""
    until = long_moment(clock.now() + VALID_FOR, language)
    letter = Letter(
        language=language,
        subject=translate(_CONFIRM, language),
        hello=translate(_HELLO, language),
        matters=_told(
            translate(_ASKED, language),
            link=_page(f"email/confirm/{text}"),
            after=translate(_UNTIL, language, {"moment": until}),
        ),
        footer=(translate(_AUTOMATIC, language),),
    )
    try:
        with open_way() as way:
            way.send(_message(letter, address), address=address, number=_number())
    except NotSent as failure:
        raise MailNotSent from failure


def mail_recipients(*, ended: Callable[[], bool] = lambda: False) -> Mailed:
    """Mail the recipients whose turn it is, at the pace of the settings, until nobody is left or ``ended`` says so."""
    done = Mailed()
    if PRODUCTION not in environments_in_reach() or not settings.EBOXCAST_TARGETS[PRODUCTION].capabilities.own_eboxes:
        return done
    gap = timedelta(hours=1) / settings.EBOXCAST_RECIPIENT_MAILS_PER_HOUR
    with open_way() as way:
        try:
            way.reach()  # before anybody's turn is taken
            for turn in turns(PRODUCTION, gap=gap):
                _send(way, turn, done)
                if ended():
                    break
                way.reach()
        except PaceReached:
            pass
        except NobodyAnswers as closed:
            done.problem = closed.problem
    return done


def _send(way: Way, turn: Turn, done: Mailed) -> None:
    """Send one mail; where nobody knows whether it was taken, it is not sent again."""
    reached(Mailing.TURN_TAKEN)
    try:
        way.send(_written(turn), address=turn.address, number=_number())
        reached(Mailing.SENT)
    except Lost:
        done.given_up += 1
        _log.warning("recipient_mail.unknown", release=turn.release)
    except Refused as refused:
        done.given_up += 1
        _log.warning("recipient_mail.refused", release=turn.release, code=refused.problem[:3])
    except (Later, NobodyAnswers):
        if try_again(PRODUCTION, turn):
            done.failed += 1
        else:
            done.given_up += 1
    else:
        done.sent += 1


def _written(turn: Turn) -> EmailMessage:
    if not turn.address:
        raise Refused("its address cannot be read")
    language, stop = turn.language, _page(f"email/stop/{turn.stop}")
    sender = mask_and_strip(turn.sender_names.get(language) or next(iter(turn.sender_names.values()), ""))
    letter = Letter(
        language=language,
        subject=translate(_NEW, language),
        hello=translate(_HELLO, language),
        matters=_told(
            translate(_FROM, language, {"sender": sender}), link=_page(), after=translate(_NO_CONTENT, language)
        ),
        footer=(translate(_AUTOMATIC, language), translate(_WHY, language)),
        stop=stop,
    )
    message = _message(letter, turn.address)
    # One click in the program that shows mails, without signing in (RFC 8058).
    message["List-Unsubscribe"] = f"<{stop}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def _told(text: str, *, link: str, after: str) -> tuple[Matter, ...]:
    event = Event(title="", moment="", paragraphs=(text,), sections=(), link=link, after=(after,))
    return (Matter(title="", events=(event,)),)


def _message(letter: Letter, address: str) -> EmailMessage:
    try:
        message = new_message(
            address=address,
            subject=letter.subject,
            message_id=new_message_id(),
            at=clock.now(),
            bodies=(as_text(letter), as_html(letter)),
        )
    except (ValueError, IndexError, HeaderParseError) as unfit:
        raise Refused("it cannot be written as a mail") from unfit
    message["Content-Language"] = letter.language
    return message


def _page(path: str = "") -> str:
    return f"{settings.EBOXCAST_PAGES_URL.rstrip('/')}{EBOXES}{path}"


def _number() -> int:
    """Return the name of a mail, where mails are files: nothing counts these."""
    return secrets.randbits(48)
