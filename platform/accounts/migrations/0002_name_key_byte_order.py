"""The sort key is compared byte by byte on PostgreSQL too, whatever collation the database was made with."""

from django.db import migrations


def byte_order(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE accounts_user ALTER COLUMN name_key TYPE varchar(450) COLLATE "C"')


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(byte_order, migrations.RunPython.noop)]
