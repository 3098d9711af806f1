/**
 * What each row of the journal must be, by what the world saw: generations that only rise, nothing of an agent after its end,
 * ends that tell what its process did, attempts that were really spent, tokens that were really used, limits that had really
 * run out. The plan is asked for nothing here.
 */
import type { Agent, StopReason } from '../../src/domain/agent.ts'
import type { FailureClass } from '../../src/domain/failure.ts'
import { isStanding } from '../../src/domain/messages/standing.ts'
import type { Task } from '../../src/domain/task.ts'
import type { StoredRow } from '../../src/store/journal.ts'
import type { Orchestrators } from './orchestrators.ts'
import type { SimTime } from './sim-time.ts'
import { holds } from './violation.ts'
import { naturalEnd, type Process, type ProcessEnd, type World } from './world.ts'

/** One row with its entity before and after, both as the journal tells them. */
export interface Step {
  readonly row: StoredRow
  readonly before: Readonly<Record<string, unknown>> | undefined
  readonly after: Readonly<Record<string, unknown>> | undefined
  task(id: string): Task | undefined
}

export interface Truths {
  look(step: Step): void
  /** Another database took the place: its tasks and living agents are taken as they stand. */
  adopt(tasks: Iterable<Task>, agents: Iterable<Agent>): void
}

export interface TruthParts {
  readonly world: World
  readonly time: SimTime
  readonly orchestrators: Orchestrators
  readonly silenceLimitMs: () => number
  /** Monotonic instant at which the present owner began. */
  readonly ownerSince: () => number
}

/** When it was asked to stop, and why. */
interface Stop {
  readonly reason: StopReason
  readonly at: number
}

/** Spend no attempt. */
const FREE: ReadonlySet<string> = new Set([
  'killed',
  ...(['done', 'quota', 'rate-limit', 'overload', 'auth', 'question'] as const),
])

const FREE_BY_VERDICT: ReadonlySet<unknown> = new Set(['gate', 'ask-person', 'back-off'])

/** Reasons of the owner's own, which leave an end that came before them what it was. */
const BY_OWNER: ReadonlySet<string> = new Set(['timeout', 'silent', 'reported', 'budget'])

/** The largest instant that a date can hold, ms: nothing that is stored is beyond it. */
const MAX_NUMBER = 8.64e15

export function createTruths(parts: TruthParts): Truths {
  const { world, time } = parts
  const generations = new Map<string, number>()
  const attempts = new Map<string, number>()
  const stops = new Map<string, Stop>()
  /** Of an earlier database: how they began is not known to this one. */
  const adopted = new Set<string>()

  const spend = (id: string): void => void attempts.set(id, (attempts.get(id) ?? 0) + 1)
  const onClaim = (agent: Agent, task: Task | undefined): void => {
    const most = task?.maxAttempts ?? 3
    holds(
      !task || task.attempts === 0 || task.attempts < most,
      3,
      () => `${agent.id} begins on ${agent.taskId} after ${task?.attempts} of ${most} attempts`,
    )
    const last = generations.get(agent.taskId) ?? 0
    holds(
      agent.generation === last + 1,
      5,
      () => `${agent.id} has generation ${agent.generation} of ${agent.taskId} after ${last}`,
    )
    generations.set(agent.taskId, agent.generation)
  }
  const onStopping = (agent: Agent): void => {
    if (agent.state.kind !== 'stopping') return
    const { reason } = agent.state
    const at = stops.get(agent.id)?.at ?? time.now().monotonic
    stops.set(agent.id, { reason, at })
    const process = world.processOf(agent.id)
    if (adopted.has(agent.id) || !process) return
    if (reason === 'timeout') checkTimeout(parts, agent, process)
    if (reason === 'silent') checkSilence(parts, agent, process)
  }
  const checkOwnEnd = (agent: Agent, process: Process | null, isHolder: boolean): void => {
    if (agent.by === 'person') return checkLease(parts, agent)
    checkUsage(agent, process)
    const stop = stops.get(agent.id) ?? null
    const truth = isHolder ? truthOf({ agent, process, stop }, parts) : null
    const named = nameOf(agent)
    holds(
      truth === null || truth.some((name) => name === named),
      4,
      () => `${agent.id} is ${named}, but what it did was ${truth?.join(' or ')}`,
    )
  }
  /** Of one that has ended, some verdicts give the attempt back. */
  const onTriaged = ({ state, taskId, triage }: Agent): void => {
    if (state.kind !== 'ended' || !FREE_BY_VERDICT.has(triage?.outcome)) return
    attempts.set(taskId, Math.max(0, (attempts.get(taskId) ?? 0) - 1))
  }
  const onEnd = (agent: Agent, task: Task | undefined): void => {
    const process = world.processOf(agent.id)
    const isHolder = task?.state.kind === 'in-progress' && task.state.agentId === agent.id
    if (!adopted.has(agent.id)) checkOwnEnd(agent, process, isHolder)
    checkVerdict(agent, process, stops.get(agent.id))
    if (isHolder && !isStanding(agent.taskId) && spendsTry(agent, process)) spend(agent.taskId)
  }
  const onTask = ({ row, before, after }: Step): void => {
    const task = after as unknown as Task | undefined
    if (!task) return
    const was = (before as unknown as Task | undefined)?.state
    const stop = was?.kind === 'in-progress' ? stops.get(was.agentId) : undefined
    if (row.event === 'task.returned' && stop?.reason === 'killed')
      holds(task.held, 7, () => `${task.id} was stopped by a person and would start again`)
    if (row.event === 'task.reopened' || row.event === 'task.repeated') attempts.set(task.id, 0)
    if (!row.event.startsWith('task.')) return
    const spent = attempts.get(task.id) ?? 0
    holds(
      task.attempts === spent,
      4,
      () => `${task.id} tells of ${task.attempts} attempts, ${spent} were spent`,
    )
    checkTriedEnough(row, task)
  }
  return {
    look(step) {
      const { row, before, after } = step
      checkNumbers(row)
      if (row.entity === 'task') return onTask(step)
      if (row.entity !== 'agent') return
      const was = before as unknown as Agent | undefined
      holds(
        was?.state.kind !== 'ended' || row.gone || row.event === 'agent.triaged',
        5,
        () => `${row.event} changed ${row.id}, which has ended`,
      )
      const agent = after as unknown as Agent | undefined
      if (!agent) return
      if (!was) onClaim(agent, step.task(agent.taskId))
      if (row.event === 'agent.triaged') onTriaged(agent)
      if (row.event === 'agent.stopping') onStopping(agent)
      if (row.event === 'agent.ended') onEnd(agent, step.task(agent.taskId))
    },
    adopt(tasks, agents) {
      generations.clear()
      attempts.clear()
      stops.clear()
      for (const { id, generation, attempts: spent } of tasks) {
        generations.set(id, generation)
        attempts.set(id, spent)
      }
      for (const { id } of agents) adopted.add(id)
    },
  }
}

/** Dates of files are no finer than this. */
const DATE_TICK_MS = 20

/** How the journal tells its end. */
export function nameOf({ state }: Agent): string {
  if (state.kind !== 'ended') return state.kind
  return state.outcome === 'done' ? 'done' : (state.failure?.class ?? state.outcome)
}

interface End {
  readonly agent: Agent
  readonly process: Process | null
  readonly stop: Stop | null
}

/** What its end may be called; null where a person has decided that. */
function truthOf(
  { agent, process, stop }: End,
  { world, time }: TruthParts,
): readonly (FailureClass | 'done')[] | null {
  if (stop && !BY_OWNER.has(stop.reason)) return null
  // A launch that was refused may be found again as one that never began.
  if (!process?.end)
    return world.refusedLaunches.has(agent.id) ? ['launch', 'isolation', 'lost'] : ['lost']
  const own = agent.report?.kind === 'fail' ? agent.report.failure.class : ownEnd(agent, process)
  if (!stop) return endUnasked(process.end, own)
  return isCertain(process, time) && process.end.monotonic + DATE_TICK_MS < stop.at
    ? [own]
    : [endByStop(stop.reason, agent.report), own]
}

/** An owner ends what is over its budget also where it cannot save that. The next one finds a process that died of a signal. */
const endUnasked = (
  { isUnsavable, by }: ProcessEnd,
  own: FailureClass | 'done',
): readonly (FailureClass | 'done')[] => (isUnsavable && by !== 'itself' ? [own, 'crash'] : [own])

/** Without an exit of its own, or by a clock that was set, nobody can tell whether the stop came first. */
const isCertain = ({ nature, end }: Process, time: SimTime): boolean =>
  end?.by === 'itself' && end.hasExit && nature !== 'crashes' && !time.wasSetSince(end.monotonic)

function endByStop(reason: string, report: Agent['report']): FailureClass | 'done' {
  if (reason === 'reported') return report?.kind === 'fail' ? report.failure.class : 'done'
  if (reason === 'silent') return 'lost'
  return reason === 'budget' ? 'budget' : 'timeout'
}

/** A word of its own for success stands over how its program ended, but not over how a shell did. */
function ownEnd({ report }: Agent, process: Process): FailureClass | 'done' {
  const natural = naturalEnd(process)
  if (report?.kind !== 'done') return natural
  return process.executorType === 'shell' && natural !== 'lost' && natural !== 'no-work'
    ? natural
    : 'done'
}

/** Its end counts against its task, or against the messages that it took. */
export const spendsTry = (agent: Agent, process: Process | null): boolean =>
  !FREE.has(nameOf(agent)) && !hasItsAnswer(agent) && spendsAttempt(agent, process)

/** It had asked, and goes on with the answer however it ended. */
const hasItsAnswer = ({ report }: Agent): boolean =>
  report?.kind === 'fail' && report.isAnswered === true

/** What never ran spends none, unless the system refused to start it. */
function spendsAttempt({ state, by }: Agent, process: Process | null): boolean {
  const name = state.kind === 'ended' ? state.failure?.class : undefined
  if (name === undefined || name === 'isolation' || name === 'budget') return false
  if (by === 'person') return true
  return process !== null || name === 'launch'
}

/** Where a failure may be tried again, all its tries were made. */
function checkTriedEnough({ event }: StoredRow, task: Task): void {
  const failure = task.state.kind === 'failed' ? task.state.failure : null
  const asksForMore = failure?.class === 'exit' ? 1 : 3
  const most = task.maxAttempts ?? asksForMore
  const isRetried = ['crash', 'lost', 'timeout', 'launch', 'no-work', 'exit', 'verify']
  if (event === 'task.failed' && failure && isRetried.includes(failure.class))
    holds(
      task.attempts >= most,
      6,
      () => `${task.id} failed for ${failure.class} after ${task.attempts} of ${most} attempts`,
    )
}

/** A moment is 1 ms here; a clock that was set, or another owner, may make it look longer. */
function checkTimeout({ time, ownerSince }: TruthParts, agent: Agent, process: Process): void {
  const limit = agent.timeoutMs ?? Number.POSITIVE_INFINITY
  const now = time.now()
  const ranMs = now.monotonic - process.beganAt.monotonic
  const seemsMs = now.wall - process.beganAt.wall
  const began = process.beganAt.monotonic
  const isUnsure = ownerSince() > began || time.wasSetSince(began)
  holds(
    ranMs >= limit || (isUnsure && seemsMs >= limit),
    4,
    () => `${agent.id} was ended for its time limit of ${limit} ms after ${ranMs} ms`,
  )
}

function checkSilence({ time, silenceLimitMs }: TruthParts, { id }: Agent, process: Process): void {
  const silentMs = time.now().monotonic - process.heardAt.monotonic
  const limit = 3 * silenceLimitMs()
  holds(silentMs > limit, 4, () => `${id} was ended for silence after ${silentMs} ms of ${limit}`)
}

/** One that a model wanted ended as done has left all that was asked for. */
function checkVerdict(agent: Agent, process: Process | null, stop: Stop | undefined): void {
  const isByVerdict = stop?.reason === 'triaged' && process?.end?.by !== 'itself'
  if (!isByVerdict || !process || nameOf(agent) !== 'done') return
  const isWhole = process.leaves === 'all' || process.hasReported
  holds(isWhole, 4, () => `${agent.id} was ended as done, and left ${process.leaves}`)
}

/** A lease that was renewed in time never runs out, whatever was done to the owner meanwhile. */
function checkLease({ orchestrators }: TruthParts, agent: Agent): void {
  const failure = agent.state.kind === 'ended' ? agent.state.failure : null
  if (agent.leaseMs === null || failure?.class !== 'lost') return
  holds(
    orchestrators.hasRunOut(agent.id) !== false,
    4,
    () => `${agent.id} lost its lease of ${agent.leaseMs} ms before that had run out`,
  )
}

function checkUsage({ id, usage, executorType }: Agent, process: Process | null): void {
  const used = executorType === 'shell' ? 0 : (process?.used ?? 0)
  const told = usage?.inputTokens ?? 0
  // A CLI that tells of its whole conversation, part of which only the lost database knew.
  const isWhole = executorType === 'codex' && process?.lineage !== 0
  holds(
    told === used || (isWhole && told > used),
    4,
    () => `${id} is said to have used ${told} tokens, it used ${used}`,
  )
}

function checkNumbers(row: StoredRow): void {
  const check = (value: unknown): void => {
    if (typeof value === 'number')
      holds(Math.abs(value) <= MAX_NUMBER, 8, () => `${row.event} of ${row.id} stored ${value}`)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(check)
  }
  check(row.set)
}
