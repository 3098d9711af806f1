/** What a diagnosis is made from: an open yard, or a yard's files where its owner is another process, or nobody. */
import { readFileSync, statfsSync } from 'node:fs'
import { ok, type Result } from '../../base/result.ts'
import { parseKey } from '../../config/keys.ts'
import { loadConfig, type LoadedConfig } from '../../config/load.ts'
import { userPaths, type YardPaths } from '../../config/paths.ts'
import type { Coordinator } from '../../coordinator/coordinator.ts'
import type { Failure } from '../../domain/failure.ts'
import { tokenOfMachine } from '../../domain/messages/access-token.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Schedule } from '../../domain/task.ts'
import { machineOf } from '../../fleet/mail/envelope.ts'
import { checkInThread, checkIntegrity, type Integrity } from '../../store/large/check-integrity.ts'
import { type MailFigures, readMailFigures } from '../../store/read-only.ts'
import { probe } from '../executors/probe.ts'
import type { EndpointState, Fleet } from '../fleet/open-fleet.ts'
import { nextFireAt } from '../timetable.ts'
import { readConfig } from '../yard-config.ts'
import { YARD_VERSION, type YardParts } from '../yard.ts'

/**
 * Who has the yard open. unknown: its lock cannot be asked. self: this process. other: `heartbeatAgeMs` is null where it has shown no
 * heartbeat, or is a command, which has no loop; `pid` where it does not say who it is.
 */
export type OwnerFinding =
  | { readonly kind: 'none'; readonly leftPid: number | null }
  | { readonly kind: 'unknown'; readonly problem: string }
  | { readonly kind: 'self'; readonly heartbeatAgeMs: number | null }
  | {
      readonly kind: 'other'
      readonly pid: number | null
      readonly version: string | null
      readonly isCommand: boolean
      readonly answers: boolean
      readonly heartbeatAgeMs: number | null
    }

export interface Patient {
  readonly paths: YardPaths
  readonly dataFolder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly owner: OwnerFinding
  /** Names of the executors that a file configures. */
  readonly namedExecutors: readonly string[]
  /** What is in force; null where the files are broken and nothing is. */
  readonly settings: Settings | null
  /** What is wrong with the files. */
  readonly configProblem: Failure | null
  /** Remotes are asked. */
  readonly isNetwork: boolean
  now(): number
  /** Null where it cannot be checked here. */
  integrity(limitMs: number): Promise<Integrity | null>
  /** Null where there are no messages. */
  mail(): MailFigures | null
  /** Where its host serves other machines, or why it does not; null where it is not known, or no host does. */
  endpoint(): Pick<EndpointState, 'url' | 'problem'> | null
  /** Whether an executor can run here. */
  probe(name: string): { readonly binary: string | null; readonly problem: string | null }
  nextFireAt(schedule: Schedule): Result<number | null, Failure>
  freeBytes(): number
}

/** Asked by its own process. */
export function yardPatient(
  parts: YardParts,
  { heartbeatAgeMs, endpoint }: Pick<Coordinator, 'heartbeatAgeMs'> & Pick<Fleet, 'endpoint'>,
  isNetwork: boolean,
): Patient {
  const { options, current, opened, clock } = parts
  const { paths, env, host, largeWriteEntry: entry } = options
  const { settings } = current.config
  const pending = readConfig(options, current.flags)
  return {
    ...commonOf(paths, env),
    version: YARD_VERSION,
    owner: { kind: 'self', heartbeatAgeMs: host === 'command' ? null : heartbeatAgeMs() },
    namedExecutors: executorsIn(current.config),
    settings,
    configProblem: pending.ok ? null : pending.error,
    isNetwork,
    now: () => clock.now(),
    integrity: async (limitMs) =>
      entry === undefined ? null : checkInThread(entry, { check: paths.db, limitMs }),
    mail() {
      const { plan } = opened
      // What is for a machine that has a token is fetched from here.
      const sent = [...plan.deliveries.values()].filter(
        ({ recipient, recipientKind }) =>
          recipientKind === 'remote' && tokenOfMachine(plan, machineOf(recipient)) === null,
      )
      const dead = opened.store.mail.dead(MOST_DEAD).length
      const oldestAt = sent.length === 0 ? null : Math.min(...sent.map(({ at }) => at))
      return { dead, outbox: sent.length, oldestAt }
    },
    endpoint,
    probe: (name) => probe(settings, name, options),
    nextFireAt: (schedule) => nextFireAt(schedule, clock.now(), settings.schedule.tz),
  }
}

/** More are not counted. */
const MOST_DEAD = 1000

interface Outside {
  readonly paths: YardPaths
  readonly env: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly owner: OwnerFinding
  readonly isNetwork: boolean
}

/** Asked from outside: of the files alone, which stay as they are. */
export function filesPatient({ paths, env, ...given }: Outside): Patient {
  const sources = { globalFile: userPaths(env).config, projectFile: paths.config, env }
  const loaded = loadConfig(sources)
  const settings = loaded.ok ? loaded.value.settings : null
  return {
    ...commonOf(paths, env),
    ...given,
    namedExecutors: loaded.ok ? executorsIn(loaded.value) : [],
    settings,
    configProblem: loaded.ok ? null : loaded.error,
    now: () => Date.now(),
    integrity: async (limitMs) => checkIntegrity({ check: paths.db, limitMs }),
    mail: () => readMailFigures(paths.db),
    endpoint: () => announcedAt(paths.service.door),
    probe: (name) =>
      settings ? probe(settings, name, { env, paths }) : { binary: null, problem: null },
    nextFireAt: (schedule) =>
      settings ? nextFireAt(schedule, Date.now(), settings.schedule.tz) : ok(null),
  }
}

const commonOf = (paths: YardPaths, env: Outside['env']) => ({
  paths,
  env,
  dataFolder: userPaths(env).data,
  freeBytes(): number {
    const { bavail, bsize } = statfsSync(paths.yard)
    return bavail * bsize
  },
})

/** As its host has written it down. */
function announcedAt(file: string): ReturnType<Patient['endpoint']> {
  try {
    const { url } = JSON.parse(readFileSync(file, 'utf8')) as { readonly url?: unknown }
    return typeof url === 'string' ? { url, problem: null } : null
  } catch {
    return null // no host serves, or it is just being written
  }
}

function executorsIn(config: LoadedConfig): string[] {
  const named = config.list().flatMap(({ key, source }) => {
    const [table, name] = parseKey(key) ?? []
    return table === 'executors' && name !== undefined && source !== 'default' ? [name] : []
  })
  return [...new Set(named)]
}
