"""The addresses of what belongs to every page."""

from __future__ import annotations

from django.urls import path

from eboxcast.web import views

urlpatterns = [path("language", views.choose_language, name="language")]
