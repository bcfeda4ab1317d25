import type { App } from '@slack/bolt'
import type { PlainTextElement, PlainTextOption } from '@slack/types'
import type { AgentRow } from '../../../db/schema.ts'
import type { Desk } from '../desk.ts'
import { admit } from './show.ts'
import { metaOf } from './values.ts'

/** What a search as somebody types offers: options, or groups of them. */
export type Offers =
  | { options: PlainTextOption[] }
  | { option_groups: { label: PlainTextElement; options: PlainTextOption[] }[] }

/** What somebody types in a select, and what the form that has it remembers. */
export interface Searched {
  agent: AgentRow
  typed: string
  actionId: string
  meta: Record<string, unknown>
}

/** Answers the searches of a select. One that fails, or that nobody may ask, offers nothing. */
export function onSearch(
  app: App,
  desk: Desk,
  id: string | RegExp,
  search: (searched: Searched) => Promise<Offers>,
): void {
  app.options(id, async ({ ack, options, body }) => {
    const offers = await admit(desk, body.user.id)
      .then(agent =>
        search({
          agent,
          typed: options.value,
          actionId: options.action_id,
          meta: 'view' in body && body.view ? metaOf(body.view) : {},
        }),
      )
      .catch((err): Offers => {
        desk.log.error({ err }, 'A search found nothing, since it failed.')
        return { options: [] }
      })
    await ack(offers)
  })
}
