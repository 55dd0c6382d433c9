from django.db import migrations

# The queue's own tables, functions and triggers, as procrastinate 3.10 makes them. A newer procrastinate that changes
# them brings SQL migrations of its own: each becomes a migration here.


def make(apps, schema_editor):
    # Imported only while migrating: every command reads the names of all migrations, few need the queue.
    from procrastinate.schema import SchemaManager

    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SchemaManager.get_schema())


class Migration(migrations.Migration):
    dependencies = [("delivery", "0002_cut_runs_into_batches")]

    operations = [migrations.RunPython(make)]
