from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0004_count_what_sftp_servers_do'),
    ]

    operations = [
        migrations.CreateModel(
            name='Signer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('institution', models.TextField()),
                ('label', models.TextField()),
                ('name', models.TextField()),
                ('fingerprint', models.TextField()),
                ('added_at', models.DateTimeField()),
                ('added_by', models.TextField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.TextField(blank=True)),
            ],
            options={
                'db_table': 'exchange_signer',
                'constraints': [
                    models.UniqueConstraint(
                        condition=Q(ended_at=None), fields=('fingerprint',), name='exchange_signer_of_one'
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at=None, ended_by='') | (Q(ended_at__isnull=False) & ~Q(ended_by='')),
                        name='exchange_signer_ended_by_somebody',
                    ),
                ],
            },
        ),
    ]
