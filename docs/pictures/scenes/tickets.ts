import { card, more, type Scene } from '../scene.ts'

/** The main job: the card, its thread, and the customer's mailbox. */
export const ticket: Scene = {
  name: 'ticket',
  width: 1360,
  height: 780,
  shows: 'Both',
  async play(page) {
    await card(page, 'Your tulip bulbs are delayed').getByRole('button', { name: /repl(y|ies)/ }).click()
    await page.getByRole('complementary', { name: 'Thread' }).getByText('red ones').first().waitFor()
    await page.getByRole('button', { name: /^Mailbox of Jane/ }).click()
    await page.getByRole('button', { name: /^Mail from .*Your tulip bulbs/ }).click()
    await page.frameLocator('iframe').getByText('Hello Jane').waitFor()
    return []
  },
}

/** A mail that waits for its moment. */
export const schedule: Scene = {
  name: 'schedule',
  async play(page) {
    const waiting = card(page, 'Flowers for your gala')
    await waiting.scrollIntoViewIfNeeded()
    return [waiting]
  },
}

/** The question before two tickets become one. */
export const merge: Scene = {
  name: 'merge',
  async play(page) {
    const one = card(page, 'Which colours for your windows?')
    await one.scrollIntoViewIfNeeded()
    await more(page, one, 'Merge')
    const form = page.getByRole('dialog', { name: /^Merge/ })
    await form.getByRole('combobox', { name: 'Merge with' }).click()
    await page.keyboard.type('Bulbs do')
    await page.getByRole('option', { name: /Bulbs do not sprout/ }).first().click()
    await form.getByRole('button', { name: 'Merge' }).click()
    await form.getByText(/next/).first().waitFor()
    return [form]
  },
}
