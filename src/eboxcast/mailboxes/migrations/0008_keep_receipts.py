from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('mailboxes', '0007_note_calls_by_range'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReceiptTree',
            fields=[
                ('release', models.BigIntegerField(primary_key=True, serialize=False)),
                ('recipients', models.IntegerField()),
                ('buckets', models.IntegerField()),
                ('shelves', models.IntegerField()),
                ('cells', models.IntegerField()),
                ('root', models.BinaryField()),
                ('cells_root', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('secret', models.BinaryField(null=True)),
                ('shelf_hashes', models.BinaryField(null=True)),
            ],
            options={
                'db_table': 'receipt_tree',
                'constraints': [
                    models.CheckConstraint(
                        condition=Q(('secret__isnull', True), ('shelf_hashes__isnull', True))
                        | Q(('secret__isnull', False), ('shelf_hashes__isnull', False)),
                        name='receipt_tree_whole',
                    ),
                ],
            },
        ),
    ]
