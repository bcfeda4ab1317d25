import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { claimChatPosts } from '../../src/core/chats/card.ts'
import { fromText } from '../../src/core/document.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { treatAsAnswer } from '../../src/core/receive/decide.ts'
import { onlyThanks } from '../../src/core/receive/light.ts'
import { closeTicket } from '../../src/core/tickets/status.ts'
import { type ChatTown, startChatTown } from '../support/chat.ts'
import { startTown, type Town } from '../support/town.ts'

const names = ['Ann', 'Jane Doe', 'Tulip Support']

describe('a mail that only says thanks', () => {
  it.each([
    'Thanks!',
    'Thank you so much for your quick reply! 🙏',
    'Hi Ann,\n\nthank you very much.\n\nBest regards\nJane Doe',
    'Great, thanks :)',
    'Thx',
    'Perfect, thank you Ann and team!',
    'Vielen Dank für die schnelle Antwort!\n\nViele Grüße\nJane',
    'Super, danke dir. LG Jane',
    'Hartelijk dank voor je reactie.\n\nMet vriendelijke groet,\nJane Doe',
    'Dank u wel!',
    'Merci beaucoup pour votre aide.\n\nBien cordialement,\nJane Doe',
    'Parfait, merci ! Bonne journée',
    '¡Muchas gracias por la respuesta!\nSaludos\nJane',
    'Mil gracias',
    'Grazie mille per il supporto! Buona giornata, Jane',
    'Muito obrigada pela ajuda!\nAbraços, Jane',
    'Dziękuję bardzo za pomoc.\nPozdrawiam\nJane',
    'Спасибо большое за помощь!\nС уважением, Jane',
    'ありがとうございます。',
    'ご返信ありがとうございました！',
    '好的，谢谢！',
    '非常感谢！',
    '감사합니다!',
    'Tack så mycket!\nMvh Jane',
    'Děkuji moc',
    'Teşekkürler',
    'ευχαριστώ πολύ',
    'شكرا جزيلا',
  ])('in %j', text => expect(onlyThanks(text, { names })).not.toBeNull())

  it.each([
    'Thanks! When will it arrive?',
    'Thanks. It still does not work.',
    'No, thanks.',
    'No thanks',
    'Thanks but no thanks',
    'Thanks, please go ahead.',
    'Thank you, Thursday is fine.',
    'Yes, thank you!',
    'Thanks, 3 pieces please',
    'Thanks, see https://acme.test',
    'Thanks in advance for your help', // they wait for it
    'Danke, aber ich brauche noch die Rechnung.',
    'Nein danke',
    'Ja, danke!',
    'Merci de me rappeler',
    "Merci d'annuler ma commande.",
    'Non merci',
    'No gracias',
    'Gracias, lo necesito para mañana',
    'Grazie, attendo la fattura.',
    'No grazie',
    'Não, obrigado',
    'Nie, dziękuję',
    'Спасибо, не надо',
    'Нет, спасибо',
    'ありがとうございます。よろしくお願いします。', // which may ask to go on
    '不用了，谢谢',
    '谢谢，请退款',
    'Thanks for nothing',
    'Thank you for cancelling my order.',
    'Best regards\nJane Doe',
    'Great',
    'ok',
    '👍',
    '',
    'Thanks\n\nJane\nHead of Purchasing',
  ])('is not %j', text => expect(onlyThanks(text, { names })).toBeNull())

  it('may be a yes with a word more, where we proposed something', () => {
    expect(onlyThanks('Perfect, thank you!', { names, isStrict: true })).toBeNull()
    expect(onlyThanks('Thank you, Ann!', { names, isStrict: true })).toBe('thank you')
  })

  const light = fc.constantFrom(
    'Thanks!',
    'Vielen Dank!',
    'Merci beaucoup.',
    'Dank je wel',
    'ありがとうございます',
    '谢谢',
  )
  it('is more than that with a question, a number or an address in it, wherever that stands', () => {
    const more = fc.oneof(
      fc.constantFrom('?', '？', ' ok?', ' jane@acme.test', ' #', ' http://acme.test'),
      fc.integer({ min: 0 }).map(n => ` ${n} `),
    )
    fc.assert(
      fc.property(light, more, fc.nat(), (text, extra, at) => {
        const place = at % (text.length + 1)
        expect(onlyThanks(text.slice(0, place) + extra + text.slice(place), { names })).toBeNull()
      }),
    )
  })

  it('is more than that with any further sentence, before or after it', () => {
    const word = fc.constantFrom(
      'please',
      'cancel',
      'still',
      'broken',
      'bitte',
      'noch',
      'nicht',
      'order',
      'commande',
      'não',
      'нет',
      '退款',
      'not',
      'but',
      'call',
      'me',
    )
    const sentence = fc.array(word, { minLength: 1, maxLength: 6 }).map(words => words.join(' '))
    fc.assert(
      fc.property(light, sentence, fc.constantFrom(' ', '\n', '. ', ', ', ' - '), (text, further, between) => {
        expect(onlyThanks(`${text}${between}${further}`, { names })).toBeNull()
        expect(onlyThanks(`${further}${between}${text}`, { names })).toBeNull()
      }),
      { numRuns: 500 },
    )
  })

  it('is found in any text at once', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), text => {
        const began = performance.now()
        onlyThanks(`thank you ${text}`, { names })
        expect(performance.now() - began).toBeLessThan(100)
      }),
    )
  })
})

describe('on a ticket', () => {
  let town: Town
  beforeEach(async () => {
    town = await startTown()
  })
  afterEach(() => town.close())

  const openTicket = async () => {
    const { id } = await town.open()
    await town.carry()
    return id
  }
  let mails = 0
  const answer = async (id: string, text: string, more: object = {}) =>
    town.arrive({ key: `<a${++mails}@acme.test>`, tokens: [await town.token(id)], body: fromText(text), ...more })
  const last = async (id: string) => (await town.messages(id)).filter(m => m.author_kind === 'customer').at(-1)
  const reply = (id: string, text: string) =>
    town.store.write(tx =>
      postMessage(tx, { ticketId: id, author: actorOf(town.ann), body: fromText(text), visibility: 'public' }),
    )

  it('changes nothing, says why, and counts once somebody says that it is more', async () => {
    const id = await openTicket()
    await town.store.write(tx => closeTicket(tx, id, 'done', actorOf(town.ann)))
    await answer(id, 'Thank you!')
    expect(await town.view(id)).toMatchObject({ status: 'closed', answeredAt: null })
    const m = await last(id)
    expect(m).toMatchObject({ kind: 'light', automatic: 'it only says thanks ("thank you")' })
    await town.store.write(tx => treatAsAnswer(tx, m?.id ?? '', actorOf(town.ann)))
    expect(await town.view(id)).toMatchObject({ status: 'open', closedAt: null })
    await expect(town.store.write(tx => treatAsAnswer(tx, m?.id ?? '', actorOf(town.ann)))).rejects.toThrow('already')
  })

  it('is an answer where we asked, unless the ticket is closed', async () => {
    const id = await openTicket()
    await reply(id, 'Shall we send it to you?')
    await answer(id, 'Thank you!')
    expect(await town.view(id)).toMatchObject({ status: 'open' })
    await reply(id, 'It is on its way. Is there anything else?')
    await town.store.write(tx => closeTicket(tx, id, 'done', actorOf(town.ann)))
    await answer(id, 'Thank you!')
    expect((await town.view(id)).status).toBe('closed')
    await answer(id, 'Perfect, thank you!')
    expect((await town.view(id)).status).toBe('open')
  })

  it('is an answer when it brings a file, or comes from a customer who writes first', async () => {
    const id = await openTicket()
    const file = { name: 'scan.pdf', type: 'application/pdf', bytes: Buffer.from('%PDF') }
    await answer(id, 'Thank you!', { files: [{ ...file, minor: true, name: 'logo.png' }] })
    expect((await last(id))?.kind).toBe('light')
    await answer(id, 'Thank you!', { files: [file] })
    expect(await last(id)).toMatchObject({ kind: null, automatic: null })
    await town.arrive({
      key: '<first@acme.test>',
      to: ['support@tulip.test'],
      subject: 'Hi',
      body: fromText('Thank you!'),
    })
    const tickets = await town.store.read(q => q.selectFrom('tickets').select('identifier').execute())
    expect(tickets).toHaveLength(2)
  })
})

describe('to a chat', () => {
  let town: ChatTown
  beforeEach(async () => {
    town = await startChatTown()
  })
  afterEach(() => town.close())

  it('converts nothing, ends no sequence, and is shown below the card with the way to count it', async () => {
    const id = await town.draft('jane@acme.test')
    const mail = (await town.sendAll(id)).get('jane@acme.test')
    await town.arrive({ key: '<t@acme.test>', answers: [mail?.key as string], body: fromText('Thanks!') })
    expect((await town.chat(id)).counts.answered).toBe(0)
    expect(await town.recipients(id)).toMatchObject([{ answered_at: null }])
    await town.store.write(tx => tx.q.updateTable('chats').set({ card_id: 'C0SUPPORT:1.2' }).execute())
    const [post] = await town.store.write(tx => claimChatPosts(tx, 5))
    expect(post).toMatchObject({
      kind: 'light',
      text: 'Jane Doe only said thanks, which counts as no answer: "Thanks!"',
    })
    await town.store.write(tx => treatAsAnswer(tx, post?.messageId ?? '', actorOf(town.ann)))
    expect((await town.chat(id)).counts.answered).toBe(1)
    const ticket = await town.view(mail?.ticket.id ?? '')
    expect(ticket.status).not.toBe('awaiting_customer')
    expect((await town.carry()).some(l => l.kind === 'card')).toBe(true)
  })
})
