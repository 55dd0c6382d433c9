from django.db import migrations, models

# Nobody who opens meanwhile is kept waiting. Stopped half way it leaves an index that is not valid: taken away first.
INDEX = [
    "drop index concurrently if exists release_recalled_until",
    "create index concurrently release_recalled_until on release (expires_at)"
    " where compacted_at is not null and recalled_at is not null",
    "drop index concurrently if exists release_recalled_in_blocks",
]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('mailboxes', '0011_store_generation_always'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([statement]) for statement in INDEX],
            state_operations=[
                migrations.AddIndex(
                    model_name='release',
                    index=models.Index(condition=models.Q(('compacted_at__isnull', False), ('recalled_at__isnull', False)), fields=['expires_at'], name='release_recalled_until'),
                ),
                migrations.RemoveIndex(
                    model_name='release',
                    name='release_recalled_in_blocks',
                ),
            ],
        ),
    ]
