import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Where Chromium is, by the PATH; undefined when there is none. */
function chromiumPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap(folder => NAMES.map(name => join(folder, name))).find(isExecutable)
}

/** Whether browser tests can run on this machine. */
export function chromiumAvailable(): boolean {
  return chromiumPath() !== undefined
}

/** A Chromium that asks nobody for anything of its own accord. */
export function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (!executablePath) throw new Error('There is no Chromium on the PATH.')
  const quiet = ['first-run', 'default-browser-check'].map(name => `--no-${name}`)
  const without = ['background-networking', 'component-update', 'sync', 'gpu', 'quic'].map(name => `--disable-${name}`)
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...quiet, ...without] })
}

/** A page whose faults and requests to anywhere but this machine are kept in a list, which should stay empty. */
export async function openWatched(
  browser: Browser,
  url: string,
  { width = 1440, height = 900, zone }: { width?: number; height?: number; zone?: string } = {},
) {
  const page = await browser.newPage({ viewport: { width, height }, ...(zone && { timezoneId: zone }) })
  page.setDefaultTimeout(20_000)
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.stack ?? error.message))
  page.on('requestfinished', request => {
    if (!isLocal(request.url())) faults.push(`asked for ${request.url()}`)
  })
  page.on('requestfailed', request => {
    // what the page's own policy forbids never left the browser
    if (!isLocal(request.url()) && request.failure()?.errorText !== 'csp') faults.push(`asked for ${request.url()}`)
  })
  page.on('response', response => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`)
  })
  await page.goto(url)
  await page.getByRole('region', { name: 'Slack workspace' }).waitFor()
  return { page, faults }
}

export type { Browser, Page }

function isLocal(url: string): boolean {
  return /^(http:\/\/127\.0\.0\.1[:/]|data:|about:|blob:)/.test(url)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
