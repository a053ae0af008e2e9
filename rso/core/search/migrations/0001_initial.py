from django.db import migrations, models

# The words are cut before they come here: the databases' own tokenizers get nothing to decide.
MAKE = {
    "sqlite": ["CREATE VIRTUAL TABLE search_entry USING fts5(tokens, tokenize = 'ascii', columnsize = 0)"],
    "postgresql": [
        "CREATE TABLE search_entry (rowid bigint PRIMARY KEY, tokens tsvector NOT NULL)",
        "CREATE INDEX search_entry_tokens ON search_entry USING gin (tokens) WITH (fastupdate = off)",
    ],
}


def make(apps, schema_editor):
    for statement in MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE search_entry")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("rowid", models.BigIntegerField(primary_key=True, serialize=False)),
                ("tokens", models.TextField()),
            ],
            options={"verbose_name": "entry of the search", "db_table": "search_entry", "managed": False},
        ),
        migrations.RunPython(make, drop),
    ]
