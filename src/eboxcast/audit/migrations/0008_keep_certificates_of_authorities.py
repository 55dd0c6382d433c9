from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0007_grow_a_tree'),
    ]

    operations = [
        migrations.AddField(
            model_name='signingkey',
            name='issuers',
            field=ArrayField(base_field=models.BinaryField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='signingkey',
            name='token',
            field=models.TextField(blank=True, db_default=''),
        ),
    ]
