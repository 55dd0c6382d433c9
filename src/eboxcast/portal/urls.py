"""The addresses of the pages of the people of the procedure."""

from __future__ import annotations

from django.urls import path

from eboxcast.portal import (
    acceptance_tests,
    account,
    ask,
    broadcasts,
    components,
    entrance,
    files,
    home,
    launching,
    message_types,
    people,
    run,
)

urlpatterns = [
    path("", home.show, name="home"),
    path("sign-in", entrance.sign_in, name="sign-in"),
    path("sign-out", entrance.sign_out, name="sign-out"),
    path("forgotten-password", entrance.forgotten, name="forgotten"),
    path("invitation/<str:text>", entrance.accept, name="invitation"),
    path("components", components.show, name="components"),
    path("ask", ask.show, name="ask"),
    path("account", account.show, name="account"),
    path("account/password", account.set_password, name="account-password"),
    path("account/sessions", account.end, name="account-sessions"),
    path("broadcasts", broadcasts.show_list, name="broadcasts"),
    path("broadcasts/<str:broadcast>", broadcasts.show, name="broadcast"),
    path("broadcasts/<str:broadcast>/test", acceptance_tests.show, name="test"),
    path("broadcasts/<str:broadcast>/test/run", acceptance_tests.run, name="test-run"),
    path("broadcasts/<str:broadcast>/test/<int:place>", acceptance_tests.show_ebox, name="test-ebox"),
    path("broadcasts/<str:broadcast>/test/<int:place>/document", acceptance_tests.show_document, name="test-document"),
    path("broadcasts/<str:broadcast>/approve", acceptance_tests.approve, name="approve"),
    path("broadcasts/<str:broadcast>/reject", acceptance_tests.reject, name="reject"),
    path("broadcasts/<str:broadcast>/testers", acceptance_tests.name_testers, name="testers"),
    path("broadcasts/<str:broadcast>/files", files.show, name="files"),
    path("broadcasts/<str:broadcast>/files/withdraw", files.withdraw, name="withdraw-files"),
    path("broadcasts/<str:broadcast>/files/<str:handle>", files.show_answer, name="files-answer"),
    path("broadcasts/<str:broadcast>/files/<str:handle>/rejected-rows", files.fetch_rejected, name="rejected-rows"),
    path("people", people.show_list, name="people"),
    path("people/add", people.add, name="add-person"),
    path("people/load", people.load, name="load-people"),
    path("person/<str:name>", people.show, name="person"),
    path("person/<str:name>/change", people.change, name="change-person"),
    path("person/<str:name>/deactivate", people.deactivate, name="deactivate-person"),
    path("person/<str:name>/reactivate", people.reactivate, name="reactivate-person"),
    path("person/<str:name>/invite", people.invite, name="invite-person"),
    path("person/<str:name>/token", people.make_token, name="make-token"),
    path("person/<str:name>/tokens/<int:number>", people.revoke_token, name="revoke-token"),
    path("message-types", message_types.show_list, name="message-types"),
    path("message-types/new", message_types.ask, name="new-type"),
    path("message-types/<int:number>/again", message_types.ask, name="request-type"),
    path("message-types/<int:number>/validate", message_types.decide, {"step": "validate"}, name="validate-type"),
    path("message-types/<int:number>/accept", message_types.decide, {"step": "accept"}, name="accept-type"),
    path("message-types/<int:number>/refuse", message_types.decide, {"step": "refuse"}, name="refuse-type"),
    path("message-types/<int:number>/withdraw", message_types.decide, {"step": "withdraw"}, name="withdraw-type"),
    path("message-types/configure/<str:environment>/<path:type>", message_types.configure, name="configure-type"),
    path("message-types/<int:number>", message_types.show, name="message-type"),
    path("message-types/<path:code>", message_types.show, name="message-type"),
    path("broadcasts/<str:broadcast>/run", run.show, name="run"),
    *(
        path(f"broadcasts/<str:broadcast>/{verb}", launching.take, {"verb": verb}, name=verb)
        for verb in launching.STEPS
    ),
    path("runs/<str:run>", run.show_alone, name="one-run"),
    *(path(f"runs/<str:run>/{verb}", run.decide, {"verb": verb}, name=f"run-{verb}") for verb in run.DECISIONS),
]
