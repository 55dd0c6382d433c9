import django.contrib.postgres.fields
from django.db import migrations, models

# Calls under way had a row for each bucket; who worked on them finds nothing to take back, as after a lease that ended.
UNDER_WAY = """
with taken as (
    delete from outcome where kind = 'in_flight' returning bucket, release, code, keys
)
insert into named_call (release, first_bucket, last_bucket, code, kind, keys)
select release, min(bucket), max(bucket), code, 'in_flight', array_agg(k.key order by k.key)
from taken cross join lateral unnest(keys) as k (key)
group by release, code
"""
STORAGE = "alter table named_call alter column keys set storage external"


class Migration(migrations.Migration):

    dependencies = [
        ('mailboxes', '0008_keep_receipts'),
    ]

    operations = [
        migrations.CreateModel(
            name='NamedCall',
            fields=[
                ('pk', models.CompositePrimaryKey('release', 'first_bucket', 'code', blank=True, editable=False, primary_key=True, serialize=False)),
                ('release', models.BigIntegerField()),
                ('first_bucket', models.IntegerField()),
                ('last_bucket', models.IntegerField()),
                ('code', models.TextField()),
                ('kind', models.TextField()),
                ('keys', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('provider_ids', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None)),
            ],
            options={
                'db_table': 'named_call',
            },
        ),
        migrations.RunSQL([STORAGE, UNDER_WAY], migrations.RunSQL.noop),
    ]
