import { expect, test } from 'vitest'
import { slackFor } from './support.ts'

test("Slack's own /invite brings the app or a person back into a channel, and nobody else", async () => {
  const slack = await slackFor()
  const ann = slack.as('Ann')
  const members = () => slack.channel('support').members()
  await ann.kick('support')
  const before = members().length
  await ann.command('/invite @Overture', { channel: 'support' })
  expect(members()).toHaveLength(before + 1)
  await expect(ann.command('/invite @Nobody', { channel: 'support' })).rejects.toThrow('Nobody here is called')
})
