"""Which table lives in which database. Code that names no environment is stopped here."""

from __future__ import annotations

from django.db.models import Model

from eboxcast.database.errors import EnvironmentNotNamed
from eboxcast.database.names import CONTROL, ENVIRONMENTS

_MAILBOXES = "mailboxes"
_MARK = "environmentmark"


class Router:
    """Mailboxes live in the environments only, everything else in the control database only."""

    def db_for_read(self, model: type[Model], **hints: object) -> str:
        """Return the control database, or the environment a row came from; never guess an environment."""
        if not _of_an_environment(model._meta.app_label, model._meta.model_name):
            return CONTROL
        came_from = getattr(hints.get("instance"), "_state", None)
        if came_from is None or came_from.db not in ENVIRONMENTS:
            raise EnvironmentNotNamed(model=model._meta.label)
        return str(came_from.db)

    db_for_write = db_for_read

    def allow_relation(self, one: Model, other: Model, **hints: object) -> bool:
        """Allow a relation inside one database only."""
        return _of_an_environment(one._meta.app_label, one._meta.model_name) == _of_an_environment(
            other._meta.app_label, other._meta.model_name
        )

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: object) -> bool:
        """Keep each table where it belongs; a step without a model goes where its app lives."""
        if app_label == "database" and model_name is None:
            return True
        return (db in ENVIRONMENTS) == _of_an_environment(app_label, model_name)


def _of_an_environment(app_label: str, model_name: str | None) -> bool:
    return app_label == _MAILBOXES or (app_label == "database" and model_name == _MARK)
