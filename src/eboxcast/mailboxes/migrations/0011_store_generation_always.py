from django.db import migrations, models

# Where 0006 was taken before the database knew this: a process of before it stored releases whose table nobody knew.
# Their rows are in the first one.
REPAIR = [
    "alter table release alter column generation set default 0",
    "update release set generation = 0 where generation is null and compacted_at is null and audience_purged_at is null",
]


class Migration(migrations.Migration):

    dependencies = [
        ('mailboxes', '0010_find_readings_by_mailbox'),
    ]

    operations = [
        migrations.RunSQL(REPAIR, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(
                condition=models.Q(('generation__isnull', False), ('compacted_at__isnull', False), ('audience_purged_at__isnull', False), _connector='OR'),
                name='release_has_rows_or_blocks',
            ),
        ),
    ]
