"""The pages as a WSGI application, for the server that `eboxcast serve` starts, or any other."""

from __future__ import annotations

import logging
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eboxcast.config.settings")
_django = get_wsgi_application()

from django.conf import settings  # noqa: E402 - Django is set up first

from eboxcast.delivery.remote.logs import take_over_libraries  # noqa: E402 - it reads the settings
from eboxcast.web.loading import load_pages  # noqa: E402 - with it
from eboxcast.web.proxies import Proxies  # noqa: E402 - with it

application = Proxies(_django, trusted=settings.EBOXCAST_PROXIES, path=settings.FORCE_SCRIPT_NAME or "")
take_over_libraries()
load_pages()
# What Django logs holds the address asked for, where anything can stand; what fails we log ourselves (web/errors.py).
logging.getLogger("django").handlers = [logging.NullHandler()]
logging.getLogger("django").propagate = False
