import type { Page } from '../../../test/support/browser.ts'
import { type Locator, pick, type Scene, write } from '../scene.ts'

async function newTicket(page: Page): Promise<Locator> {
  await write(page, '/ticket jane@acme.test')
  const form = page.getByRole('dialog', { name: 'New ticket' })
  await form.getByRole('combobox', { name: 'Template' }).waitFor()
  return form
}

/** Which templates there are: one's own, and the team's. */
export const templates: Scene = {
  name: 'templates',
  height: 900,
  async play(page) {
    const form = await newTicket(page)
    await form.getByText('Message', { exact: true }).scrollIntoViewIfNeeded()
    await form.getByRole('combobox', { name: 'Template' }).click()
    await page.getByRole('option', { name: /A delivery is late/ }).waitFor()
    return [form]
  },
}

/** One that was inserted, filled in for the customer. */
export const template: Scene = {
  name: 'template',
  height: 900,
  async play(page) {
    const form = await newTicket(page)
    await pick(page, form, 'Template', /A delivery is late/)
    await form.getByText('Acme Gardens').first().waitFor()
    await form.getByText('Message', { exact: true }).scrollIntoViewIfNeeded()
    return [form]
  },
}
