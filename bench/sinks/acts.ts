import { ticketCommand } from './commands.ts'

/** What agents do at the desk, each as Slack sends it over Socket Mode: with its id and trigger, and what comes of it. */
export const ACTS = ['command', 'find', 'button', 'submit'] as const
export type Act = (typeof ACTS)[number]

/** Whether a view is to be opened by it. */
export const opensView = (act: Act): boolean => act !== 'submit'

export function envelopeOf(act: Act, n: number, trigger: string, tickets: string[]): object {
  const ticket = tickets[n % tickets.length] as string
  if (act === 'command') return ticketCommand(n, trigger)
  if (act === 'find') return ticketCommand(n, trigger, 'find order status:open assignee:none')
  const payload = act === 'button' ? press(n, trigger, ticket) : submission(n, trigger, ticket)
  return { type: 'interactive', envelope_id: `e-${trigger}`, accepts_response_payload: true, payload }
}

function common(n: number, trigger: string): object {
  return {
    token: 'bench',
    team: { id: 'T0BENCH', domain: 'bench' },
    user: { id: `U0AGENT${n % 50}`, username: `agent${n % 50}`, name: `agent${n % 50}`, team_id: 'T0BENCH' },
    api_app_id: 'A0BENCH',
    is_enterprise_install: false,
    enterprise: null,
    trigger_id: trigger,
  }
}

/** The button Details of a ticket's card. */
function press(n: number, trigger: string, ticket: string): object {
  return {
    type: 'block_actions',
    ...common(n, trigger),
    channel: { id: 'C0BENCH', name: 'support' },
    container: { type: 'message', message_ts: '1700000000.000001', channel_id: 'C0BENCH', is_ephemeral: false },
    message: { ts: '1700000000.000001', text: '', blocks: [] },
    response_url: 'http://127.0.0.1:9/none',
    actions: [
      {
        type: 'button',
        action_id: 'details',
        block_id: 'b',
        value: ticket,
        text: { type: 'plain_text', text: 'Details' },
      },
    ],
  }
}

/** A note, written in its form. */
function submission(n: number, trigger: string, ticket: string): object {
  const text = { type: 'text', text: `A note of mine, number ${n}.` }
  const rich = { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [text] }] }
  return {
    type: 'view_submission',
    ...common(n, trigger),
    response_urls: [],
    view: {
      id: `V-${trigger}`,
      type: 'modal',
      callback_id: 'submit_note',
      title: { type: 'plain_text', text: 'Note' },
      blocks: [{ type: 'input', block_id: 'message' }],
      private_metadata: JSON.stringify({ ticketId: ticket }),
      previous_view_id: null,
      root_view_id: `V-${trigger}`,
      state: { values: { message: { value: { type: 'rich_text_input', rich_text_value: rich } } } },
      hash: '1.a',
    },
  }
}
