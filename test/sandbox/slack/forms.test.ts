import type { App } from '@slack/bolt'
import { afterEach, describe, expect, test } from 'vitest'
import { boltBehind, boltOn, closeAll, slackFor } from './support.ts'

afterEach(closeAll)

const form = {
  type: 'modal',
  callback_id: 'new_ticket',
  title: { type: 'plain_text', text: 'New ticket' },
  submit: { type: 'plain_text', text: 'Send' },
  blocks: [
    {
      type: 'input',
      block_id: 'subject',
      label: { type: 'plain_text', text: 'Subject' },
      element: { type: 'plain_text_input', action_id: 'subject' },
    },
    {
      type: 'input',
      block_id: 'message',
      label: { type: 'plain_text', text: 'Message' },
      element: { type: 'rich_text_input', action_id: 'message' },
    },
    {
      type: 'input',
      block_id: 'customer',
      optional: true,
      label: { type: 'plain_text', text: 'Customer' },
      element: { type: 'external_select', action_id: 'customer', min_query_length: 1 },
    },
    {
      type: 'input',
      block_id: 'priority',
      label: { type: 'plain_text', text: 'Priority' },
      element: {
        type: 'static_select',
        action_id: 'priority',
        options: ['low', 'high'].map(value => ({ text: { type: 'plain_text', text: value.toUpperCase() }, value })),
        initial_option: { text: { type: 'plain_text', text: 'LOW' }, value: 'low' },
      },
    },
  ],
} as const

interface Seen {
  values: unknown[]
}

function ticketApp(seen: Seen) {
  return (app: App) => {
    app.command('/ticket', async ({ ack, client, body }) => {
      await ack()
      await client.views.open({ trigger_id: body.trigger_id, view: structuredClone(form) as never })
    })
    app.options('customer', async ({ ack, payload }) => {
      const options = ['Jane Doe', 'Bob Roe'].filter(name => name.toLowerCase().includes(payload.value.toLowerCase()))
      await ack({ options: options.map(name => ({ text: { type: 'plain_text', text: name }, value: name })) as never })
    })
    app.view('new_ticket', async ({ ack, view }) => {
      seen.values.push(view.state.values)
      if (view.state.values.subject?.subject?.value === 'bad')
        return ack({ response_action: 'errors', errors: { subject: 'That is not a subject.' } })
      await ack()
    })
  }
}

describe.each([
  ['Socket Mode', boltOn],
  ['signed HTTP', boltBehind],
])('over %s', (_name, bolt) => {
  test('a command opens a form, faults are shown under their field, and a good form closes', async () => {
    const seen: Seen = { values: [] }
    const slack = await slackFor()
    await bolt(slack, ticketApp(seen))
    const ann = slack.as('Ann')

    await ann.command('/ticket jane@acme.test', { channel: 'support' })
    const wrong = await ann.submit({ subject: 'bad', message: 'Hello *Jane*\n- one\n- two', customer: 'jane' })
    expect(wrong).toMatchObject({ became: 'errors', errors: { subject: 'That is not a subject.' }, isLocal: false })
    expect(ann.modal().errors).toEqual({ subject: 'That is not a subject.' })
    const right = await ann.submit({ subject: 'Your order', priority: 'high' })
    expect(right.became).toBe('closed')
    expect(ann.modals()).toEqual([])
    expect(seen.values.at(-1)).toEqual({
      subject: { subject: { type: 'plain_text_input', value: 'Your order' } },
      message: {
        message: {
          type: 'rich_text_input',
          rich_text_value: {
            type: 'rich_text',
            elements: [
              {
                type: 'rich_text_section',
                elements: [
                  { type: 'text', text: 'Hello ' },
                  { type: 'text', text: 'Jane', style: { bold: true } },
                ],
              },
              {
                type: 'rich_text_list',
                style: 'bullet',
                indent: 0,
                border: 0,
                elements: ['one', 'two'].map(text => ({
                  type: 'rich_text_section',
                  elements: [{ type: 'text', text }],
                })),
              },
            ],
          },
        },
      },
      customer: {
        customer: {
          type: 'external_select',
          selected_option: { text: { type: 'plain_text', text: 'Jane Doe', emoji: true }, value: 'Jane Doe' },
        },
      },
      priority: {
        priority: {
          type: 'static_select',
          selected_option: { text: { type: 'plain_text', text: 'HIGH', emoji: true }, value: 'high' },
        },
      },
    })
  })

  test('an empty required field never reaches the app', async () => {
    const seen: Seen = { values: [] }
    const slack = await slackFor()
    await bolt(slack, ticketApp(seen))
    const ann = slack.as('Ann')
    await ann.command('/ticket', { channel: 'support' })
    const answer = await ann.submit({ message: 'Hello' })
    expect(answer).toMatchObject({ became: 'errors', isLocal: true, errors: { subject: expect.any(String) } })
    expect(seen.values).toEqual([])
  })
})
