from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing changes in the database: which words a state and an action can be is said by the table of a run."""

    dependencies = [
        ('delivery', '0005_find_runs_by_state'),
    ]

    operations = [
        migrations.AlterField(
            model_name='run',
            name='state',
            field=models.TextField(choices=[('preparing', 'Preparing'), ('prepared', 'Prepared'), ('running', 'Running'), ('paused', 'Paused'), ('published', 'Published'), ('stopped', 'Stopped'), ('failed', 'Failed'), ('discarded', 'Discarded'), ('superseded', 'Superseded'), ('recalled', 'Recalled')]),
        ),
        migrations.AlterField(
            model_name='intent',
            name='action',
            field=models.TextField(choices=[('prepare', 'Prepare'), ('launch', 'Launch'), ('stop', 'Stop'), ('resume', 'Resume'), ('discard', 'Discard'), ('recall', 'Recall'), ('pause', 'Pause'), ('close', 'Close'), ('resolve', 'Resolve'), ('pace', 'Pace'), ('retry', 'Retry'), ('finish', 'Finish'), ('fail', 'Fail'), ('supersede', 'Supersede')]),
        ),
    ]
