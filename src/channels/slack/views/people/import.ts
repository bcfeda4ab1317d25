import type { KnownBlock, ModalView } from '@slack/types'
import type { BadRow, Imported } from '../../../../core/people/import.ts'
import { actions, button, context, cut, field, modal, mrkdwn, notice, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'

const TITLE = 'Import customers'

/** Asks for a list of customers. */
export function importForm(): ModalView {
  return modal({
    id: ids.forms.importPeople,
    title: TITLE,
    submit: 'Look at it',
    blocks: [
      mrkdwn(
        'A CSV whose first line names the columns. One is `email` or `address`; `name`, `company`, `tags` and `zone` are known, every other is a field of the customer. Nothing is changed before you have seen what would be.',
      ),
      field('file', 'List', { type: 'file_input', filetypes: ['csv'], max_files: 1 }),
    ],
  })
}

export function importingView(words: string): ModalView {
  return notice(TITLE, words)
}

const MOST_SHOWN = 20

/** What would become of the list; `bad` are the first rows that are left out. */
export function triedView(found: Imported, bad: BadRow[], fileId: string): ModalView {
  const changes = found.added + found.known > 0
  return notice(TITLE, [
    ...counts(found, 'new', 'known already: what the list says is added'),
    ...bad.slice(0, MOST_SHOWN).map(badLine),
    ...(found.bad > MOST_SHOWN ? [context(`These are the first ${MOST_SHOWN}.`)] : []),
    actions(
      changes && button('Import', ids.importNow, fileId, { style: 'primary' }),
      found.bad > 0 && button('Rows left out, as CSV', ids.badRowsCsv, fileId),
    ),
  ])
}

export function importedView(done: Imported): ModalView {
  return notice(TITLE, [words('✅ The list is in.'), ...counts(done, 'added', 'were known')])
}

function counts({ rows, added, known, bad }: Imported, isNew: string, isKnown: string): KnownBlock[] {
  const again = rows - added - known - bad
  const lines = [`*${rows}* rows`, `*${added}* ${isNew}`, `*${known}* ${isKnown}`, `*${bad}* left out`]
  if (again > 0) lines.push(`*${again}* with an address that stands in the list already`)
  return [mrkdwn(lines.join('\n'))]
}

function badLine({ line, address, reason }: BadRow): KnownBlock {
  return context(plain(`Row ${line}: ${cut(oneLine(address), 200)} · ${cut(oneLine(reason), 500)}`))
}
