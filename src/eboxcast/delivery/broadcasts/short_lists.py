"""The order of a short list: people find a recipient by the place in the list they delivered.

The keys are stored ascending, in the environment alone. What is kept beside the delivery is only which of them stands
at which place: numbers from 0, that name nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from eboxcast.broadcasts.models import FileDelivery
from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import sanitized_db_errors
from eboxcast.delivery.errors import FileChanged
from eboxcast.lib.buckets import Keys
from eboxcast.mailboxes.audiences import newest_numbers, read_audience, read_outcome
from eboxcast.mailboxes.fence import find_release
from eboxcast.mailboxes.models import OutcomeKind
from eboxcast.package.combining import read_lists
from eboxcast.package.model import Limits, Package

PLACES = "places"


def places_of(package: Package, environment: str) -> list[int]:
    """Return for each place in the lists, in their order, which of the ascending keys stands there.

    Whoever is named again has the first place. Raises FileChanged.
    """
    keys = _in_order(package)
    with sanitized_db_errors():
        newest, _ = newest_numbers(environment_connection(environment), keys, prime=bucket_prime(environment))
    ascending, first = np.unique(newest, return_index=True)
    return [int(place) for place in np.searchsorted(ascending, newest[np.sort(first)])]


def keys_in_order(environment: str, run: UUID) -> Sequence[int]:
    """Return the recipient keys of an acceptance run in the order of the list; none once they are deleted."""
    with sanitized_db_errors():
        given = FileDelivery.objects.filter(run=run, accepted=True).last()
        release = find_release(environment, run)
        if given is None or release is None:
            return ()
        places = [place for file in given.files for place in file.get(PLACES, ())]
        connection, prime = environment_connection(environment), bucket_prime(environment)
        seen = read_audience(connection, release=release.id, prime=prime)
        refused = read_outcome(connection, release=release.id, prime=prime, kind=OutcomeKind.REFUSED_BY_POLICY)
    keys = np.union1d(seen, refused)
    return [int(keys[place]) for place in places] if len(keys) == len(places) else ()


def _in_order(package: Package) -> Keys:
    combined, readings = read_lists(
        package.files.lists, ebox_type=package.metadata.ebox_type, limits=Limits(), policies=package.policies
    )
    for account, now in zip(package.lists, combined.accounts, strict=True):
        if account.digest != now.digest:
            raise FileChanged(file=account.file_name)
    return np.concatenate([reading.keys for reading in readings])
