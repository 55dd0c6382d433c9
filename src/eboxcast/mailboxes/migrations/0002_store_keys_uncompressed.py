from django.db import migrations

# Recipient keys hardly compress, and trying costs a third of the time of storing (docs/adr).
STATEMENTS = [
    ("alter table audience alter column keys set storage external", "alter table audience alter column keys set storage extended"),
    ("alter table outcome alter column keys set storage external", "alter table outcome alter column keys set storage extended"),
]


class Migration(migrations.Migration):
    dependencies = [("mailboxes", "0001_make_eboxes")]

    operations = [migrations.RunSQL(forwards, backwards) for forwards, backwards in STATEMENTS]
