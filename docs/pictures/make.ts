/** Makes the pictures of the README from the demo page: `npm run pictures`. Needs Chromium on the PATH. */
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startDemo } from '../../src/sandbox/demo.ts'
import { launchChromium, openWatched } from '../../test/support/browser.ts'

const LARGEST = 300_000

const ticket = fileURLToPath(new URL('ticket.png', import.meta.url))
const [demo, browser] = await Promise.all([startDemo(), launchChromium()])
try {
  const { page } = await openWatched(browser, demo.url, { width: 1360, height: 820 })
  await page.getByRole('button', { name: 'Dismiss hints' }).click()
  await page.getByRole('button', { name: /repl(y|ies)/ }).first().click()
  await page.getByRole('complementary', { name: 'Thread' }).getByText('red ones').first().waitFor()
  await page.getByRole('button', { name: /^Mailbox of Jane/ }).click()
  await page.getByRole('button', { name: /^Mail from/ }).last().click()
  await page.frameLocator('iframe').getByText('Hello Jane').waitFor()
  await page.mouse.move(0, 0)
  await page.screenshot({ path: ticket, animations: 'disabled', caret: 'hide' })
  const { size } = statSync(ticket)
  if (size > LARGEST) throw new Error(`ticket.png has ${size} bytes, more than ${LARGEST}.`)
  console.log(`ticket.png: ${Math.round(size / 1000)} KB`)
} finally {
  await browser.close()
  await demo.close()
}
