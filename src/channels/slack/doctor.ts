import { readFileSync } from 'node:fs'
import { WebAPIPlatformError, WebClient } from '@slack/web-api'
import { parse } from 'yaml'
import type { Finding } from '../../lib/finding.ts'
import { projectFile } from '../../lib/project.ts'
import { createClients } from './clients.ts'

/** Asks Slack whether it knows our tokens, and whether all that the manifest wants was granted. */
export async function examineSlack(
  slack: {
    botToken: string
    appToken: string | null
    apiUrl: string | undefined
  },
  places: { name: string; place: string }[],
  publicUrl: string | null,
): Promise<Finding[]> {
  const { bulk } = createClients(slack.botToken, slack.apiUrl)
  const findings = [await examineToken(bulk)]
  if (slack.appToken) findings.push(await examineSockets(slack.appToken, slack.apiUrl))
  if (findings[0]?.well) for (const team of places) findings.push(await examinePlace(bulk, team))
  return [...findings, ...examineLinks(publicUrl)]
}

/** Slack tells nobody which domains an app has, so the manifest here stands for the one that was given to Slack. */
function examineLinks(publicUrl: string | null): Finding[] {
  if (!publicUrl) return []
  const { hostname } = new URL(publicUrl)
  const part = 'Ticket links'
  const domains = domainsOfManifest()
  if (domains.some(d => hostname === d || hostname.endsWith(`.${d}`)))
    return [
      { part, well: true, says: `links such as ${publicUrl.replace(/\/+$/, '')}/t/SUP-1 show their ticket in Slack.` },
    ]
  return [
    {
      part,
      well: null,
      says: `manifest.yml names no unfurl_domains for ${hostname}, so links to tickets show nothing in Slack.`,
      next: `Add "unfurl_domains: [${hostname}]" to its features, and update the app from it.`,
    },
  ]
}

async function examineToken(client: WebClient): Promise<Finding> {
  const part = 'Slack'
  try {
    const me = await client.auth.test()
    const granted = new Set(me.response_metadata?.scopes ?? [])
    const missing = scopesOfManifest().filter(s => !granted.has(s))
    if (missing.length)
      return {
        part,
        well: false,
        says: `these scopes are not granted: ${missing.join(', ')}.`,
        next: 'Update the app from manifest.yml and install it to the workspace again.',
      }
    return { part, well: true, says: `connected to ${me.team} as @${me.user}, all scopes granted.` }
  } catch (error) {
    return failure(part, error, 'Copy SLACK_BOT_TOKEN anew from the app\'s page "OAuth & Permissions".')
  }
}

async function examineSockets(appToken: string, apiUrl: string | undefined): Promise<Finding> {
  const part = 'Slack sockets'
  try {
    const client = new WebClient(undefined, {
      ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
      timeout: 10_000,
      retryConfig: { retries: 0 },
    })
    await client.apps.connections.open({ token: appToken })
    return { part, well: true, says: 'Socket Mode works.' }
  } catch (error) {
    return failure(
      part,
      error,
      'Make an app-level token with the scope connections:write and set SLACK_APP_TOKEN; switch Socket Mode on.',
    )
  }
}

async function examinePlace(client: WebClient, team: { name: string; place: string }): Promise<Finding> {
  const part = `Team ${team.name}`
  const invite = 'Write /invite @Overture in it.'
  try {
    const { channel } = await client.conversations.info({ channel: team.place })
    if (channel?.is_archived)
      return { part, well: false, says: `#${channel.name} is archived.`, next: 'Choose another channel in Set-up.' }
    if (!channel?.is_member) return { part, well: false, says: `Overture is not in #${channel?.name}.`, next: invite }
    return { part, well: true, says: `its tickets are shown in #${channel.name}.` }
  } catch (error) {
    return failure(part, error, invite)
  }
}

function failure(part: string, error: unknown, next: string): Finding {
  if (error instanceof WebAPIPlatformError) return { part, well: false, says: `Slack says ${error.data.error}.`, next }
  return {
    part,
    well: false,
    says: `cannot be reached (${error instanceof Error ? error.message : error}).`,
    next: 'Check the network, a proxy, and SLACK_API_URL.',
  }
}

/** The one list of scopes is the manifest's. */
function scopesOfManifest(): string[] {
  return manifest().oauth_config.scopes.bot
}

function domainsOfManifest(): string[] {
  return manifest().features.unfurl_domains ?? []
}

function manifest() {
  return parse(readFileSync(projectFile('manifest.yml'), 'utf8'))
}
