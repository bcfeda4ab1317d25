import { type Kysely, sql } from 'kysely'

/** What a team wants to know of its tickets: fields, the forms that ask for them, descriptions, due dates, and tags. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const s = db.schema

  await s
    .createTable('fields')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('owner', 'text', c => c.notNull())
    .addColumn('team_id', 'text', c => c.references('teams.id'))
    .addColumn('key', 'text', c => c.notNull())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('hint', 'text', c => c.notNull())
    .addColumn('options', 'text', c => c.notNull())
    .addColumn('initial', 'text', c => c.notNull())
    .addColumn('visible', 'integer', c => c.notNull())
    .addColumn('position', 'integer', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('archived_at', 'bigint')
    .execute()
  await sql`create unique index fields_key on fields (owner, coalesce(team_id, ''), key)`.execute(db)

  await s
    .alterTable('forms')
    .addColumn('position', 'integer', c => c.notNull().defaultTo(0))
    .execute()
  await s.alterTable('forms').addColumn('archived_at', 'bigint').execute()
  await sql`create index forms_team on forms (team_id, position)`.execute(db)

  await s
    .createTable('form_fields')
    .addColumn('form_id', 'text', c => c.notNull().references('forms.id'))
    .addColumn('field_id', 'text', c => c.notNull().references('fields.id'))
    .addColumn('position', 'integer', c => c.notNull())
    .addColumn('required', 'text')
    .addPrimaryKeyConstraint('form_fields_pk', ['form_id', 'field_id'])
    .execute()

  await s
    .createTable('field_values')
    .addColumn('ticket_id', 'text', c => c.notNull().references('tickets.id'))
    .addColumn('field_id', 'text', c => c.notNull().references('fields.id'))
    .addColumn('position', 'integer', c => c.notNull())
    .addColumn('value', 'text', c => c.notNull())
    .addColumn('key', 'text', c => c.notNull())
    .addColumn('number', 'double precision')
    .addPrimaryKeyConstraint('field_values_pk', ['ticket_id', 'field_id', 'position'])
    .execute()
  await sql`create index field_values_key on field_values (field_id, key, ticket_id)`.execute(db)
  await sql`create index field_values_number on field_values (field_id, number, ticket_id) where number is not null`.execute(
    db,
  )

  await s.alterTable('accounts').addColumn('fields', 'text').execute()
  await s.alterTable('tickets').addColumn('description', 'text').execute()
  await s.alterTable('tickets').addColumn('due_at', 'bigint').execute()
  await sql`create index tickets_due on tickets (due_at) where due_at is not null and closed_at is null`.execute(db)

  await s
    .createTable('tag_groups')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('key', 'text', c => c.notNull().unique())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()

  await s
    .createTable('tags')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('key', 'text', c => c.notNull().unique())
    .addColumn('group_id', 'text', c => c.references('tag_groups.id'))
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index tags_group on tags (group_id)`.execute(db)

  await s
    .createTable('ticket_tags')
    .addColumn('ticket_id', 'text', c => c.notNull().references('tickets.id'))
    .addColumn('tag_id', 'text', c => c.notNull().references('tags.id'))
    .addPrimaryKeyConstraint('ticket_tags_pk', ['ticket_id', 'tag_id'])
    .execute()
  await sql`create index ticket_tags_tag on ticket_tags (tag_id, ticket_id)`.execute(db)
}
