"""The addresses of the pages of the people of the procedure."""

from __future__ import annotations

from django.urls import path

from eboxcast.portal import broadcasts, components, entrance, home, sessions

urlpatterns = [
    path("", home.show, name="home"),
    path("sign-in", entrance.sign_in, name="sign-in"),
    path("sign-out", entrance.sign_out, name="sign-out"),
    path("forgotten-password", entrance.forgotten, name="forgotten"),
    path("invitation/<str:text>", entrance.accept, name="invitation"),
    path("sessions", sessions.show, name="sessions"),
    path("components", components.show, name="components"),
    path("broadcasts", broadcasts.show_list, name="broadcasts"),
    path("broadcasts/<str:broadcast>", broadcasts.show, name="broadcast"),
]
