import type { AgentRow, SenderRow, TeamRow } from '../../../../src/db/schema.ts'
import { hostile, long } from './what-slack-refuses.ts'

export const ann: AgentRow = {
  id: 'a1',
  handle: 'U0ANN',
  name: 'Ann',
  email: 'ann@overture.test',
  alias: long.slice(0, 80),
  signature: 'Ann\nSupport',
  created_at: 0,
  availability: 'online',
  available_at: null,
  capacity: null,
  zone: null,
  hours: null,
  assigned_at: null,
  presence: null,
  presence_at: null,
  presence_due_at: null,
  role: null,
  deactivated_at: null,
}

export function teamRow(changes: Partial<TeamRow> = {}): TeamRow {
  return {
    id: 't1',
    name: hostile,
    prefix: 'SUP',
    place: 'C0SUPPORT',
    reply_mode: 'ask',
    hold_ms: 10_000,
    signature: '',
    next_number: 1,
    place_problem: null,
    sender_id: null,
    hours: null,
    auto_close: null,
    digest: null,
    digest_at: null,
    reopen_days: 14,
    chat_rules: null,
    routing: null,
    reactions: null,
    shared_at: null,
    shared_agreed_at: null,
    shared_agreed_by: null,
    created_at: 0,
    archived_at: null,
    ...changes,
  }
}

export function senderRow(changes: Partial<SenderRow> = {}): SenderRow {
  return {
    id: 's1',
    team_id: 't1',
    address: 'support@overture.test',
    name: 'Support',
    smtp_url: null,
    dkim_selector: 'ov',
    dkim_key: null,
    postal_footer: null,
    created_at: 0,
    broken_at: null,
    broken_reason: null,
    removed_at: null,
    ...changes,
  }
}
