from django.db import migrations, models

# Nobody who reads or hides meanwhile is kept waiting. Stopped half way it leaves an index that is not valid: taken away first.
INDEX = [
    "drop index concurrently if exists reading_of_mailbox",
    "create index concurrently reading_of_mailbox on reading (bucket, mailbox)",
]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('mailboxes', '0009_note_named_calls'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([statement]) for statement in INDEX],
            state_operations=[
                migrations.AddIndex(
                    model_name='reading',
                    index=models.Index(fields=['bucket', 'mailbox'], name='reading_of_mailbox'),
                ),
            ],
        ),
    ]
