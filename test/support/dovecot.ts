import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ImapFlow } from 'imapflow'
import type { ImapOptions, ImapPlace } from './imap.ts'

const USER = 'desk'
const PASS = 'secret'

/** Whether a Dovecot whose settings this file speaks (2.3, as in Debian 12) is on the PATH. */
export function dovecotAvailable(): boolean {
  try {
    return execFileSync('dovecot', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .startsWith('2.3.')
  } catch {
    return false
  }
}

/** Starts a real Dovecot with one account, in a folder and on a loopback port of its own. */
export async function startDovecot(options: ImapOptions = {}, attempts = 3): Promise<ImapPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'overture-dovecot-'))
  try {
    return await startIn(folder, await freePort(), options)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    if (attempts <= 1) throw error
    return startDovecot(options, attempts - 1) // somebody else may have been faster to take the port
  }
}

async function startIn(folder: string, port: number, options: ImapOptions): Promise<ImapPlace> {
  const settings = await settle(folder, port, options)
  let running: ChildProcess | undefined = await run(settings, folder, port)

  async function stop(): Promise<void> {
    const child = running
    running = undefined
    if (child?.exitCode !== null || child.pid === undefined) return
    const ended = once(child, 'exit')
    process.kill(-child.pid, 'SIGKILL') // a gentle stop takes a second; mail that was saved is on disk
    await ended
    while (await greets(port)) await wait(10)
  }

  const drop = () => doveadm(settings, ['kick', USER], '', [0, 68]) // 68: nobody was connected
  return {
    url: `imap://${USER}:${PASS}@127.0.0.1:${port}/INBOX`,
    async append(raw, mailbox = 'INBOX') {
      if (mailbox !== 'INBOX') await doveadm(settings, ['mailbox', 'create', '-u', USER, mailbox], '', [0, 65])
      await doveadm(settings, ['save', '-u', USER, '-m', mailbox], raw)
    },
    appendAll: raws =>
      asClient(port, async client => {
        for (const raw of raws) await client.append('INBOX', raw)
      }),
    messages: (mailbox = 'INBOX') => asClient(port, client => messages(client, mailbox)),
    async resetUidValidity(mailbox = 'INBOX') {
      const validity = String(4_000_000_000 + (Math.floor(performance.now()) % 100_000_000))
      await doveadm(settings, ['mailbox', 'update', '-u', USER, '--uid-validity', validity, mailbox])
      await drop()
    },
    drop,
    async outage(down) {
      if (down) await stop()
      else running ??= await run(settings, folder, port)
    },
    async close() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Writes the settings and gives their path. As root the mails belong to nobody, since Dovecot lets no root read mail. */
async function settle(folder: string, port: number, options: ImapOptions): Promise<string> {
  const me = userInfo()
  const asRoot = me.uid === 0
  const [uid, gid] = asRoot ? [65534, 65534] : [me.uid, me.gid]
  await chmod(folder, 0o755)
  for (const name of ['mail', 'run']) await mkdir(join(folder, name), { mode: 0o755 })
  if (asRoot) await chown(join(folder, 'mail'), uid, gid)
  const login = asRoot ? '' : ownUsers(me.username)
  const chroot = asRoot ? '' : 'chroot =\n'
  const idle = options.withoutIdle ? 'imap_capability = IMAP4rev1 LITERAL+ ID ENABLE UIDPLUS MOVE\n' : ''
  await writeFile(join(folder, 'users'), `${USER}:{PLAIN}${PASS}:${uid}:${gid}::${folder}/mail\n`)
  await writeFile(
    join(folder, 'dovecot.conf'),
    `${login}${idle}protocols = imap
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
mailbox_list_index = no
namespace inbox {
  inbox = yes
  separator = /
}
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = passwd-file
  args = ${folder}/users
}
service imap-login {
  ${chroot}
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  ${chroot}
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`,
  )
  return join(folder, 'dovecot.conf')
}

/** Without root Dovecot cannot change users, so all of its parts run as the one we are. */
function ownUsers(user: string): string {
  const group = execFileSync('id', ['-gn']).toString().trim()
  return `default_internal_user = ${user}\ndefault_internal_group = ${group}\ndefault_login_user = ${user}\n`
}

async function run(settings: string, folder: string, port: number): Promise<ChildProcess> {
  const child = spawn('dovecot', ['-F', '-c', settings], { stdio: 'ignore', detached: true })
  const end = performance.now() + 10_000
  while (!(await greets(port))) {
    if (child.exitCode !== null || performance.now() > end) {
      if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGKILL')
      throw new Error(`Dovecot did not start:\n${await readFile(join(folder, 'log'), 'utf8').catch(() => '(no log)')}`)
    }
    await wait(20)
  }
  return child
}

async function greets(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    const [greeting] = await once(socket, 'data', { signal: AbortSignal.timeout(2000) })
    return String(greeting).startsWith('* OK')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function doveadm(settings: string, args: string[], input: Buffer | string = '', fine = [0]): Promise<void> {
  const child = spawn('doveadm', ['-c', settings, ...args], { stdio: ['pipe', 'ignore', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', text => {
    complaint += text
  })
  child.stdin.on('error', () => {}) // it may end without reading
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  if (!fine.includes(code)) throw new Error(`doveadm ${args.join(' ')} ended with ${code}: ${complaint}`)
}

async function asClient<T>(port: number, work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const auth = { user: USER, pass: PASS }
  const client = new ImapFlow({ host: '127.0.0.1', port, secure: false, auth, logger: false })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.logout()
  }
}

async function messages(client: ImapFlow, mailbox: string) {
  await client.mailboxOpen(mailbox, { readOnly: true })
  const mails = await client.fetchAll('1:*', { uid: true, flags: true, source: true })
  return mails.map(({ uid, flags, source }) => ({
    uid,
    flags: flags ?? new Set<string>(),
    raw: source ?? Buffer.alloc(0),
  }))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}
