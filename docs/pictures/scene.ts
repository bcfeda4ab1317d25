import type { Demo } from '../../src/sandbox/demo.ts'
import type { Page } from '../../test/support/browser.ts'

/** One picture of the docs. */
export interface Scene {
  name: string // of the file, without .png
  width?: number
  height?: number
  /** Shows Slack alone, or the mailboxes too. */
  shows?: 'Slack' | 'Both'
  /** Does what is to be seen, and returns what is to be in the picture, side by side or one above the other; nothing for the whole page. */
  play(page: Page, demo: Demo): Promise<Locator[]>
}

export type Locator = ReturnType<Page['locator']>

/** Writes a line, such as a command, into the open channel. */
export async function write(page: Page, line: string): Promise<void> {
  await page.getByRole('textbox', { name: /^Message #/ }).click()
  await page.keyboard.type(line)
  await page.keyboard.press('Enter')
}

export async function goTo(page: Page, channel: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Workspace' })
    .getByRole('button', { name: new RegExp(`^${channel}`) })
    .first()
    .click()
}

export function card(page: Page, text: string): Locator {
  return page.getByRole('article').filter({ hasText: text }).first()
}

/** Opens *More* on a card, and something in it. */
export async function more(page: Page, on: Locator, action: string): Promise<void> {
  await on.getByRole('button', { name: 'More', exact: true }).click()
  await page
    .getByRole('dialog', { name: /^More on/ })
    .getByRole('button', { name: action })
    .first()
    .click()
}

/** Picks an option of a select by its label. */
export async function pick(page: Page, form: Locator, field: string, option: string | RegExp): Promise<void> {
  await form.getByRole('combobox', { name: field }).click()
  await page.getByRole('option', { name: option }).first().click()
}
