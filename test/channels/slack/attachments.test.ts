import { afterEach, describe, expect, it } from 'vitest'
import { sortOut } from '../../../src/channels/slack/files.ts'
import type { AttachmentView } from '../../../src/core/view.ts'
import { atDesk } from '../../support/desk.ts'
import { startWorld, type World, type WorldOptions } from '../../support/world.ts'

let world: World
const begin = async (options?: WorldOptions) => {
  world = await startWorld(options)
  return world
}
afterEach(() => world?.close())

const MB = 1024 * 1024
const outside = { PUBLIC_URL: 'https://desk.tulip.test', MAIL_MAX_MB: '1' }
const film = { name: 'film.mov', bytes: Buffer.alloc(2 * MB, 'x') }
const note = { name: 'note.txt', bytes: Buffer.from('Nine tulips.'), mimetype: 'text/plain' }
const { place, told, modalSays, mailWith } = atDesk(() => world)
const postWith = (root: string, text: string) =>
  world.slack.until(() => world.thread(root).find(m => JSON.stringify(m).includes(text)))
const namesIn = (root: string) => world.thread(root).flatMap(m => m.files?.map(f => f.name) ?? [])
const linkIn = (text: string) => /https:\/\/desk\.tulip\.test(\/files\/[\w.]+)/.exec(text)?.[1] ?? ''

describe('files that an agent sends', () => {
  it('go as links where the mail would be too large, said before and after, and the customer fetches them', async () => {
    const { ann, openTicket, overture } = await begin({ env: outside })
    const card = await openTicket()
    await ann.click(place(card), 'reply')
    await ann.choose('message', 'Here is the film.')
    await ann.choose('files', [film, note] as never)
    await ann.click({ view: ann.modal().id }, 'preview')
    const preview = JSON.stringify(await modalSays('As a link that works for 30 days'))
    expect(preview).toMatch(/too large: film\.mov"/)
    expect(preview).toMatch(/📎 note\.txt"/)
    await ann.close()
    await ann.submit()
    const mail = await mailWith('Here is the film.')
    expect(mail.attachments.map(a => a.name)).toEqual(['note.txt'])
    expect(mail.text).toContain('film.mov')
    expect(mail.html).toContain('/files/')
    const answer = await fetch(overture.url + linkIn(mail.text))
    expect(answer.headers.get('content-disposition')).toContain('film.mov')
    expect((await answer.arrayBuffer()).byteLength).toBe(film.bytes.length)
    await postWith(card.ts, '🔗 As a link: film.mov (2.0 MB)')
    expect((await fetch(`${overture.url}/files/nonsense`)).status).toBe(404)
  })

  it('are refused at once where nobody outside could fetch them, in the form and in the thread', async () => {
    const { ann, openTicket } = await begin({ env: { MAIL_MAX_MB: '1' } })
    const card = await openTicket()
    await mailWith('your order is ready')
    await ann.click(place(card), 'reply')
    const refused = await ann.submit({ message: 'Here is the film.', files: [film] as never })
    expect(refused.errors.files).toContain('Put film.mov where the customer can fetch it, and paste the link.')
    await ann.close({ all: true })
    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'Here is the film.', files: [film] })
    const prompt = await told('Send this to')
    await ann.click({ ephemeral: prompt.id }, 'send_message')
    await told('Put film.mov where the customer can fetch it')
    await world.settle()
    expect(world.jane.inbox).toHaveLength(1)
  })

  it('from a thread are named as links before the author sends them, and after', async () => {
    const { ann, openTicket } = await begin({ env: { ...outside, HOLD_SECONDS: '0' } })
    const card = await openTicket()
    await world.settle()
    await ann.say({ channel: 'support', thread_ts: card.ts, text: 'Here is the film.', files: [film] })
    const prompt = await told('too large: film.mov')
    await ann.click({ ephemeral: prompt.id }, 'send_message')
    expect(linkIn((await mailWith('Here is the film.')).text)).not.toBe('')
    await world.slack.until(() =>
      JSON.stringify(ann.ephemerals().find(e => e.id === prompt.id)).includes('too large: film.mov'),
    )
  })
})

describe('files that a customer sends', () => {
  const logo = { name: 'logo.png', content: Buffer.from('89504e470d0a1a0a00', 'hex') }

  it('are shown once in a ticket; the same bytes again are a line, and can be had all the same', async () => {
    const { ann, jane, openTicket, slack } = await begin()
    const card = await openTicket()
    const first = await mailWith('your order is ready')
    await world.settle()
    await jane.reply(first, { text: 'One.', attachments: [logo] })
    await postWith(card.ts, 'logo.png')
    await slack.until(() => namesIn(card.ts).length === 1)
    await jane.reply(first, { text: 'Two.', attachments: [logo, { name: 'new.txt', content: 'new' }] })
    await postWith(card.ts, '📎 logo.png (9 B) again')
    await slack.until(() => namesIn(card.ts).join() === 'logo.png,new.txt')
    expect(await world.overture.store.read(q => q.selectFrom('blobs').select('sha256').execute())).toHaveLength(2)
    const post = await postWith(card.ts, 'again')
    await ann.click({ message: { channel: slack.channel('support').id, ts: post.ts } }, 'show_full')
    await modalSays('logo.png (9 B), new.txt (3 B)')
    await ann.click({ view: ann.modal().id }, 'post_files')
    await modalSays('They are in the thread now.')
    expect(namesIn(card.ts)).toEqual(['logo.png', 'new.txt', 'logo.png'])
  })

  it('that Slack does not take are named in the thread, with a link', async () => {
    const { jane, openTicket, slack, overture } = await begin({ env: outside })
    const card = await openTicket()
    const first = await mailWith('your order is ready')
    await world.settle()
    slack.faults.next('files.getUploadURLExternal', { kind: 'error', error: 'file_upload_size_restricted' })
    await jane.reply(first, {
      text: 'Look.',
      attachments: [
        { name: 'huge.bin', content: 'huge' },
        { name: 'empty.txt', content: '' },
        { name: 'small.txt', content: 'small' },
      ],
    })
    const post = JSON.stringify(await postWith(card.ts, 'huge.bin'))
    expect(post).toContain('empty.txt (0 B) is not here, since it is empty.')
    expect(post).toContain('huge.bin (4 B) is not here, since Slack refused it (file_upload_size_restricted).')
    expect(await (await fetch(overture.url + linkIn(post))).text()).toBe('huge')
    expect(namesIn(card.ts)).toEqual(['small.txt'])
  })

  it('are sorted out before Slack is asked: empty ones, and those above its limit', () => {
    const file = (size: number) => ({ size }) as AttachmentView
    expect(sortOut([file(0), file(1), file(1024 ** 3), file(1024 ** 3 + 1)])).toEqual({
      fit: [file(1), file(1024 ** 3)],
      out: [
        { file: file(0), why: 'it is empty' },
        { file: file(1024 ** 3 + 1), why: 'it is too large for Slack' },
      ],
    })
  })
})
