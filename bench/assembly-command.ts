import { App, LogLevel, SocketModeReceiver } from '@slack/bolt'
import { answer } from './answers.ts'

// Bolt by itself: `/ticket`, and a button, open a form that is the same every time; a submitted one is acknowledged.

answer(async () => {
  const { SLACK_API_URL = '', SLACK_BOT_TOKEN = '', SLACK_APP_TOKEN = '' } = process.env
  const clientOptions = { slackApiUrl: SLACK_API_URL }
  const logLevel = LogLevel.ERROR
  const receiver = new SocketModeReceiver({ appToken: SLACK_APP_TOKEN, installerOptions: { clientOptions }, logLevel })
  const app = new App({ token: SLACK_BOT_TOKEN, receiver, clientOptions, logLevel })
  app.command('/ticket', async ({ ack, client, command }) => {
    await ack()
    await client.views.open({ trigger_id: command.trigger_id, view: FORM })
  })
  app.action('details', async ({ ack, client, body }) => {
    await ack()
    await client.views.open({ trigger_id: (body as { trigger_id: string }).trigger_id, view: FORM })
  })
  app.view('submit_note', async ({ ack }) => ack())
  await app.start()
  return { stop: () => {} }
})

const plain = (text: string) => ({ type: 'plain_text' as const, text })
const input = (name: string, multiline = false) => ({
  type: 'input' as const,
  block_id: name,
  label: plain(name),
  element: { type: 'plain_text_input' as const, action_id: name, multiline },
})
const FORM = {
  type: 'modal' as const,
  callback_id: 'new_ticket',
  title: plain('New ticket'),
  submit: plain('Create ticket'),
  blocks: ['Team', 'From', 'Customer', 'Subject', 'Message', 'Priority', 'Assignee'].map(n =>
    input(n, n === 'Message'),
  ),
}
