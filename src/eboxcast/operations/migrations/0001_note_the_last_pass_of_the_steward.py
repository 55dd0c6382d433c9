from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='StewardPass',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('ended_at', models.DateTimeField()),
                ('trouble_count', models.IntegerField()),
                ('did_at', models.DateTimeField(null=True)),
                ('steps_count', models.IntegerField(default=0)),
                ('files_count', models.IntegerField(default=0)),
                ('emails_count', models.IntegerField(default=0)),
                ('alarms_count', models.IntegerField(default=0)),
            ],
            options={
                'db_table': 'steward_pass',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='steward_pass_one_row')],
            },
        ),
    ]
