import django.contrib.postgres.fields
from django.db import migrations, models


# What was recorded before there were notices is old news: nobody is mailed about it.
BEGIN = "insert into notice_bookmark (id, seal) select 1, coalesce(max(number), 0) from audit_seal"


class Migration(migrations.Migration):

    initial = True

    dependencies = [("audit", "0004_cut_the_audit_into_years")]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.TextField()),
                ('media_type', models.TextField()),
                ('content', models.BinaryField()),
            ],
            options={
                'db_table': 'notice_attachment',
            },
        ),
        migrations.CreateModel(
            name='Bookmark',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('seal', models.BigIntegerField(default=0)),
            ],
            options={
                'db_table': 'notice_bookmark',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='notice_bookmark_one_row')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seal', models.BigIntegerField()),
                ('entry', models.TextField()),
                ('kind', models.TextField()),
                ('broadcast', models.UUIDField(null=True)),
                ('recipient', models.TextField()),
                ('address', models.TextField()),
                ('language', models.TextField()),
                ('message_id', models.TextField(unique=True)),
                ('references', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('subject', models.TextField()),
                ('text', models.TextField()),
                ('html', models.TextField()),
                ('calendar', models.TextField(blank=True)),
                ('method', models.TextField(blank=True, choices=[('REQUEST', 'Request'), ('CANCEL', 'Cancel')])),
                ('sequence', models.IntegerField(null=True)),
                ('starts_at', models.DateTimeField(null=True)),
                ('ends_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('state', models.TextField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('failed', 'Failed'), ('given-up', 'Given Up')], default='waiting')),
                ('attempts', models.IntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('leased_until', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('last_problem', models.TextField(blank=True)),
                ('attachments', models.ManyToManyField(db_table='notice_has_attachment', related_name='notices', to='notices.attachment')),
            ],
            options={
                'db_table': 'notice',
                'indexes': [models.Index(condition=models.Q(('state__in', ('waiting', 'failed'))), fields=['next_try_at'], name='notice_due'), models.Index(fields=['broadcast', 'id'], name='notice_by_broadcast')],
                'constraints': [models.UniqueConstraint(fields=('seal', 'kind', 'recipient'), name='notice_once'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(('state', 'sent'), _negated=True), _connector='OR'), name='notice_sent_at'), models.CheckConstraint(condition=models.Q(models.Q(('calendar', ''), ('method', ''), ('sequence__isnull', True)), models.Q(('ends_at__isnull', False), ('sequence__isnull', False), ('starts_at__isnull', False)), _connector='OR'), name='notice_invitation_is_whole')],
            },
        ),
        migrations.RunSQL(BEGIN, migrations.RunSQL.noop),
    ]
