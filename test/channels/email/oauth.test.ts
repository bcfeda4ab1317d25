import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AccessRefused, createAccessTokens, type OAuthSettings } from '../../../src/channels/email/oauth.ts'

let server: Server
let settings: OAuthSettings
let asked: URLSearchParams[]
let answer: { status: number; body: unknown }
const clock = { now: 1_000_000 }
const now = () => clock.now

beforeEach(async () => {
  asked = []
  answer = { status: 200, body: { access_token: 'first', expires_in: 3600 } }
  server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    asked.push(new URLSearchParams(text))
    const { status, body } = answer
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  settings = {
    tokenUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    clientId: 'overture',
    clientSecret: 'sesame',
    refreshToken: 'refresh-1',
    scope: 'https://mail.test/',
  }
})
afterEach(() => {
  server.close()
})

const tokens = (changed: Partial<OAuthSettings> = {}) =>
  createAccessTokens({ ...settings, ...changed }, globalThis.fetch, now)

describe('an access token', () => {
  test('is asked for with the refresh token', async () => {
    expect(await tokens().tokenFor('desk@tulip.test')).toBe('first')
    expect(Object.fromEntries(asked[0] as URLSearchParams)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
      client_id: 'overture',
      client_secret: 'sesame',
      scope: 'https://mail.test/',
    })
  })

  test('is asked for in our own name where there is no refresh token', async () => {
    await tokens({ refreshToken: null }).tokenFor('desk@tulip.test')
    expect(asked[0]?.get('grant_type')).toBe('client_credentials')
    expect(asked[0]?.has('refresh_token')).toBe(false)
  })

  test('is kept until a minute before it expires', async () => {
    const t = tokens()
    await t.tokenFor('desk@tulip.test')
    clock.now += 3_539_000
    expect(await t.tokenFor('desk@tulip.test')).toBe('first')
    answer.body = { access_token: 'second', expires_in: '3600' }
    clock.now += 1_000
    expect(await t.tokenFor('desk@tulip.test')).toBe('second')
    expect(asked).toHaveLength(2)
  })

  test('is asked for once by many at the same time, and by each user', async () => {
    const t = tokens()
    const all = await Promise.all(Array.from({ length: 10 }, () => t.tokenFor('desk@tulip.test')))
    expect(new Set(all)).toEqual(new Set(['first']))
    expect(asked).toHaveLength(1)
    await t.tokenFor('sales@tulip.test')
    expect(asked).toHaveLength(2)
  })

  test('that was not accepted is asked for anew', async () => {
    const t = tokens()
    await t.tokenFor('desk@tulip.test')
    t.forget('desk@tulip.test')
    answer.body = { access_token: 'second', expires_in: 3600 }
    expect(await t.tokenFor('desk@tulip.test')).toBe('second')
  })

  test('is renewed with the newest refresh token that the provider gave', async () => {
    const t = tokens()
    answer.body = { access_token: 'first', expires_in: 3600, refresh_token: 'refresh-2' }
    await t.tokenFor('desk@tulip.test')
    t.forget('desk@tulip.test')
    await t.tokenFor('desk@tulip.test')
    expect(asked[1]?.get('refresh_token')).toBe('refresh-2')
  })

  test('that is refused says why, and the next try may succeed', async () => {
    const t = tokens()
    answer = { status: 400, body: { error: 'invalid_grant', error_description: 'Token has been\nrevoked.' } }
    const refusal = await t.tokenFor('desk@tulip.test').catch(error => error)
    expect(refusal).toBeInstanceOf(AccessRefused)
    expect(refusal.message).toBe(
      'The mail provider does not renew the access (invalid_grant: Token has been revoked.).',
    )
    answer = { status: 200, body: { access_token: 'first' } }
    expect(await t.tokenFor('desk@tulip.test')).toBe('first')
  })

  test.each([
    ['is overloaded', 503, 'Try later'],
    ['is asked too often', 429, { error: 'slow_down' }],
    ['answers without a token', 200, { token: 'x' }],
    ['answers nonsense', 200, '<html>'],
  ])('is no refusal where the provider %s', async (_what, status, body) => {
    answer = { status, body }
    const failure = await tokens()
      .tokenFor('desk@tulip.test')
      .catch(error => error)
    expect(failure).toBeInstanceOf(Error)
    expect(failure).not.toBeInstanceOf(AccessRefused)
    expect(failure.message).toMatch(/^The mail provider gives no access at the moment \(.*\)\.$/)
  })

  test('is no refusal where nobody answers, and no secret is in what is said', async () => {
    const failure = await tokens({ tokenUrl: 'http://127.0.0.1:1/token' })
      .tokenFor('desk@tulip.test')
      .catch(error => error)
    expect(failure.message).toMatch(/^The token server 127\.0\.0\.1:1 cannot be reached \(.*\)\.$/)
    expect(failure).not.toBeInstanceOf(AccessRefused)
    expect(failure.message).not.toContain('sesame')
  })
})
