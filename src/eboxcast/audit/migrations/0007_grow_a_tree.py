from django.db import migrations, models

FORBID = """
create trigger audit_node_no_change before update or delete on audit_node
    for each row execute function audit_is_append_only();
create trigger audit_node_no_truncate before truncate on audit_node
    for each statement execute function audit_is_append_only();
create trigger audit_tree_head_no_change before update or delete on audit_tree_head
    for each row execute function audit_is_append_only();
create trigger audit_tree_head_no_truncate before truncate on audit_tree_head
    for each statement execute function audit_is_append_only();
"""
ALLOW = """
drop trigger audit_node_no_change on audit_node;
drop trigger audit_node_no_truncate on audit_node;
drop trigger audit_tree_head_no_change on audit_tree_head;
drop trigger audit_tree_head_no_truncate on audit_tree_head;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0006_find_entries_by_person_and_action'),
    ]

    operations = [
        migrations.CreateModel(
            name='Node',
            fields=[
                ('pk', models.CompositePrimaryKey('level', 'place', blank=True, editable=False, primary_key=True, serialize=False)),
                ('level', models.SmallIntegerField()),
                ('place', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'db_table': 'audit_node',
            },
        ),
        migrations.CreateModel(
            name='TreeHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('fingerprint', models.TextField()),
                ('signed', models.TextField()),
            ],
            options={
                'db_table': 'audit_tree_head',
                'constraints': [models.UniqueConstraint(fields=('size', 'fingerprint'), name='audit_tree_head_once')],
            },
        ),
        migrations.RunSQL(FORBID, ALLOW),
    ]
