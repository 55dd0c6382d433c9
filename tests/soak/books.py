"""What must be true once a soak is over and nothing happens any more: of each audience, and in both databases."""

from __future__ import annotations

from collections.abc import Iterator

from tests.soak.lives import ENVIRONMENT, TO, WHO, Life, Soak

from eboxcast.database.environments import bucket_prime, environment_connection
from eboxcast.mailboxes import audiences, fence

_NONE = {
    "intents are open": ("control", "select count(*) from intent where done_at is null"),
    "runs are published twice in the audit": (
        "control",
        """select count(*) from
           (select from audit_entry where action = 'run.published' group by run having count(*) > 1) twice""",
    ),
    "rows are left of deleted audiences": (
        ENVIRONMENT,
        """select count(*) from audience a join release r on r.id = a.release
           where r.audience_purged_at is not null and r.compacted_at is null""",
    ),
    "deleted audiences have a name in a compaction": (
        ENVIRONMENT,
        """select count(*) from compacted_release c join release r on r.id = c.release
           where r.audience_purged_at is not null""",
    ),
}
_PUBLISHED = "select count(*) from run where state in ('published', 'recalled')"


def compare(soak: Soak) -> list[str]:
    """Return what is wrong with them."""
    return [*_of_audiences(soak), *_of_tables(soak), *_of_commands(soak)]


def _of_audiences(soak: Soak) -> Iterator[str]:
    for life in soak.live():
        yield from (f"{life.name}: {fault}" for fault in _of_audience(life))


def _of_audience(life: Life) -> Iterator[str]:
    release = fence.get_release(ENVIRONMENT, life.run)
    connection, prime = environment_connection(ENVIRONMENT), bucket_prime(ENVIRONMENT)
    stored = audiences.read_audience(connection, release=release.id, prime=prime)
    if stored.tolist() != life.keys.tolist():
        yield f"has {len(stored)} recipients and not its {len(life.keys)}"
    if audiences.counted(bytes(release.salt), stored)[1] != bytes(release.published_digest):
        yield "has another digest than its certificate"


def _of_tables(soak: Soak) -> Iterator[str]:
    for what, (database, query) in _NONE.items():
        count = soak.machine.ask(database, query)[0][0]
        if count:
            yield f"{count} {what}"
    published = soak.machine.ask("control", _PUBLISHED)[0][0]
    if published != len(soak.lives):
        yield f"{published} runs were published, and {len(soak.lives)} were meant to be"


def _of_commands(soak: Soak) -> Iterator[str]:
    """Once more what an operator would ask, and what was left over may be deleted."""
    for words in (("expire", *TO), ("doctor",), ("--as", "ada", "audit", "verify")):
        ended = soak.machine.run(*(WHO if words[0] != "--as" else ()), *words)
        if ended.returncode:
            yield f"{' '.join(words)} ended with {ended.returncode}: {ended.stdout}{ended.stderr}"
