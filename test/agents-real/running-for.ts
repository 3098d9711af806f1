import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { YardPaths } from '../../src/config/paths.ts'

interface Running {
  readonly pid: number
  readonly line: string
}

/** Everything on this machine (Linux) that runs for a task of this yard, whoever started it. */
export async function processesFor(yard: YardPaths, task: string): Promise<readonly Running[]> {
  const found: Running[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => readFile(join('/proc', pid, file), 'utf8').catch(() => '')
    const variables = (await read('environ')).split('\0')
    const isOurs = variables.includes(`YARD_DIR=${yard.root}`)
    if (!isOurs || !variables.includes(`YARD_TASK_ID=${task}`)) continue
    const line = (await read('cmdline')).replaceAll('\0', ' ')
    // A process that has ended and is not yet waited for has no command line.
    if (line !== '') found.push({ pid: Number(pid), line })
  }
  return found
}

/** Their command lines. */
export const runningFor = async (yard: YardPaths, task: string): Promise<readonly string[]> =>
  (await processesFor(yard, task)).map(({ line }) => line)
