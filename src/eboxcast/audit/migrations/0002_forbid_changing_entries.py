from django.db import migrations

FORBID = """
create function audit_entry_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'audit entries are never changed or removed' using errcode = 'integrity_constraint_violation';
end
$$;
create trigger audit_entry_no_change before update or delete on audit_entry
    for each row execute function audit_entry_is_append_only();
create trigger audit_entry_no_truncate before truncate on audit_entry
    for each statement execute function audit_entry_is_append_only();
"""
ALLOW = """
drop trigger audit_entry_no_truncate on audit_entry;
drop trigger audit_entry_no_change on audit_entry;
drop function audit_entry_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_keep_audit_entries")]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
