from django.db import migrations

INDEXES = {
    "audit_entry_by_actor": "(by, id)",
    "audit_entry_by_action": "(action, id)",
    "audit_entry_by_subject": "(split_part(action, '.', 1), id)",
}

PARTS_WITHOUT = """
select part.oid::regclass::text from pg_inherits i join pg_class part on part.oid = i.inhrelid
where i.inhparent = 'audit_entry'::regclass and not exists (
    select from pg_inherits below join pg_index x on x.indexrelid = below.inhrelid
    where below.inhparent = %s::regclass and x.indrelid = part.oid
)
"""


def add_indexes(apps, schema_editor):
    """Add them year by year, while entries are added; a table in parts cannot have one built so as a whole."""
    with schema_editor.connection.cursor() as cursor:
        for name, columns in INDEXES.items():
            cursor.execute(f"create index if not exists {name} on only audit_entry {columns}")
            cursor.execute(PARTS_WITHOUT, [name])
            for (part,) in cursor.fetchall():
                index = f"{part}{name.removeprefix('audit_entry')}"
                cursor.execute(f"drop index concurrently if exists {index}")
                cursor.execute(f"create index concurrently {index} on {part} {columns}")
                cursor.execute(f"alter index {name} attach partition {index}")


def remove_indexes(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name in INDEXES:
            cursor.execute(f"drop index if exists {name}")


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('audit', '0005_keep_signing_keys'),
    ]

    operations = [
        migrations.RunPython(add_indexes, remove_indexes),
    ]
