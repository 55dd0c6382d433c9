"""The addresses of the pages of recipients: the same for each environment, below a path and cookies of its own."""

from __future__ import annotations

from django.urls import URLPattern, include, path

from eboxcast.database.names import PRODUCTION
from eboxcast.inbox import documents, emails, entrance, messages


def _addresses(environment: str) -> list[URLPattern]:
    for_it = {"environment": environment}
    message = "messages/<uuid:run>"
    mailing = [
        path("email", emails.show, for_it, name="email"),
        path("email/confirm/<str:text>", emails.confirm, for_it, name="confirm-email"),
        path("email/stop/<str:text>", emails.stop, for_it, name="stop-email"),
    ]
    return [
        *(mailing if environment == PRODUCTION else []),  # acceptance mails no recipient
        path("", messages.show_list, for_it, name="messages"),
        path("hidden", messages.show_list, {**for_it, "hidden": True}, name="hidden"),
        path(message, messages.show, for_it, name="message"),
        path(f"{message}/hide", messages.hide, for_it, name="hide"),
        path(f"{message}/show", messages.show_hidden, for_it, name="show"),
        path(f"{message}/document", documents.show, for_it, name="document"),
        path(f"{message}/receipt", documents.give_receipt, for_it, name="receipt"),
        path(f"{message}/download", documents.show, {**for_it, "keep": True}, name="download"),
        path("sign-in", entrance.show, for_it, name="sign-in"),
        path("sign-in/begin", entrance.begin, for_it, name="begin"),
        path("signed-in", entrance.finish, for_it, name="signed-in"),
        path("choose", entrance.choose, for_it, name="choose"),
        path("sign-out", entrance.sign_out, for_it, name="sign-out"),
        path("signed-out", entrance.signed_out, for_it, name="signed-out"),
    ]


urlpatterns = [
    path("ebox/", include((_addresses("production"), "inbox"), namespace="production")),
    path("ebox-acceptance/", include((_addresses("acceptance"), "inbox"), namespace="acceptance")),
]
