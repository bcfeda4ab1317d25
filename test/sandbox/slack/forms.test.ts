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

const title = { type: 'plain_text', text: 'Form' } as const
const submit = { type: 'plain_text', text: 'Go' } as const
const name = {
  type: 'input',
  block_id: 'name',
  label: { type: 'plain_text', text: 'Name' },
  element: { type: 'plain_text_input', action_id: 'name' },
} as const
const modal = (blocks: object[], more: object = {}) =>
  ({ type: 'modal', callback_id: 'form', title, submit, blocks, ...more }) as never

/** Opens a form at the shortcut, and answers its submission in this way. */
function formApp(view: never, answer: object | undefined, more: (app: App) => void = () => {}) {
  return (app: App) => {
    app.shortcut('new_ticket', async ({ ack, client, body }) => {
      await ack()
      await client.views.open({ trigger_id: body.trigger_id, view: structuredClone(view) })
    })
    app.view('form', async ({ ack }) => ack(answer as never))
    more(app)
  }
}

async function opened(view: never, answer: object | undefined, more?: (app: App) => void) {
  const slack = await slackFor()
  await boltOn(slack, formApp(view, answer, more))
  const ann = slack.as('Ann')
  await ann.shortcut('new_ticket')
  return { slack, ann }
}

test('a submission may push, update and clear', async () => {
  const pushed = await opened(modal([name]), { response_action: 'push', view: modal([name], { callback_id: 'other' }) })
  expect(await pushed.ann.submit({ name: 'x' })).toMatchObject({ became: 'pushed', view: { callbackId: 'other' } })
  expect(pushed.ann.modals()).toHaveLength(2)
  const updated = await opened(modal([name]), {
    response_action: 'update',
    view: modal([name], { callback_id: 'new' }),
  })
  const answer = await updated.ann.submit({ name: 'x' })
  expect(answer).toMatchObject({
    became: 'updated',
    view: { callbackId: 'new', values: { name: { name: { value: 'x' } } } },
  })
  const cleared = await opened(modal([name]), { response_action: 'clear' })
  expect(await cleared.ann.submit({ name: 'x' })).toMatchObject({ became: 'cleared', view: undefined })
})

test('errors under a block that is no input, or a wrong view, are trouble for the person and told to us', async () => {
  const wrong = await opened(modal([name]), { response_action: 'errors', errors: { nowhere: 'Bad.' } })
  await expect(wrong.ann.submit({ name: 'x' })).rejects.toThrow('nowhere')
  expect(wrong.ann.notices()).toMatchObject([{ code: 'invalid_errors' }])
  const broken = await opened(modal([name]), {
    response_action: 'update',
    view: { type: 'modal', title, blocks: [name] },
  })
  await expect(broken.ann.submit({ name: 'x' })).rejects.toThrow('submit')
})

test('the same submission twice reaches the app twice', async () => {
  const seen: string[] = []
  const { ann } = await opened(modal([name]), undefined, app => {
    app.view('form', async ({ view }) => {
      seen.push(view.id)
    })
  })
  await ann.submit({ name: 'x' }, { twice: true })
  expect(seen).toHaveLength(2)
  expect(seen[0]).toBe(seen[1])
})

test('an app that does not answer in time, is not there or is not registered is told to the person', async () => {
  const slack = await slackFor({ ackMs: 50 })
  const ann = slack.as('Ann')
  await expect(ann.command('/ticket', { channel: 'support' })).rejects.toMatchObject({ code: 'dispatch_failed' })
  await boltOn(slack, () => {})
  await expect(ann.command('/ticket', { channel: 'support' })).rejects.toMatchObject({ code: 'operation_timeout' })
  await expect(ann.command('/nothing', { channel: 'support' })).rejects.toMatchObject({ code: 'unknown_command' })
  await expect(ann.shortcut('nothing')).rejects.toMatchObject({ code: 'unknown_shortcut' })
  expect(ann.notices().map(n => n.code)).toEqual(['dispatch_failed', 'operation_timeout', 'unknown_command'])
})

test('a command may answer to one person or to all', async () => {
  const slack = await slackFor()
  await boltOn(slack, app => {
    app.command('/ticket', async ({ ack, command }) =>
      ack(command.text === 'help' ? 'Write /ticket and an address.' : { response_type: 'in_channel', text: 'For all' }),
    )
  })
  const { ephemeral } = await slack.as('Ann').command('/ticket help', { channel: 'support' })
  expect(ephemeral?.text).toBe('Write /ticket and an address.')
  expect(slack.as('Ben').ephemerals()).toEqual([])
  await slack.as('Ann').command('/ticket all', { channel: 'support' })
  expect(slack.channel('support').messages()).toMatchObject([{ text: 'For all', bot_id: slack.app.botId }])
})

test('what is chosen in an open form is told at once where the block asks, and stays when the form is redrawn', async () => {
  const kind = {
    type: 'input',
    block_id: 'kind',
    dispatch_action: true,
    label: { type: 'plain_text', text: 'Kind' },
    element: {
      type: 'static_select',
      action_id: 'kind',
      options: ['a', 'b'].map(value => ({ text: { type: 'plain_text', text: value }, value })),
    },
  }
  const more = { ...name, block_id: 'more', element: { ...name.element, action_id: 'more' } }
  const { slack, ann } = await opened(modal([name, kind]), undefined, app => {
    app.action('kind', async ({ ack, client, body }) => {
      await ack()
      const { id = '', hash = '' } = 'view' in body ? (body.view ?? {}) : {}
      await client.views.update({ view_id: id, hash, view: modal([name, kind, more]) })
    })
  })
  await ann.choose('name', 'Jane')
  await ann.choose('kind', 'b')
  await ann.choose('more', 'later')
  expect(slack.sent('interaction').at(-1)?.payload).toMatchObject({
    type: 'block_actions',
    container: { type: 'view' },
    actions: [{ action_id: 'kind', selected_option: { value: 'b' } }],
  })
  expect(ann.modal().values).toMatchObject({
    name: { name: { value: 'Jane' } },
    kind: { kind: { selected_option: { value: 'b' } } },
    more: { more: { value: 'later' } },
  })
})

test('files go into a form, and the app may fetch them', async () => {
  const files = {
    type: 'input',
    block_id: 'files',
    label: { type: 'plain_text', text: 'Files' },
    element: { type: 'file_input', action_id: 'files', max_files: 2, filetypes: ['txt'] },
  }
  const { slack, ann } = await opened(modal([files]), undefined)
  await ann.submit({ files: [{ name: 'a.txt', bytes: 'hello' }] })
  const [file] = slack.sent('interaction').at(-1)?.payload.view.state.values.files.files.files ?? []
  expect(file).toMatchObject({ name: 'a.txt', size: 5, mimetype: 'text/plain' })
  const response = await fetch(file.url_private_download, { headers: { authorization: `Bearer ${slack.botToken}` } })
  expect(await response.text()).toBe('hello')
  await ann.shortcut('new_ticket')
  await expect(ann.submit({ files: [{ name: 'a.exe', bytes: 'x' }] })).rejects.toMatchObject({
    code: 'file_type_not_allowed',
  })
})

test('a form that is closed by hand is told to the app if it wants to know', async () => {
  const { slack, ann } = await opened(modal([name], { notify_on_close: true }), undefined, app => {
    app.view({ callback_id: 'form', type: 'view_closed' }, async ({ ack }) => ack())
  })
  await slack.until(() => ann.modals().length)
  await ann.close()
  expect(slack.sent('interaction').at(-1)?.payload).toMatchObject({ type: 'view_closed', is_cleared: false })
  expect(ann.modals()).toEqual([])
})
