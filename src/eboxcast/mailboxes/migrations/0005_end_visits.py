from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailboxes', '0004_mail_recipients'),
    ]

    operations = [
        migrations.CreateModel(
            name='EndedVisit',
            fields=[
                ('pk', models.CompositePrimaryKey('bucket', 'person', 'visit', blank=True, editable=False, primary_key=True, serialize=False)),
                ('bucket', models.IntegerField()),
                ('person', models.BigIntegerField()),
                ('visit', models.BigIntegerField()),
                ('ended_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ended_visit',
            },
        ),
    ]
