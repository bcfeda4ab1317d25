/**
 * Makes the pictures of the docs from the demo page: `npm run pictures`, or `npm run pictures -- find merge` for some of
 * them. Needs Chromium on the PATH.
 */
import { statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Demo, startDemo } from '../../src/sandbox/demo.ts'
import { type Browser, launchChromium, openWatched } from '../../test/support/browser.ts'
import type { Scene } from './scene.ts'
import { scenes } from './scenes/index.ts'

const LARGEST = 250_000
const ZONE = 'Europe/Amsterdam' // where Tulip is

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !scenes.some(s => s.name === name))
if (unknown.length) {
  console.error(`There is no picture ${unknown.join(', ')}. There are ${scenes.map(s => s.name).join(', ')}.`)
  process.exit(2)
}
const [demo, browser] = await Promise.all([startDemo(), launchChromium()])
try {
  for (const scene of scenes.filter(s => !wanted.length || wanted.includes(s.name)))
    await take(browser, demo, scene).catch(fail)
} finally {
  await browser.close()
  await demo.close()
}

/** The others are taken all the same. */
function fail(error: Error): void {
  console.error(error)
  process.exitCode = 1
}

async function take(browser: Browser, demo: Demo, scene: Scene): Promise<void> {
  const { name, width = 1100, height = 900, shows = 'Slack' } = scene
  const { page } = await openWatched(browser, demo.url, { width, height, zone: ZONE })
  await page.getByRole('button', { name: 'Dismiss hints' }).click()
  if (shows !== 'Both') await page.getByRole('button', { name: shows, exact: true }).click()
  const path = fileURLToPath(new URL(`${name}.png`, import.meta.url))
  try {
    const subjects = await scene.play(page, demo)
    await page.mouse.move(0, 0)
    await page.evaluate(() => document.activeElement instanceof HTMLButtonElement && document.activeElement.blur())
    const clip = subjects.length ? around(await Promise.all(subjects.map(s => s.boundingBox()))) : undefined
    await page.screenshot({ path, animations: 'disabled', caret: 'hide', ...(clip && { clip }) })
  } catch (error) {
    const seen = join(tmpdir(), `${name}.png`)
    await page.screenshot({ path: seen })
    throw new Error(`${name} could not be taken; how it looked then is in ${seen}.`, { cause: error })
  } finally {
    const ann = demo.slack.as('Ann')
    while (ann.modals().length) await ann.close({ all: true }) // the next scene begins without a form
    await page.close()
  }
  const { size } = statSync(path)
  console.log(`${name}.png: ${Math.round(size / 1000)} KB`)
  if (size > LARGEST) throw new Error(`${name}.png has ${size} bytes, more than ${LARGEST}.`)
}

type Box = { x: number; y: number; width: number; height: number }

function around(boxes: (Box | null)[]): Box {
  const all = boxes.filter(b => b !== null)
  const [x, y] = [Math.min(...all.map(b => b.x)), Math.min(...all.map(b => b.y))]
  const right = Math.max(...all.map(b => b.x + b.width))
  const bottom = Math.max(...all.map(b => b.y + b.height))
  return { x, y, width: right - x, height: bottom - y }
}
