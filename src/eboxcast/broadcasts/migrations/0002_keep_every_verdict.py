from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('broadcasts', '0001_make_broadcasts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='verdict',
            index=models.Index(fields=['run', 'recipient', 'check_name'], name='verdict_by_check'),
        ),
        migrations.RemoveConstraint(
            model_name='verdict',
            name='verdict_once',
        ),
    ]
