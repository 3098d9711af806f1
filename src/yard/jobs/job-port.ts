/** Jobs as the coordinator fires them: the settings, the stored runs, and since when each schedule holds. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../base/text.ts'
import type { JobPort, JobStart } from '../../coordinator/ports.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import { replaceFile } from '../../files/replace-file.ts'
import type { Store } from '../../store/store.ts'
import { sendingOf } from '../messages/send.ts'

interface JobPortParts {
  readonly plan: Plan
  readonly store: Store
  readonly settings: () => Settings
  readonly isTrusted: () => boolean
  readonly now: () => number
  /** Where the starts of the schedules are kept. */
  readonly file: string
  readonly log: Log
}

export function createJobPort(parts: JobPortParts): JobPort {
  const { plan, store, settings, isTrusted, file, log } = parts
  const { mail } = store
  const given = new Map<string, number>()
  return {
    all: () => (isTrusted() ? settings().jobs : {}),
    timesOf: mail.jobTimes,
    hasRun: (name, scheduledFor, id) =>
      mail.hasJobRun(name, scheduledFor) || mail.message(id) !== null,
    takeNumber(name) {
      const number = Math.max(given.get(name) ?? 0, mail.lastRunNumber(name)) + 1
      given.set(name, number)
      return number
    },
    deliveriesOf: (id) => mail.message(id)?.deliveries ?? null,
    agentOf: (id) => plan.agents.get(id) ?? store.agent(id),
    sendingTo(name, message) {
      const { members } = settings()
      if (!Object.hasOwn(members, name)) return null
      const kind = members[name]?.isPerson ? 'person' : 'member'
      return sendingOf({ settings: settings(), store, now: parts.now() }, message, [{ name, kind }])
    },
    starts: { read: () => readStarts(file), write: (starts) => writeStarts(file, starts, log) },
  }
}

const startsSchema = z.record(
  z.string(),
  z.object({ schedule: z.string(), since: z.number().int().nullable() }),
)

/** Without the file, or with one that is torn, each job counts from now on. */
function readStarts(file: string): Readonly<Record<string, JobStart>> {
  try {
    return startsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {} // no job was seen yet
  }
}

function writeStarts(file: string, starts: Readonly<Record<string, JobStart>>, log: Log): boolean {
  try {
    replaceFile(file, `${JSON.stringify(starts)}\n`)
    return true
  } catch (error) {
    log.warn('the starts of jobs could not be written', { file, error: errorText(error) })
    return false
  }
}
