import type { App, ViewSubmitAction } from '@slack/bolt'
import { type ChatRules, chatRulesOf, setChatRules } from '../../../../core/chats/rules.ts'
import { teamById } from '../../../../core/teams.ts'
import type { Desk } from '../../desk.ts'
import { type ChatRulesMeta, chatRulesForm } from '../../views/chats/rules.ts'
import { ids } from '../../views/ids.ts'
import { pressesIn, teamFormsIn } from '../admitted.ts'
import { openForm } from '../show.ts'
import type { Done } from '../showing-problems.ts'
import * as values from '../values.ts'

/** A team's rules for chats, opened from its form. */
export function listenToChatRules(app: App, desk: Desk): void {
  pressesIn(app, desk)(ids.chatRules, async ({ body, value }) => {
    const team = await desk.store.read(q => teamById(q, value))
    await openForm(desk, body, chatRulesForm(team, chatRulesOf(team)))
  })
  teamFormsIn(app, desk)(ids.forms.chatRules, body => save(desk, body))
}

async function save(desk: Desk, { view }: ViewSubmitAction): Promise<Done> {
  const { teamId } = values.metaOf<ChatRulesMeta>(view)
  const rules = rulesIn(view.state.values)
  await desk.store.write(tx => setChatRules(tx, teamId, rules))
  return { keepBelow: true }
}

/** What is no number or no span is given to core as it is, whose words say what it wants. */
function rulesIn(v: values.Values): ChatRules {
  const number = (name: string) => (values.typed(v, name).trim() === '' ? null : Number(values.typed(v, name)))
  return {
    approvalOver: number('approvalOver'),
    newAgentDays: number('newAgentDays') ?? 0,
    outsideHours: values.isChecked(v, 'outsideHours'),
    vetoMinutes: number('vetoMinutes'),
    quietHours: values.typed(v, 'quietHours').trim() ? spanIn(values.typed(v, 'quietHours')) : null,
    capDays: number('capDays') ?? 0,
    perSecond: number('perSecond') ?? 0,
  }
}

/** `9:00 – 17:00` as people type it. */
function spanIn(text: string): { from: string; to: string } {
  const [from = '', to = ''] = text.split(/\s*(?:-|–|—|to)\s*/)
  const clock = (typed: string) => typed.trim().replace(/^\d(?=:)/, '0$&')
  return { from: clock(from), to: clock(to) }
}
