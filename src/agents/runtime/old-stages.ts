/** What an owner that is no more left in a folder of agents that nobody will ask for again: ended, and then removed. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../base/log.ts'
import type { Launcher } from '../process/launcher.ts'
import type { ProcessHost } from '../process/process-host.ts'
import { recoverStage, type Recovery } from '../process/recover.ts'
import { readOwner } from '../process/stage-files.ts'
import { readStageRecord } from './stage-record.ts'

interface Parts {
  readonly launcher: Launcher
  readonly host: ProcessHost
  readonly log: Log
}

const GRACE_MS = 3000

/** Resolves when nothing of them runs any more. What cannot be told or ended now stays, for the next owner. Never rejects. */
export async function endOldStages(agents: string, parts: Parts): Promise<void> {
  await Promise.all(
    foldersIn(agents).map((name) =>
      endOne(join(agents, name), parts).catch((error: unknown) =>
        parts.log.warn('what an earlier owner left could not be ended', {
          agent: name,
          error: String(error),
        }),
      ),
    ),
  )
}

function foldersIn(agents: string): string[] {
  try {
    return readdirSync(agents).filter((name) => /^agent-\d+$/.test(name))
  } catch {
    return [] // none was ever started there
  }
}

function endOne(folder: string, parts: Parts): Promise<void> {
  const { bootId = null, key = null } = readStageRecord(folder) ?? {}
  return endOldStage(folder, { bootId, key }, parts)
}

/** Ends and removes one stage. `key`: the marker of what it started; null = not known, like its boot. Rejects where it cannot now. */
export async function endOldStage(
  folder: string,
  { bootId, key }: { readonly bootId: string | null; readonly key: string | null },
  { launcher, host, log }: Parts,
): Promise<void> {
  // Fenced out, what has not begun never will.
  const found = await recoverStage(folder, { bootIdAtLaunch: bootId, host })
  if (found.kind === 'undecided') throw new Error(found.message)
  const ended = await launcher.killTree({
    folder,
    leader: leaderOf(folder, found),
    marker: key,
    bootId: bootId ?? (await host.bootId()),
    signal: 'SIGTERM',
    graceMs: GRACE_MS,
  })
  if (!ended.ok) throw new Error(ended.error.message)
  if (ended.value.leftovers.length > 0) throw new Error('processes of it are still there')
  if (ended.value.members > 0)
    log.info('ended what an earlier owner left running', { processes: ended.value.members })
  rmSync(folder, { recursive: true, force: true })
}

/** Only one whose start is known: its number may have been given out again. */
function leaderOf(
  folder: string,
  found: Recovery,
): { readonly pid: number; readonly startTime: string } | null {
  const owner = found.kind === 'alive' ? found : readOwner(folder)
  if (!('pid' in owner) || owner.startTime === '') return null
  return { pid: owner.pid, startTime: owner.startTime }
}
