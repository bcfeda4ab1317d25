import { card, type Scene, write } from '../scene.ts'

/** What is known of a customer. */
export const customer: Scene = {
  name: 'customer',
  height: 1400,
  async play(page) {
    await write(page, '/outreach who jane@acme.test')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Acme Gardens').first().waitFor()
    return [dialog]
  },
}

/** A mail of somebody who is not the customer. */
export const trouble: Scene = {
  name: 'trouble',
  height: 980,
  async play(page) {
    await card(page, 'Your first order: which day?').getByRole('button', { name: /repl(y|ies)/ }).click()
    const thread = page.getByRole('complementary', { name: 'Thread' })
    await thread.getByText('Hugo is on holiday').first().waitFor()
    return [thread]
  },
}

/** Mails that belong to no ticket. */
export const tray: Scene = {
  name: 'tray',
  height: 800,
  async play(page) {
    await page.getByRole('button', { name: 'Overture Home' }).click()
    await page.getByRole('button', { name: 'Set-up', exact: true }).click()
    await page.getByRole('button', { name: 'Look', exact: true }).first().click()
    const shown = page.getByRole('dialog', { name: 'Mails left over' })
    await shown.getByText('Your label for 14 boxes').waitFor()
    return [shown]
  },
}
