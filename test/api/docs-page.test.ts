import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, chromiumAvailable, launchChromium } from '../support/browser.ts'
import { newDatabase } from '../support/database.ts'
import { freePort, startProcess } from '../support/process.ts'
import { programOf } from '../support/program.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ env: { PUBLIC_URL: 'https://desk.tulip.test/overture/' } })
  await world.openTicket()
})
afterAll(() => world?.close())

interface Document {
  openapi: string
  servers: { url: string }[]
  tags: { name: string }[]
  paths: Record<
    string,
    Record<
      string,
      {
        operationId: string
        tags: string[]
        summary: string
        parameters?: Parameter[]
        security: object[]
        responses: Record<string, { description: string }>
      }
    >
  >
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> }
}

interface Parameter {
  in: string
  name: string
  description?: string
}

const described = async () => (await (await fetch(`${world.overture.url}/openapi.json`)).json()) as Document

describe('the description of the API', () => {
  it('is OpenAPI 3.1', async () => {
    const document = await described()
    expect(await new Validator().validate(JSON.parse(JSON.stringify(document)))).toEqual({ valid: true })
    expect(document.openapi).toBe('3.1.0')
    const spoilt = { ...document, paths: { '/x': { get: { responses: { 200: {} } } } } }
    expect((await new Validator().validate(spoilt)).valid).toBe(false)
  })

  it('tells of each request by a name of its own, a noun, a summary, a key, and what a refusal means', async () => {
    const document = await described()
    const operations = Object.values(document.paths).flatMap(methods => Object.values(methods))
    const names = operations.map(o => o.operationId)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('thenaGetTicketsById')
    for (const o of operations) {
      expect(o.operationId).toMatch(/^[a-z][A-Za-z0-9]+$/)
      expect(o.summary).toBeTruthy()
      expect(o.security).toHaveLength(1)
      expect(o.tags.every(tag => document.tags.some(t => t.name === tag))).toBe(true)
      expect(o.responses['4XX']?.description).toContain('429')
      expect(Object.values(o.responses).map(r => r.description)).not.toContain('Default Response')
    }
    expect(operations.flatMap(o => o.parameters ?? []).find(p => p.name === 'Idempotency-Key')).toMatchObject({
      in: 'header',
      description: expect.stringContaining('409'),
    })
    expect(document.servers.map(s => s.url)).toEqual(['https://desk.tulip.test/overture', './'])
    const text = JSON.stringify(document)
    for (const name of Object.keys(document.components.schemas))
      expect(text).toContain(`"#/components/schemas/${name}"`)
  })
})

/** What is fetched, to its end: a server waits for those who have not heard all of it. */
async function read(url: string): Promise<Response> {
  const answered = await fetch(url)
  await answered.arrayBuffer()
  return answered
}

/** All that the page loads by itself, as it is named on it. */
async function assetsOf(url: string): Promise<string[]> {
  const html = await (await fetch(url)).text()
  return [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => new URL(path, url).href)
}

describe('the page of the API', () => {
  it('is sent with all that it loads, and lets nothing in from elsewhere', async () => {
    const page = await read(`${world.overture.url}/docs`)
    expect([page.status, page.redirected, page.url]).toEqual([200, true, `${world.overture.url}/docs/`])
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    const assets = await assetsOf(page.url)
    expect(assets.length).toBeGreaterThan(5)
    for (const asset of assets) {
      const answered = await read(asset)
      expect([asset, answered.status]).toEqual([asset, 200])
      expect(answered.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    }
    const { servers, ...rest } = (await (await fetch(`${page.url}json`)).json()) as Document
    expect(rest).toEqual({ ...(await described()), servers: undefined })
    expect(new URL(servers[1]?.url ?? '', `${page.url}json`).href).toBe(`${world.overture.url}/`)
    expect((await read(`${page.url}static/../../package.json`)).status).toBe(404)
    expect((await read(`${page.url}static/%2e%2e/package.json`)).status).toBe(404)
  })

  it('is there as `npm start` runs Overture, too', { timeout: 60_000 }, async () => {
    const database = await newDatabase()
    const port = await freePort()
    const running = await startProcess({
      SLACK_BOT_TOKEN: world.slack.botToken,
      SLACK_SIGNING_SECRET: world.slack.signingSecret,
      SLACK_API_URL: world.slack.apiUrl,
      DATABASE_URL: database.url,
      PORT: String(port),
    })
    try {
      const url = `http://127.0.0.1:${port}/docs/`
      const assets = await assetsOf(url)
      expect(assets.length).toBeGreaterThan(5)
      for (const asset of [...assets, `${url}json`]) expect([asset, (await read(asset)).status]).toEqual([asset, 200])
    } finally {
      running.kill('SIGTERM')
      await running.ended
      await database.drop()
    }
  })

  const missing = chromiumAvailable() ? '' : ' (skipped: there is no chromium on the PATH)'
  it.skipIf(missing)(`tries a request with a key, in a browser${missing}`, { timeout: 60_000 }, async () => {
    const { key } = await programOf(world, world.ann)
    const browser: Browser = await launchChromium()
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } })
      const faults: string[] = []
      page.on('pageerror', error => faults.push(error.message))
      page.on('console', message => message.type() === 'error' && faults.push(message.text()))
      page.on('request', request => {
        if (!/^(data:|http:\/\/127\.0\.0\.1:)/.test(request.url())) faults.push(`asked for ${request.url()}`)
      })
      await page.goto(`${world.overture.url}/docs`)
      await page.getByText('Write to customers first, from programs.').waitFor()
      await page.locator('.servers select').selectOption('../')
      await page.getByRole('button', { name: 'Authorize' }).first().click()
      const dialog = page.locator('.dialog-ux')
      await dialog.getByText('Thena (apiKey)').waitFor()
      await dialog.getByText('Proto (http, Bearer)').waitFor()
      const thena = dialog.locator('.auth-container', { hasText: 'Thena (apiKey)' })
      await thena.getByRole('textbox').fill(key)
      await thena.getByRole('button', { name: 'Apply credentials' }).click()
      await dialog.getByRole('button', { name: 'Close' }).first().click()
      const request = page.locator('#operations-Thena_tickets-thenaGetTicketsById')
      await page.getByText('Thena tickets', { exact: true }).click()
      await request.getByRole('button').first().click()
      await request.getByRole('button', { name: 'Try it out' }).click()
      await request.getByPlaceholder('id').fill('SUP-1')
      await request.getByRole('button', { name: 'Execute' }).click()
      await request.locator('.live-responses-table').getByText('"ticketIdentifier": "SUP-1"').waitFor()
      if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE, fullPage: true })
      expect(faults).toEqual([])
    } finally {
      await browser.close()
    }
  })
})
