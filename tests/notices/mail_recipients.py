"""Recipients are mailed in a process of its own, which may be killed."""

from __future__ import annotations

from eboxcast.database import boot

boot.start()

# Only here, as the models need the settings.
from eboxcast.notices.recipient_mails import mail_recipients  # noqa: E402

mail_recipients()
