from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0006_name_what_runs_can_be'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='target',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
    ]
