/** Members, their jobs, and how messages are delivered: what the configuration of a history says, and what people were told is sent. */
import { silentLog } from '../../../src/base/log.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { JobPort, JobStart, MailPort } from '../../../src/coordinator/ports.ts'
import type { MailPolicy } from '../../../src/domain/messages/message.ts'
import type { JobSettings, MemberSettings, Settings } from '../../../src/domain/settings.ts'
import type { OpenStore } from '../../../src/store/open-store.ts'
import { createJobPort } from '../../../src/yard/jobs/job-port.ts'
import { createMailPort } from '../../../src/yard/messages/mail-port.ts'
import type { SeededRandom } from '../../support/seeded-random.ts'

/** Whoever may be a member of a history, and who works for each. The first two are members of every one. */
export const EXECUTOR_OF_MEMBER: Readonly<Record<string, string>> = {
  back: 'claude',
  front: 'codex',
  side: 'shell',
  anna: 'manual',
}

export interface SimMail {
  readonly settings: Settings
  /** Names of members that take turns. */
  readonly members: readonly string[]
  /** Acknowledged: the recipients of each message that was sent. */
  readonly sent: Map<string, readonly string[]>
  policyOf(member: string | null): MailPolicy
  /** When each job was first seen, as its schedule stands; what the oracle goes by. */
  readonly starts: Readonly<Record<string, JobStart>>
  /** A person changes a job; what happened, in words. */
  change(): string
  /** From now on no job fires. */
  calm(): void
  portFor(opened: OpenStore, clock: Clock): MailPort
  jobsFor(opened: OpenStore, clock: Clock): JobPort
  /** For a run that a person starts; of the owner of the moment. */
  takeNumber(job: string): number
}

export interface MailFaults {
  /** A job does not know which of its times have been. */
  readonly forgetsRuns: boolean
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const FOLDER = '/nowhere'

let defaults: Settings | null = null
function defaultSettings(): Settings {
  if (defaults) return defaults
  const files = { globalFile: `${FOLDER}/user.toml`, projectFile: `${FOLDER}/config.toml` }
  const loaded = loadConfig({ ...files, env: {}, flags: {} })
  if (!loaded.ok) throw new Error(loaded.error.message)
  return (defaults = loaded.value.settings)
}

export function createSimMail(random: SeededRandom, faults: MailFaults): SimMail {
  const others = ['side', 'anna'].filter(() => random.chance(0.6))
  const names = ['back', 'front', ...others]
  const members = Object.fromEntries(names.map((name) => [name, memberOf(random, name)]))
  const turning = names.filter((name) => !members[name]?.isPerson)
  let jobs: Settings['jobs'] = Object.fromEntries(
    ['nightly', 'hourly']
      .filter(() => random.chance(0.5))
      .map((name) => [name, jobOf(random, names)]),
  )
  const messages = {
    ...defaultSettings().messages,
    escalateTo: random.pick(['person', ...names]),
  }
  let starts: Readonly<Record<string, JobStart>> = {}
  let living: JobPort | null = null
  const settings = (): Settings => ({ ...defaultSettings(), members, messages, jobs })
  return {
    get settings() {
      return settings()
    },
    members: turning,
    sent: new Map(),
    policyOf: (member) => (member === null ? undefined : members[member]) ?? messages,
    get starts() {
      return starts
    },
    change() {
      const [name] = Object.keys(jobs).toSorted(() => random.next() - 0.5)
      const job = name === undefined ? undefined : jobs[name]
      if (name === undefined || !job) return 'there is no job to change'
      const changed = random.chance(0.6)
        ? { ...job, isPaused: !job.isPaused }
        : { ...job, missed: random.pick(['once', 'skip', 'all'] as const) }
      jobs = { ...jobs, [name]: changed }
      return `job ${name}: ${changed.isPaused ? 'paused' : 'goes on'}, ${changed.missed}`
    },
    calm() {
      jobs = Object.fromEntries(
        Object.entries(jobs).map(([name, job]) => [name, { ...job, isPaused: true }]),
      )
    },
    portFor: ({ plan, store }, clock) => createMailPort({ plan, store }, settings, clock.now),
    jobsFor({ plan, store }, clock) {
      const port = createJobPort({
        plan,
        store,
        settings,
        isTrusted: () => true,
        now: clock.now,
        file: `${FOLDER}/jobs.json`,
        log: silentLog,
      })
      // In the file they outlive every owner, and a backup that is put back.
      const write = (next: typeof starts): boolean => {
        starts = next
        return true
      }
      const kept = { read: () => starts, write }
      const whole = { ...port, starts: kept }
      return (living = faults.forgetsRuns ? forgetful(whole) : whole)
    },
    takeNumber: (job) => living?.takeNumber(job) ?? 1,
  }
}

const forgetful = (port: JobPort): JobPort => {
  let count = 0
  return {
    ...port,
    hasRun: () => false,
    timesOf: () => ({ last: null, oldestAt: null, count: 0 }),
    sendingTo(member, message) {
      const id = `${message.id.slice(0, 20)}${String((count += 1)).padStart(6, '0')}`
      return port.sendingTo(member, { ...message, id: id as typeof message.id })
    },
  }
}

const memberOf = (random: SeededRandom, name: string): MemberSettings => ({
  executor: EXECUTOR_OF_MEMBER[name] ?? null,
  isPerson: name === 'anna',
  conversation: name === 'front' ? 'new' : 'resume',
  isPiloted: false,
  tries: random.int(1, 3),
  retryAfterMs: random.pick([MINUTE_MS, 10 * MINUTE_MS]),
})

const jobOf = (random: SeededRandom, names: readonly string[]): JobSettings => ({
  member: random.pick(names),
  message: 'Look at what was left.',
  schedule: { spec: String(random.pick([10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS])), tz: null },
  conversation: random.pick(['new', 'resume'] as const),
  missed: random.pick(['once', 'skip', 'all'] as const),
  isPaused: random.chance(0.1),
})
