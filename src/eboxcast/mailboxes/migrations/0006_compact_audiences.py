from django.db import connections, migrations, models

# The table there is becomes the first of four; its rows are looked at once, none is written again. They are looked at
# before, over a connection of its own: whoever reads or stores meanwhile does not wait. Stopped half way it begins anew.
CHECKED = [
    "set statement_timeout = 0",
    "alter table audience add column if not exists generation smallint not null default 0",
    "alter table audience drop constraint if exists audience_first",
    "alter table audience add constraint audience_first check (generation = 0) not valid",
    "alter table audience validate constraint audience_first",
]


def check_rows(apps, schema_editor):
    schema_editor.execute("set local idle_in_transaction_session_timeout = 0")
    beside = connections.create_connection(schema_editor.connection.alias)
    try:
        with beside.cursor() as cursor:
            for statement in CHECKED:
                cursor.execute(statement)
    finally:
        beside.close()


AUDIENCE = [
    "alter table audience rename to audience_0",
    """
    create table audience (bucket integer not null, release bigint not null, keys bigint[] not null,
                           generation smallint not null default 0) partition by list (generation)
    """,
    "alter table audience alter column keys set storage external",
    "alter table audience attach partition audience_0 for values in (0)",
    "alter table audience_0 drop constraint audience_first",
    *(
        f"create table audience_{generation} partition of audience (primary key (bucket, release)) for values in ({generation})"
        for generation in range(1, 4)
    ),
]
BLOCK = [
    """
    create table block (generation smallint not null, bucket integer not null, compaction integer not null,
                        first bigint not null, content bytea not null) partition by list (generation)
    """,
    "alter table block alter column content set storage external",
    *(
        f"create table block_{generation} partition of block (primary key (bucket, compaction, first)) for values in ({generation})"
        for generation in range(6)
    ),
]


class Migration(migrations.Migration):

    dependencies = [
        ('mailboxes', '0005_end_visits'),
    ]

    operations = [
        migrations.RunPython(check_rows),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(AUDIENCE)],
            state_operations=[
                migrations.AddField(
                    model_name='audience',
                    name='generation',
                    field=models.SmallIntegerField(default=0),
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(BLOCK)],
            state_operations=[
                migrations.CreateModel(
                    name='Block',
                    fields=[
                        ('pk', models.CompositePrimaryKey('bucket', 'compaction', 'first', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('bucket', models.IntegerField()),
                        ('compaction', models.IntegerField()),
                        ('first', models.BigIntegerField()),
                        ('content', models.BinaryField()),
                        ('generation', models.SmallIntegerField()),
                    ],
                    options={
                        'db_table': 'block',
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name='AudienceTurn',
            fields=[
                ('id', models.SmallIntegerField(primary_key=True, serialize=False)),
                ('generation', models.SmallIntegerField()),
            ],
            options={
                'db_table': 'audience_turn',
            },
        ),
        migrations.CreateModel(
            name='Compaction',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('mark', models.UUIDField(unique=True)),
                ('generation', models.SmallIntegerField()),
                ('pairs', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'compaction',
            },
        ),
        migrations.CreateModel(
            name='CompactedRelease',
            fields=[
                ('pk', models.CompositePrimaryKey('compaction', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('compaction', models.IntegerField()),
                ('number', models.IntegerField()),
                ('release', models.BigIntegerField(db_index=True)),
                ('recipients', models.IntegerField()),
            ],
            options={
                'db_table': 'compacted_release',
            },
        ),
        migrations.AddField(
            model_name='release',
            name='generation',
            field=models.SmallIntegerField(db_default=0, default=0, null=True),
        ),
        migrations.AddField(
            model_name='release',
            name='compacted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(condition=models.Q(('audience_purged_at__isnull', True), ('compacted_at__isnull', True), ('visible_at__isnull', False)), fields=['id'], name='release_in_rows'),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(condition=models.Q(('audience_purged_at__isnull', True), ('compacted_at__isnull', False), ('recalled_at__isnull', False)), fields=['id'], name='release_recalled_in_blocks'),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(condition=models.Q(('generation__isnull', False)), fields=['generation'], name='release_generation'),
        ),
    ]
