import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Demo, startDemo } from '../../src/sandbox/demo.ts'
import type { CrowdWays } from '../../src/sandbox/mail/crowd.ts'
import { trialCustomers } from '../../src/sandbox/townspeople.ts'
import { type Browser, chromiumAvailable, launchChromium, openWatched, type Page } from '../support/browser.ts'

const missing = chromiumAvailable() ? '' : ' (skipped: there is no chromium on the PATH)'

const PEOPLE = 20
const WAYS: CrowdWays = {
  shares: { answers: 0.15, refuses: 0.05, unsubscribes: 0.05 },
  delays: { answers: [100, 1_000] },
  seed: 1,
}

describe.skipIf(missing)(`the demo page in a browser${missing}`, { timeout: 90_000 }, () => {
  let demo: Demo
  let browser: Browser

  beforeAll(async () => {
    const settings = { holdSeconds: 1, customers: PEOPLE, ways: WAYS }
    ;[demo, browser] = await Promise.all([startDemo(settings), launchChromium()])
  })

  afterAll(async () => {
    await browser?.close()
    await demo?.close()
  })

  it('does the main job by hand: a ticket, its mail, the answer in the thread, the next mail', async () => {
    const { page, faults } = await openWatched(browser, demo.url)

    await type(page, 'Message #support', '/ticket')
    await page.keyboard.press('Enter')
    const form = page.getByRole('dialog', { name: 'New ticket' })
    await form.getByRole('textbox', { name: 'or paste an address' }).fill('Bob Stone <bob@globex.test>')
    await form.getByRole('textbox', { name: 'Subject' }).fill('Your greenhouse is ready')
    await form.getByRole('textbox', { name: 'Message' }).fill('Hello Bob,\n\nit is *ready*. When shall we come?')
    await form.getByRole('button', { name: 'Create ticket' }).click()
    await form.waitFor({ state: 'hidden' })
    const card = page.getByRole('article').filter({ hasText: 'Your greenhouse is ready' })
    await card.waitFor()

    await page.getByRole('button', { name: /^Mailbox of Bob Stone, 1 new/ }).click()
    await page.getByRole('button', { name: /^New mail from .*: Your greenhouse is ready/ }).click()
    const mail = page.getByRole('article', { name: 'Mail: Your greenhouse is ready' })
    const shown = mail.frameLocator('iframe')
    expect(await shown.getByText('ready', { exact: true }).evaluate(node => getComputedStyle(node).fontWeight)).toBe(
      '700',
    )
    await mail.getByRole('tab', { name: 'Headers' }).click()
    await mail
      .getByRole('cell', { name: /<.+@tulip\.test>/ })
      .first()
      .waitFor()

    await mail.getByRole('button', { name: 'Answer' }).click()
    await mail.getByRole('textbox', { name: 'Your answer' }).fill('On Friday, please.\n\nBob')
    await mail.getByRole('button', { name: 'Send answer' }).click()
    await card.getByRole('button', { name: '1 reply' }).click()
    const thread = page.getByRole('complementary', { name: 'Thread' })
    const answer = thread.getByRole('article', { name: /^Message from Bob Stone \(customer, by email\)/ })
    await answer.getByText('On Friday, please.').waitFor()
    expect(await answer.textContent()).not.toContain('When shall we come?')

    await type(page, 'Reply in thread', 'Friday it is. _See you_')
    await page.keyboard.press('Enter')
    const question = thread.getByRole('article', { name: /^Only visible to you/ })
    await question.getByRole('button', { name: 'Send to Bob' }).click()
    await page.getByRole('button', { name: /^Mailbox of Bob Stone, 1 new/ }).click()
    await page.getByRole('button', { name: /^New mail from/ }).click()
    await page.frameLocator('iframe').getByText('See you').waitFor()

    expect(faults).toEqual([])
    await page.close()
  })

  it('shows each fault under its field, and keeps what was typed', async () => {
    const { page, faults } = await openWatched(browser, demo.url)
    await page.getByRole('button', { name: 'Shortcuts' }).click()
    await page.getByRole('menuitem', { name: /^New ticket/ }).click()
    const form = page.getByRole('dialog', { name: 'New ticket' })
    await form.getByRole('combobox', { name: 'Customer' }).click()
    await page.keyboard.type('jane')
    await page.getByRole('option', { name: /jane@acme\.test/ }).click()
    await form.getByRole('textbox', { name: 'Subject' }).fill('Half a ticket')
    await form.getByRole('button', { name: 'Create ticket' }).click()
    const message = form.getByRole('textbox', { name: 'Message' })
    await expect.poll(() => message.getAttribute('aria-invalid')).toBe('true')
    await form.getByRole('alert').first().waitFor()
    expect(await form.getByRole('textbox', { name: 'Subject' }).inputValue()).toBe('Half a ticket')
    expect(await form.getByRole('combobox', { name: 'Customer' }).inputValue()).toContain('Jane Doe')

    await page.keyboard.press('Escape')
    await form.waitFor({ state: 'hidden' })
    expect(faults).toEqual([])
    await page.close()
  })

  it('submits a form after all that was entered in it, however slow the way is', async () => {
    const { page, faults } = await openWatched(browser, demo.url)
    const [opened, open] = gate()
    const order: string[] = []
    await page.route('**/choose', async route => {
      await opened
      await route.continue()
    })
    page.on('requestfinished', r => r.url().endsWith('/choose') && order.push('entered'))
    page.on('request', r => r.url().endsWith('/submit') && order.push('submitted'))
    await type(page, 'Message #support', '/ticket')
    await page.keyboard.press('Enter')
    const form = page.getByRole('dialog', { name: 'New ticket' })
    await form.getByRole('textbox', { name: 'or paste an address' }).fill('slow@globex.test')
    await form.getByRole('textbox', { name: 'Subject' }).fill('By a slow way')
    await form.getByRole('textbox', { name: 'Message' }).fill('Hello, are you there?')
    await form.getByRole('combobox', { name: 'Priority' }).click()
    await page.getByRole('option', { name: 'Urgent' }).click()
    await form.getByRole('button', { name: 'Create ticket' }).click()
    open()
    await page.getByRole('article').filter({ hasText: 'By a slow way' }).waitFor()
    expect(order.at(-1)).toBe('submitted')
    expect(order).toContain('entered')
    expect(faults).toEqual([])
    await page.close()
  })

  it('draws a form anew for the fields of another one, keeps what was typed, and shows what was filled in', async () => {
    const { page, faults } = await openWatched(browser, demo.url)
    await type(page, 'Message #support', '/ticket bob@globex.test')
    await page.keyboard.press('Enter')
    const form = page.getByRole('dialog', { name: 'New ticket' })
    await form.getByRole('textbox', { name: 'Subject' }).fill('Your parcel is lost')
    await form.getByRole('textbox', { name: 'Order number' }).fill('T-2000')
    await form.getByRole('combobox', { name: 'Form' }).click()
    await page.getByRole('option', { name: 'Delivery problem' }).click()
    await form.getByRole('combobox', { name: 'Flowers' }).click()
    await page.getByRole('option', { name: 'Hyacinths' }).click()
    await page.getByRole('option', { name: 'Bulbs' }).click()
    await page.keyboard.press('Tab')
    const parcel = form.getByRole('textbox', { name: 'Parcel' })
    await parcel.fill('ftp://parcels.test/7')
    expect(await form.getByRole('textbox', { name: 'Subject' }).inputValue()).toBe('Your parcel is lost')
    expect(await form.getByRole('textbox', { name: 'Order number' }).inputValue()).toBe('T-2000')
    expect(await form.getByRole('combobox', { name: 'Priority' }).inputValue()).toContain('High')
    await form.getByRole('textbox', { name: 'Message' }).fill('Hello Bob, we look for it.')
    await form.getByRole('button', { name: 'Create ticket' }).click()
    await form.getByText('Write a whole web address, such as https://example.com/.').waitFor()
    await parcel.fill('https://parcels.test/7')
    await form.getByRole('button', { name: 'Create ticket' }).click()
    await form.waitFor({ state: 'hidden' })
    const card = page.getByRole('article').filter({ hasText: 'Your parcel is lost' })
    await card.getByText('Order number: T-2000 · Flowers: Hyacinths, Bulbs · Parcel: https://parcels.test/7').waitFor()

    await card.getByRole('button', { name: 'Close', exact: true }).click()
    const closing = page.getByRole('dialog', { name: /^Close SUP-/ })
    await closing.getByRole('spinbutton', { name: 'Refund in euros' }).fill('12.5')
    await closing.getByRole('button', { name: 'Close ticket' }).click()
    await card.getByText('Refund in euros: 12.5').waitFor()
    expect(faults).toEqual([])
    await page.close()
  })

  it('sends a mail at a moment that was chosen, or now when somebody says so', async () => {
    const { page, faults } = await openWatched(browser, demo.url)
    await type(page, 'Message #support', '/ticket leila@trial.test')
    await page.keyboard.press('Enter')
    const form = page.getByRole('dialog', { name: 'New ticket' })
    await form.getByRole('textbox', { name: 'Subject' }).fill('Your spring order')
    await form.getByRole('textbox', { name: 'Message' }).fill('Hello, shall we reserve the blue ones for you?')
    await form.getByRole('combobox', { name: 'Send it' }).click()
    await page.getByRole('option', { name: 'At a date and time…' }).click()
    const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10)
    await form.getByLabel('On', { exact: true }).fill(tomorrow)
    await form.getByLabel('At', { exact: true }).fill('09:30')
    await form.getByRole('button', { name: 'Create ticket' }).click()
    await form.waitFor({ state: 'hidden' })
    const card = page.getByRole('article').filter({ hasText: 'Your spring order' })
    await card.getByRole('button', { name: 'Cancel' }).waitFor()
    await card.getByRole('button', { name: 'Send now' }).click()
    await card.getByText(/Sent/).waitFor()
    expect(await card.getByRole('button', { name: 'Send now' }).count()).toBe(0)
    expect(faults).toEqual([])
    await page.close()
  })

  it('finds tickets by their words, and merges two that are one', async () => {
    const { page, faults } = await openWatched(browser, demo.url)
    await type(page, 'Message #support', '/ticket bob@globex.test')
    await page.keyboard.press('Enter')
    const form = page.getByRole('dialog', { name: 'New ticket' })
    await form.getByRole('textbox', { name: 'Subject' }).fill('The greenhouse again')
    await form.getByRole('textbox', { name: 'Message' }).fill('Hello Bob, about the orangery.')
    await form.getByRole('button', { name: 'Create ticket' }).click()
    await form.waitFor({ state: 'hidden' })
    const card = page.getByRole('article').filter({ hasText: 'The greenhouse again' })
    const name = /SUP-\d+/.exec((await card.textContent()) ?? '')?.[0] ?? ''

    await type(page, 'Message #support', '/ticket find orangery -bulbs')
    await page.keyboard.press('Enter')
    const found = page.getByRole('dialog', { name: 'Find' })
    await found.getByText(/^1 ticket/).waitFor()
    await found.getByText(name).first().waitFor()
    await page.keyboard.press('Escape')

    await type(page, 'Message #support', '/ticket find')
    await page.keyboard.press('Enter')
    const finding = page.getByRole('dialog', { name: 'Find tickets' })
    await finding.getByRole('textbox', { name: 'Words' }).fill('frost*')
    for (const [field, first] of [
      ['Flowers', finding.getByRole('combobox', { name: 'Flowers' })],
      ['Order number', finding.getByRole('textbox', { name: 'Order number' })],
    ] as const) {
      await finding.getByRole('combobox', { name: 'Custom field' }).click()
      await page.keyboard.type(field)
      await page.getByRole('option', { name: field }).click()
      await first.waitFor()
    }
    expect(await finding.getByRole('textbox', { name: 'Words' }).inputValue()).toBe('frost*')
    await finding.getByRole('textbox', { name: 'Words' }).fill('')
    await finding.getByRole('combobox', { name: 'Flowers' }).click()
    await page.getByRole('option', { name: 'Tulips' }).click()
    await finding.getByRole('textbox', { name: 'Order number' }).fill('1042')
    await finding.getByRole('button', { name: 'Find' }).click()
    await page
      .getByRole('dialog', { name: 'Find', exact: true })
      .getByText(/^1 ticket/)
      .waitFor()
    await page.keyboard.press('Escape')

    await card.getByRole('button', { name: 'More', exact: true }).click()
    await page
      .getByRole('dialog', { name: `More on ${name}` })
      .getByRole('button', { name: 'Merge' })
      .click()
    const merging = page.getByRole('dialog', { name: `Merge ${name}` })
    await merging.getByRole('combobox', { name: 'Merge with' }).click()
    await page.getByRole('option', { name: /Your greenhouse is ready/ }).click()
    await merging.getByRole('button', { name: 'Merge' }).click()
    await card
      .getByText(/Merged into/)
      .first()
      .waitFor()
    await page.getByRole('dialog', { name: 'Merged' }).getByRole('button', { name: 'Close' }).last().click()
    for (const title of ['Merged', `More on ${name}`])
      await page.getByRole('dialog', { name: title }).waitFor({ state: 'hidden' })
    expect(faults).toEqual([])
    await page.close()
  })

  it('brings its own font, and sets digits and spaces in it, whatever fonts the machine has', async () => {
    const { page, faults } = await openWatched(browser, demo.url)
    const used = await page.evaluate(async () => {
      await document.fonts.ready
      return [...document.fonts].filter(f => f.status === 'loaded').map(f => `${f.family} ${f.weight}`)
    })
    expect(used).toEqual(expect.arrayContaining(['Lato 400', 'Lato 700']))
    const text = page.getByText('Which would you like?').first()
    expect(await text.evaluate(node => getComputedStyle(node).fontFamily)).toMatch(/^"?Lato/)
    const wide = await page.evaluate(() => {
      const ink = document.createElement('canvas').getContext('2d')
      if (!ink) throw new Error('There is no canvas.')
      ink.font = `100px ${getComputedStyle(document.body).fontFamily}`
      return [...'0123456789 #*'].filter(c => ink.measureText(c).width > 90)
    })
    expect(wide).toEqual([])
    expect(faults).toEqual([])
    await page.close()
  })

  it('lets an agent format, mention, edit, react and delete as in Slack', async () => {
    const { page, faults } = await openWatched(browser, demo.url)
    await page.getByRole('button', { name: 'Act as Ben' }).click()
    await page.getByRole('button', { name: /^general/ }).click()
    await type(page, 'Message #general', 'one @an')
    await page.getByRole('option', { name: 'Ann' }).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('and')
    await page.keyboard.press('Shift+Enter')
    await page.getByRole('toolbar', { name: 'Formatting' }).getByRole('button', { name: 'Bold' }).click()
    await page.keyboard.type('two')
    await page.keyboard.press('Enter')

    const written = () => demo.slack.channel('general').messages().at(-1)
    const message = page.getByRole('article', { name: /^Message from Ben/ }).last()
    await message.getByText('two').waitFor()
    expect(written()?.blocks?.[0]?.elements).toEqual([
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'one ' },
          { type: 'user', user_id: demo.slack.as('Ann').id },
          { type: 'text', text: ' and' },
          { type: 'text', text: '\n' },
          { type: 'text', text: 'two', style: { bold: true } },
        ],
      },
    ])

    await message.hover()
    await message.getByRole('button', { name: 'React with eyes' }).click()
    await message.getByRole('button', { name: 'eyes, 1' }).waitFor()
    await more(message, page, 'Edit message')
    await page.keyboard.type(' and three')
    await page.keyboard.press('Enter')
    await message.getByText('(edited)').waitFor()
    await more(message, page, 'Delete message…')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => JSON.stringify(written() ?? '')).not.toContain('three')

    await page.getByRole('button', { name: /^support/ }).click()
    await type(page, 'Message #support', '@over')
    await page.getByRole('option', { name: 'Overture' }).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('help')
    await page.keyboard.press('Enter')
    await page
      .getByRole('article', { name: /^Only visible to you/ })
      .getByText('shows this')
      .first()
      .waitFor()

    expect(faults).toEqual([])
    await page.close()
  })

  it('shows what others wrote as it is, and within its column', async () => {
    const { page, faults } = await openWatched(browser, demo.url)
    const subject = `Look :tada: ${'W'.repeat(200)}`
    await demo.mail.customer('bob@globex.test').write({ to: 'support@tulip.test', subject, text: 'A'.repeat(2_000) })
    const card = page.getByRole('article').filter({ hasText: 'Look :tada:' })
    await card.getByText('AAAA').waitFor()
    const [width, room] = await card.evaluate(node => [node.scrollWidth, node.clientWidth])
    expect(width).toBeLessThanOrEqual(room as number)
    await type(page, 'Message #support', '/outreach who bob@globex.test')
    await page.keyboard.press('Enter')
    const tickets = page.getByRole('dialog', { name: 'Customer' }).getByText('WWWW').first()
    await tickets.waitFor()
    const [long, column] = await tickets.evaluate(node => [node.scrollWidth, node.clientWidth])
    expect(long).toBeLessThanOrEqual(column as number)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(faults).toEqual([])
    await page.close()
  })

  it('sends a chat to many, which comes alive; its chart is in the thread, and each of them has a mailbox', async () => {
    const { page, faults } = await openWatched(browser, demo.url)
    await type(page, 'Message #support', '/chat')
    await page.keyboard.press('Enter')
    const form = page.getByRole('dialog', { name: 'New chat' })
    await form.getByRole('combobox', { name: 'Segment' }).click()
    await page.getByRole('option', { name: 'Trial customers' }).click()
    await form.getByRole('textbox', { name: 'Subject' }).fill('Your trial ends on {{ customer.trial_ends }}')
    await form.getByRole('textbox', { name: 'Message' }).fill('Hello {{ customer.first_name }}, how is it?')
    await form.getByRole('button', { name: 'Dry run' }).click()
    await page.getByRole('button', { name: `Send to ${PEOPLE} people` }).click()
    await page.getByRole('dialog').getByText('is on its way').waitFor()
    await page.keyboard.press('Escape')

    const card = page.getByRole('article').filter({ hasText: 'Chat 2 ·' })
    await card.getByText('answered 3 · unsubscribed 1').waitFor()
    await card.getByText('bounced 1').waitFor()
    await card.getByRole('button', { name: 'Report' }).click()
    await page.getByRole('button', { name: 'Chart into the thread' }).click()
    await page.keyboard.press('Escape')
    await card.getByRole('button', { name: /repl/ }).click()
    const thread = page.getByRole('complementary', { name: 'Thread' })
    const chart = thread.getByRole('img', { name: /^answers-/ })
    await expect.poll(() => chart.evaluate(img => (img as HTMLImageElement).naturalWidth)).toBe(1_000)

    const last = trialCustomers(PEOPLE).at(-1)
    await page.getByRole('button', { name: /^\d+ other mailboxes, \d+ new/ }).click()
    await page.getByRole('searchbox', { name: 'Find a mailbox' }).fill(last?.address ?? '')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /^New mail from .*: Your trial ends on/ }).click()
    await page
      .frameLocator('iframe')
      .getByText(`Hello ${last?.name.split(' ')[0]}, how is it?`)
      .waitFor()
    expect(faults).toEqual([])
    await page.close()
  })

  it('runs no script of a mail and asks the net for nothing', async () => {
    const mallory = demo.mail.customer('Mallory <mallory@globex.test>')
    await mallory.write({
      to: 'support@tulip.test',
      subject: 'Pictures',
      text: 'Look',
      html: '<p>Look</p><img src="https://tracker.test/p.png"><script>parent.document.title = "taken"</script>',
    })
    const { page, faults } = await openWatched(browser, `${demo.url}/#mailbox=mallory@globex.test`)
    await page.getByRole('button', { name: /^Mail to .*: Pictures/ }).click()
    await page.frameLocator('iframe').getByText('Look').waitFor()
    expect(await page.title()).not.toBe('taken')
    expect(faults).toEqual([])
    await page.close()
  })
})

async function type(page: Page, field: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name: field }).click()
  await page.keyboard.type(text)
}

async function more(message: ReturnType<Page['locator']>, page: Page, action: string): Promise<void> {
  await message.hover()
  await message.getByRole('button', { name: 'More actions for this message' }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** A promise, and what resolves it. */
function gate(): [Promise<void>, () => void] {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return [opened, open]
}
