// Loaded into a real Overture process before it starts: ends it, without a word, right before or right after its n-th
// commit that changed something, counted from when it is told so: `before:3`.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
let side = ''
let n = 0
let commits = 0
process.on('message', point => {
  side = point.split(':')[0]
  n = Number(point.split(':')[1])
  commits = 0
})
process.channel.unref()

function around(commit) {
  commits++
  const isIt = commits === n
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
