import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The path of a file that stands beside package.json, wherever this code runs from: its sources or what was built. */
export function projectFile(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return join(folder, name)
}

/** The version of Overture, such as 1.2.3. */
export function version(): string {
  return JSON.parse(readFileSync(projectFile('package.json'), 'utf8')).version
}
