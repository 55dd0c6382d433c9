"""The environments by name."""

from __future__ import annotations

import pytest

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.database.errors import EnvironmentUnknown


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize("name", ["acceptance", "production"])
def test_each_environment_is_a_database_of_its_own_role(name: str) -> None:
    with environment_connection(name).cursor() as cursor:
        cursor.execute("select current_database(), current_user")
        assert cursor.fetchone() == (f"eboxcast_{name}", f"eboxcast_{name}")


@pytest.mark.usefixtures("installation")
def test_the_prime_is_the_one_recorded_when_the_environment_was_made() -> None:
    assert bucket_prime("production") == 16_381


def test_an_environment_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(EnvironmentUnknown) as refused:
        environment_connection("staging")
    assert refused.value.data == {"name": "staging"}
