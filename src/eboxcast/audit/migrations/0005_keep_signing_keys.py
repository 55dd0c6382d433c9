from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_cut_the_audit_into_years'),
    ]

    operations = [
        migrations.CreateModel(
            name='SigningKey',
            fields=[
                ('number', models.AutoField(primary_key=True, serialize=False)),
                ('fingerprint', models.TextField(unique=True)),
                ('certificate', models.BinaryField()),
                ('private_key', models.BinaryField()),
                ('name', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.TextField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by', models.TextField(blank=True)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'db_table': 'signing_key',
                'constraints': [
                    models.CheckConstraint(
                        condition=Q(('revoked_at__isnull', True)) | ~Q(('reason', '')),
                        name='signing_key_revoked_for_a_reason',
                    ),
                ],
            },
        ),
    ]
