from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailboxes', '0006_compact_audiences'),
    ]

    operations = [
        migrations.CreateModel(
            name='CallRange',
            fields=[
                ('pk', models.CompositePrimaryKey('release', 'first_bucket', blank=True, editable=False, primary_key=True, serialize=False)),
                ('release', models.BigIntegerField()),
                ('first_bucket', models.IntegerField()),
                ('last_bucket', models.IntegerField()),
                ('kind', models.TextField()),
                ('code', models.TextField()),
                ('recipients_count', models.IntegerField()),
            ],
            options={
                'db_table': 'call_range',
            },
        ),
    ]
