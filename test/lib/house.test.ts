import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Import {
  file: string
  from: string // a path in this project, or a package
}

const imports: Import[] = [...files('src'), ...files('migrations')].flatMap(file =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, from = '']) => ({
    file,
    from: from.startsWith('.') ? normalize(join(dirname(file), from)) : from,
  })),
)

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name))
    .map(name => join(folder, name))
}

const broken = (isWrong: (i: Import) => boolean) => imports.filter(isWrong).map(i => `${i.file} imports ${i.from}`)
const within = (path: string, ...places: string[]) => places.some(p => path === p || path.startsWith(`${p}/`))

describe('the house', () => {
  it('lets inner rooms know nothing of outer ones', () => {
    const may: Record<string, string[]> = {
      'src/lib': ['src/lib'],
      'src/db': ['src/db', 'src/lib', 'migrations'],
      'src/core': ['src/core', 'src/db', 'src/lib'],
      'src/channels/slack': ['src/channels/slack', 'src/channels/channel.ts', 'src/core', 'src/db', 'src/lib'],
      'src/channels/email': ['src/channels/email', 'src/channels/channel.ts', 'src/core', 'src/db', 'src/lib'],
    }
    for (const [room, rooms] of Object.entries(may))
      expect(
        broken(i => within(i.file, room) && within(i.from, 'src', 'migrations') && !within(i.from, ...rooms)),
      ).toEqual([])
  })

  it('keeps each library in its room', () => {
    const sandbox = 'src/sandbox'
    expect(broken(i => i.from.startsWith('@slack/') && !within(i.file, 'src/channels/slack', sandbox))).toEqual([])
    const mail = /^(nodemailer|imapflow|mailparser|@zone-eu\/mailsplit|smtp-server|mailauth|html-to-text|ical\.js)/
    expect(broken(i => mail.test(i.from) && !within(i.file, 'src/channels/email', sandbox))).toEqual([])
    expect(broken(i => i.from.startsWith('kysely') && !within(i.file, 'src/core', 'src/db', 'migrations'))).toEqual([])
  })

  it('tells operators of every setting', () => {
    const names = [...readFileSync('src/config.ts', 'utf8').matchAll(/^ {2}([A-Z]+(?:_[A-Z]+)*): /gm)].map(m => m[1])
    expect(names.length).toBeGreaterThan(20)
    const missing = (file: string) => names.filter(name => !readFileSync(file, 'utf8').includes(String(name)))
    expect(missing('docs/self-hosting.md')).toEqual([])
    expect(missing('.env.example')).toEqual(['SLACK_API_URL']) // for tests
  })

  it('has the sandbox known to the command line alone', () => {
    expect(broken(i => within(i.from, 'src/sandbox') && !within(i.file, 'src/sandbox', 'src/cli.ts'))).toEqual([])
  })
})
