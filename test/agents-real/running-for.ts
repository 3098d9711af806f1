import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { YardPaths } from '../../src/config/paths.ts'

/** Command lines of everything on this machine (Linux) that runs for a task of this yard, whoever started it. */
export async function runningFor(yard: YardPaths, task: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => readFile(join('/proc', pid, file), 'utf8').catch(() => '')
    const variables = (await read('environ')).split('\0')
    const isOurs = variables.includes(`YARD_DIR=${yard.root}`)
    if (!isOurs || !variables.includes(`YARD_TASK_ID=${task}`)) continue
    const line = (await read('cmdline')).replaceAll('\0', ' ')
    // A process that has ended and is not yet waited for has no command line.
    if (line !== '') found.push(line)
  }
  return found
}
