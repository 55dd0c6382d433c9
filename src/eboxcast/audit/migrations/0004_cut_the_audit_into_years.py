from django.db import migrations, models
from django.db.models.functions import Now

# Old code goes on adding entries meanwhile and afterwards: the columns it does not know have defaults.
TABLES = """
alter table audit_entry rename to audit_entry_before;
alter index audit_entry_by_run rename to audit_entry_before_by_run;
alter index audit_entry_by_broadcast rename to audit_entry_before_by_broadcast;

create sequence audit_entry_number as bigint;
create table audit_entry (
    id bigint not null default nextval('audit_entry_number'),
    segment smallint not null default extract(year from now() at time zone 'Europe/Brussels'),
    at timestamptz not null,
    written_at timestamptz not null default now(),
    by text not null,
    action text not null,
    environment text not null,
    run uuid,
    broadcast uuid,
    data jsonb not null,
    primary key (id, segment),
    constraint audit_entry_in_its_year check (segment = extract(year from at at time zone 'Europe/Brussels'))
) partition by list (segment);
alter sequence audit_entry_number owned by audit_entry.id;
create index audit_entry_by_run on audit_entry (run, id);
create index audit_entry_by_broadcast on audit_entry (broadcast, id);
create index audit_entry_by_writing on audit_entry (written_at);
create index audit_entry_by_person on audit_entry ((data ->> 'person')) where (data ->> 'person') is not null;

create table audit_seal (
    number bigint not null check (number > 0),
    segment smallint not null,
    entry bigint not null,
    entry_segment smallint not null,
    sealed_at timestamptz not null,
    content bytea not null check (length(content) = 32),
    previous bytea not null check (length(previous) = 32),
    digest bytea not null check (length(digest) = 32),
    primary key (number, segment),
    constraint audit_seal_not_before_its_entry check (segment >= entry_segment)
) partition by list (segment);
create index audit_seal_by_entry on audit_seal (entry, entry_segment);

create sequence audit_anchor_number as bigint;
create table audit_anchor (
    id bigint not null default nextval('audit_anchor_number'),
    segment smallint not null,
    made_at timestamptz not null,
    number bigint not null,
    digest bytea not null check (length(digest) = 32),
    kind text not null check (kind in ('certificate', 'mail', 'command', 'dropped')),
    given_to text not null,
    dropped smallint,
    primary key (id, segment),
    constraint audit_anchor_of_a_segment check ((kind = 'dropped') = (dropped is not null))
) partition by list (segment);
alter sequence audit_anchor_number owned by audit_anchor.id;
create index audit_anchor_by_number on audit_anchor (number);

create table audit_key (
    segment smallint not null primary key,
    key bytea not null check (length(key) = 32)
) partition by list (segment);
"""

# The second wall, for a role that has rights it should not have: the first is that the role that works has none.
TRIGGERS = """
drop trigger audit_entry_no_truncate on audit_entry_before;
drop trigger audit_entry_no_change on audit_entry_before;
drop function audit_entry_is_append_only();

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the audit is never changed or removed' using errcode = 'integrity_constraint_violation';
end
$$;
create trigger audit_entry_no_change before update or delete on audit_entry
    for each row execute function audit_is_append_only();
create trigger audit_seal_no_change before update or delete on audit_seal
    for each row execute function audit_is_append_only();
create trigger audit_anchor_no_change before update or delete on audit_anchor
    for each row execute function audit_is_append_only();
create trigger audit_key_no_change before update or delete on audit_key
    for each row execute function audit_is_append_only();
create trigger audit_entry_no_truncate before truncate on audit_entry
    for each statement execute function audit_is_append_only();
create trigger audit_seal_no_truncate before truncate on audit_seal
    for each statement execute function audit_is_append_only();
create trigger audit_anchor_no_truncate before truncate on audit_anchor
    for each statement execute function audit_is_append_only();
create trigger audit_key_no_truncate before truncate on audit_key
    for each statement execute function audit_is_append_only();
"""

# Made apart and then attached, not as "partition of": that would wait for every transaction that has added an entry,
# and hold up all others meanwhile. A new year has no rows, so there is nothing to search through.
OPEN_SEGMENT = """
create function audit_open_segment(year integer) returns void language plpgsql security definer as $$
declare
    parent text;
    part text;
begin
    if to_regclass('audit_key_' || year) is not null then
        return;
    end if;
    if year not between 2000 and 2999 then
        raise exception 'no year of an audit: %', year using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(7233160361);
    foreach parent in array array['audit_entry', 'audit_seal', 'audit_anchor', 'audit_key'] loop
        part := parent || '_' || year;
        continue when to_regclass(part) is not null;
        execute format('create table %I (like %I including all)', part, parent);
        execute format('alter table %I attach partition %I for values in (%s)', parent, part, year);
        execute format(
            'create trigger %I before truncate on %I for each statement execute function audit_is_append_only()',
            part || '_no_truncate', part
        );
    end loop;
end
$$;
do $$
begin
    execute format('alter function audit_open_segment(integer) set search_path = %I, pg_temp', current_schema());
end
$$;
revoke execute on function audit_open_segment(integer) from public;
"""

MOVE = """
select audit_open_segment(year::integer) from (
    select extract(year from at at time zone 'Europe/Brussels') as year from audit_entry_before
    union select extract(year from now() at time zone 'Europe/Brussels')
    union select extract(year from now() at time zone 'Europe/Brussels') + 1
) as years;
insert into audit_entry (id, segment, at, written_at, by, action, environment, run, broadcast, data)
    select id, extract(year from at at time zone 'Europe/Brussels'), at, at, by, action, environment, run, broadcast, data
    from audit_entry_before order by id;
select setval('audit_entry_number', coalesce(max(id), 0) + 1, false) from audit_entry;
drop table audit_entry_before;
"""


class Migration(migrations.Migration):
    """There is no way back: seals and anchors would be lost."""

    dependencies = [("audit", "0003_name_the_broadcast")]

    operations = [
        migrations.RunSQL(
            [TABLES, TRIGGERS, OPEN_SEGMENT, MOVE],
            state_operations=[
                migrations.AddField("entry", "segment", models.SmallIntegerField(default=0), preserve_default=False),
                migrations.AddField("entry", "written_at", models.DateTimeField(db_default=Now())),
                migrations.CreateModel(
                    "Seal",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("segment", models.SmallIntegerField()),
                        ("entry", models.BigIntegerField()),
                        ("entry_segment", models.SmallIntegerField()),
                        ("sealed_at", models.DateTimeField()),
                        ("content", models.BinaryField()),
                        ("previous", models.BinaryField()),
                        ("digest", models.BinaryField()),
                    ],
                    options={"db_table": "audit_seal"},
                ),
                migrations.CreateModel(
                    "Anchor",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("segment", models.SmallIntegerField()),
                        ("made_at", models.DateTimeField()),
                        ("number", models.BigIntegerField()),
                        ("digest", models.BinaryField()),
                        ("kind", models.TextField()),
                        ("given_to", models.TextField(blank=True)),
                        ("dropped", models.SmallIntegerField(null=True)),
                    ],
                    options={"db_table": "audit_anchor"},
                ),
                migrations.CreateModel(
                    "PseudonymKey",
                    fields=[
                        ("segment", models.SmallIntegerField(primary_key=True, serialize=False)),
                        ("key", models.BinaryField()),
                    ],
                    options={"db_table": "audit_key"},
                ),
            ],
        )
    ]
