// Loaded into a real Overture process before it starts: ends it, without a word, right before or right after its n-th
// commit that changed something. KILL_AT=before:3
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const [side, n] = (process.env.KILL_AT ?? '').split(':')
let commits = 0

function around(commit) {
  commits++
  const isIt = commits === Number(n)
  if (isIt && side === 'before') process.kill(process.pid, 'SIGKILL')
  const value = commit()
  if (isIt && side === 'after') {
    if (value instanceof Promise) return value.then(() => process.kill(process.pid, 'SIGKILL'))
    process.kill(process.pid, 'SIGKILL')
  }
  return value
}

const Database = require('better-sqlite3')
const { exec } = Database.prototype
let changes = 0
Database.prototype.exec = function (sql) {
  if (sql !== 'commit') return exec.call(this, sql)
  const now = this.prepare('select total_changes() as n').get().n
  const changed = now !== changes
  changes = now
  return changed ? around(() => exec.call(this, sql)) : exec.call(this, sql)
}

const { Client } = require('pg')
const { query } = Client.prototype
Client.prototype.query = function (...args) {
  const text = typeof args[0] === 'string' ? args[0] : args[0]?.text
  if (text === 'begin') this.wrote = false
  if (/^(insert|update|delete)/i.test(text ?? '')) this.wrote = true
  return text === 'commit' && this.wrote ? around(() => query.apply(this, args)) : query.apply(this, args)
}
