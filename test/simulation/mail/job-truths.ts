/** What rows of jobs must be: each time of a schedule fires at most once, as the job's policy says, and sends one message. */
import type { JobRun } from '../../../src/domain/messages/job.ts'
import type { Delivery } from '../../../src/domain/messages/message.ts'
import type { Step } from '../truths.ts'
import type { SimTime } from '../sim-time.ts'
import { holds } from '../violation.ts'
import type { SimMail } from './sim-mail.ts'

/** A time that is so much late was missed. */
const MISSED_MS = 60_000

export interface JobTruths {
  /** `open`: deliveries. */
  look(step: Step, open: Iterable<Delivery>): void
  /** Another database took the place. */
  adopt(runs: Iterable<JobRun>): void
  /** The latest time of a job that was fired or left out; null = none. */
  lastTimeOf(job: string): number | null
  /** What was fired, by its message. */
  readonly fired: ReadonlyMap<string, JobRun>
}

export function createJobTruths(mail: SimMail, time: SimTime): JobTruths {
  const times = new Map<string, Set<number>>()
  const fired = new Map<string, JobRun>()
  /** Runs that were committed at one instant. */
  let together: JobRun[] = []
  const timesOf = (job: string): Set<number> => {
    let known = times.get(job)
    if (!known) times.set(job, (known = new Set()))
    return known
  }
  const onFired = (run: JobRun): void => {
    const { id, job, at, scheduledFor, trigger, messageId, outcome } = run
    holds(
      (messageId === null) === (outcome !== null),
      4,
      () => `${id} sends ${messageId} and is ${outcome}`,
    )
    if (messageId !== null) {
      holds(!fired.has(messageId), 4, () => `${id} sends ${messageId} a second time`)
      fired.set(messageId, run)
    }
    if (scheduledFor === null)
      return holds(trigger === 'hand', 4, () => `${id} has no time, and nobody fired it`)
    const known = timesOf(job)
    holds(!known.has(scheduledFor), 4, () => `job ${job} fires twice for ${scheduledFor}`)
    known.add(scheduledFor)
    onTime(run, scheduledFor)
    together = [...together.filter((one) => one.at === at), run]
  }
  const onTime = ({ id, job, at, messageId }: JobRun, scheduledFor: number): void => {
    const settings = mail.settings.jobs[job]
    if (!settings) return
    const spec = Number(settings.schedule.spec)
    holds(scheduledFor % spec === 0, 4, () => `${id} is for ${scheduledFor}, no time of ${spec}`)
    holds(scheduledFor <= at, 4, () => `${id} fires ${scheduledFor - at} ms too early`)
    const beside = together.filter((one) => one.at === at && one.job === job)
    const isSent = (one: { messageId: unknown }): boolean => one.messageId !== null
    if (settings.missed !== 'all' && messageId !== null)
      holds(
        !beside.some(isSent),
        4,
        () => `${id} is the second message of ${job} at once, whose policy is ${settings.missed}`,
      )
    if (settings.missed === 'skip' && messageId !== null)
      holds(
        at - scheduledFor < MISSED_MS || time.wasSetSince(0),
        4,
        () => `${id} makes up for a time that passed ${at - scheduledFor} ms before`,
      )
  }
  return {
    fired,
    look({ row, before, after }, open) {
      if (row.entity !== 'jobRun' || !after) return
      const was = before as unknown as JobRun | undefined
      const now = after as unknown as JobRun
      if (!was) return onFired(now)
      holds(was.outcome === null, 5, () => `${row.event} changes ${row.id}, which is over`)
      const isOpen = [...open].some(({ messageId }) => messageId === now.messageId)
      holds(now.outcome !== null, 4, () => `${row.event} leaves ${row.id} open`)
      holds(!isOpen, 4, () => `${row.id} is ${now.outcome}, and its message is open`)
    },
    adopt(runs) {
      times.clear()
      fired.clear()
      together = []
      for (const run of runs) {
        if (run.scheduledFor !== null) timesOf(run.job).add(run.scheduledFor)
        if (run.messageId !== null) fired.set(run.messageId, run)
      }
    },
    lastTimeOf(job) {
      const known = [...timesOf(job)]
      return known.length === 0 ? null : Math.max(...known)
    },
  }
}
