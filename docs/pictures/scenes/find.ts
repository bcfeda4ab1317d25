import type { Page } from '../../../test/support/browser.ts'
import { goTo, pick, type Scene } from '../scene.ts'

async function openHome(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Overture Home' }).click()
  await page.getByRole('button', { name: 'Find', exact: true }).waitFor()
}

/** The form of Find, begun from App Home. */
export const find: Scene = {
  name: 'find',
  height: 920,
  async play(page) {
    await openHome(page)
    await page.getByRole('button', { name: 'Find', exact: true }).click()
    const form = page.getByRole('dialog', { name: 'Find' })
    await form.getByRole('textbox').first().fill('tulips -invoice')
    await pick(page, form, 'Status', 'In progress')
    await page.getByRole('option', { name: 'New reply' }).click()
    await page.keyboard.press('Tab')
    await form.getByRole('combobox', { name: 'Tag', exact: true }).click()
    await page.keyboard.type('Late')
    await page.getByRole('option', { name: /Late/ }).first().click()
    await page.keyboard.press('Tab')
    return [form]
  },
}

/** What a saved view finds. */
export const view: Scene = {
  name: 'view',
  height: 1000,
  async play(page) {
    await openHome(page)
    await page.getByRole('button', { name: /Waiting for us/ }).click()
    const found = page.getByRole('dialog', { name: /Find|Waiting/ })
    await found.getByText(/\d+ tickets?/).first().waitFor()
    return [found]
  },
}
