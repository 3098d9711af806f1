/**
 * What must hold whenever the owner has nothing left to do: every request answered, every limit that has really run out acted
 * upon, every end that has really come known. Time stands still while the owner works, so nothing here is a race.
 */
import type { Caps } from '../../src/coordinator/ports.ts'
import type { Agent } from '../../src/domain/agent.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Task } from '../../src/domain/task.ts'
import type { Holder, Orchestrators } from './orchestrators.ts'
import { checkIdle, checkJobs } from './mail/mail-at-rest.ts'
import type { SimMail } from './mail/sim-mail.ts'
import type { Owner } from './owner.ts'
import type { SimTime } from './sim-time.ts'
import { holds } from './violation.ts'
import type { Process, World } from './world.ts'

export interface QuietParts {
  readonly world: World
  readonly time: SimTime
  readonly orchestrators: Orchestrators
  /** Null = nobody is a member. */
  readonly mail: SimMail | null
  readonly lastTimeOf: (job: string) => number | null
  readonly caps: () => Pick<Caps, 'heartbeatTimeoutMs' | 'pollIntervalMs' | 'doneGraceMs'>
  /** Monotonic instant at which the present owner began. */
  readonly ownerSince: () => number
}

/** What an agent of an earlier owner has at least. */
const ADOPTED_GRACE_MS = 60_000

export interface QuietCheck {
  /** After each step. */
  look(owner: Owner): void
}

interface Seen {
  /** Monotonic instant since which the owner can save what it knows. */
  soundSince: number
  /** Monotonic instants at which agents were first seen beyond the budget of their task. */
  readonly overspentSince: Map<string, number>
  /** The same of agents that were first seen with their report made. */
  readonly reportedSince: Map<string, number>
}

export function createQuietCheck(parts: QuietParts): QuietCheck {
  const seen: Seen = {
    soundSince: 0,
    overspentSince: new Map(),
    reportedSince: new Map(),
  }
  return {
    look(owner) {
      const isSound = owner.hasStarted && owner.dispatcher.readOnly() === null
      if (!isSound) seen.soundSince = parts.time.clock.monotonic()
      if (owner.loop.length + owner.effects.length === 0) checkQuiet(parts, owner, seen)
    },
  }
}

/** By what its processes have really used; a repeating task begins anew with each run, which only its own journal tells. */
function isOverspent(world: World, task: Task | undefined, { lineage }: Process): boolean {
  const cap = task?.budgetTokens ?? null
  if (!task || cap === null || task.schedule !== null) return false
  return usedBy(world, (one) => one.taskId === task.id && one.lineage === lineage) >= cap
}

/** One check's view of the world: who is asked, and how time is counted. */
interface Look extends QuietParts {
  readonly plan: Plan
  readonly overspentSince: Seen['overspentSince']
  readonly reportedSince: Seen['reportedSince']
  readonly doneGraceMs: number
  readonly heartbeatTimeoutMs: number
  /** Two beats: what was seen in the middle of one is acted upon at the next. */
  readonly beatMs: number
  /** Ms since then in which this owner could have done something about it. */
  sinceIn(monotonic: number): number
}

function checkQuiet(parts: QuietParts, owner: Owner, seen: Seen): void {
  const { world, time, orchestrators, ownerSince } = parts
  const { unanswered, dispatcher } = owner
  const { plan } = owner.opened
  holds(unanswered.size === 0, 6, () => `nobody answers ${[...unanswered].join(', ')}`)
  if (dispatcher.readOnly() !== null) return
  const { heartbeatTimeoutMs, pollIntervalMs, doneGraceMs } = parts.caps()
  const look: Look = {
    ...parts,
    plan,
    heartbeatTimeoutMs,
    doneGraceMs,
    overspentSince: seen.overspentSince,
    reportedSince: seen.reportedSince,
    beatMs: 2 * Math.min(heartbeatTimeoutMs / 4, pollIntervalMs) + 1,
    sinceIn: (from) => time.listenedSince(Math.max(from, ownerSince(), seen.soundSince)),
  }
  for (const agent of plan.agents.values()) checkAgent(look, agent)
  checkMail(look, owner)
  if (world.lineage === 0) for (const task of plan.tasks.values()) checkWaiting(world, plan, task)
  for (const holder of orchestrators.holders)
    if (plan.agents.has(holder.id)) checkHolder(look, holder)
}

/** An owner that only settles what has ended wakes nobody. */
function checkMail({ mail, plan, time, lastTimeOf, sinceIn, beatMs }: Look, owner: Owner): void {
  if (!mail || !owner.startsAgents || !owner.hasStarted) return
  const now = time.clock.now()
  checkIdle(plan, now)
  const soundMs = sinceIn(0) - beatMs
  // What a clock that was set makes of times that have been is not said here.
  if (soundMs <= 0 || time.wasSetSince(time.clock.monotonic() - soundMs)) return
  checkJobs(mail, { now, soundSince: now - soundMs, lastTimeOf })
}

function checkAgent(look: Look, agent: Agent): void {
  const { world, plan, beatMs, sinceIn } = look
  const process = world.processOf(agent.id)
  if (process?.end) {
    const goneMs = sinceIn(process.end.monotonic)
    // Whose end was lost before its start was saved is launched again first, and found by its folder one beat later.
    const limitMs = agent.state.kind === 'claimed' ? 1.5 * beatMs : beatMs
    holds(goneMs <= limitMs, 6, () => `${agent.id} ended ${goneMs} ms ago, and nobody knows`)
  }
  if (agent.by !== 'process' || agent.state.kind === 'stopping') return
  const task = plan.tasks.get(agent.taskId)
  holds(
    task?.state.kind === 'in-progress' && task.state.agentId === agent.id,
    1,
    () => `${agent.id} goes on with ${agent.taskId}, which is ${task?.state.kind}`,
  )
  if (!process?.isAlive || agent.startedAt === null) return
  checkSpending(look, task, process)
  checkLimit(look, agent, process)
  if (agent.report === null) checkSilence(look, process)
  else checkReported(look, process)
}

/** No sign of life is expected of it any more: it is stopped soon. */
function checkReported(look: Look, { agentId }: Process): void {
  const { time, reportedSince, doneGraceMs, beatMs, sinceIn } = look
  const since = reportedSince.get(agentId) ?? time.clock.monotonic()
  reportedSince.set(agentId, since)
  const goesOnMs = sinceIn(since) - beatMs
  holds(
    goesOnMs <= doneGraceMs,
    6,
    () => `${agentId} goes on ${goesOnMs} ms after its report, of ${doneGraceMs}`,
  )
}

function checkSpending(look: Look, task: Task | undefined, process: Process): void {
  const { world, time, overspentSince, beatMs, sinceIn } = look
  const id = process.agentId
  if (!isOverspent(world, task, process)) return void overspentSince.delete(id)
  const since = overspentSince.get(id) ?? time.clock.monotonic()
  overspentSince.set(id, since)
  holds(sinceIn(since) <= beatMs, 3, () => `${id} goes on beyond the budget of its task`)
}

function checkLimit(look: Look, { id, timeoutMs }: Agent, { beganAt }: Process): void {
  const { time, beatMs, sinceIn } = look
  const isSure = sinceIn(0) > ADOPTED_GRACE_MS + beatMs && !time.wasSetSince(beganAt.monotonic)
  if (timeoutMs === null || !isSure) return
  const ranMs = sinceIn(beganAt.monotonic) - beatMs
  holds(ranMs <= timeoutMs, 6, () => `${id} runs on ${ranMs} ms after its start, of ${timeoutMs}`)
}

function checkSilence(look: Look, { agentId, executorType, heardAt }: Process): void {
  const { plan, heartbeatTimeoutMs, beatMs, sinceIn } = look
  if (executorType === 'shell') return
  const silentMs = sinceIn(heardAt.monotonic) - beatMs
  holds(
    silentMs <= heartbeatTimeoutMs || plan.breakers.has(`silence:${agentId}`),
    6,
    () => `${agentId} has been silent for ${silentMs} ms, and nobody says so`,
  )
}

function checkHolder({ time, beatMs, sinceIn }: Look, { id, leaseMs, heardAt }: Holder): void {
  const silentMs = sinceIn(heardAt)
  holds(
    silentMs <= 2 * leaseMs + beatMs || time.wasSetSince(heardAt),
    6,
    () => `${id} holds its task ${silentMs} ms after its last renewal, with ${leaseMs} ms`,
  )
}

/** Nobody waits for a larger budget while there is some of it left. */
function checkWaiting(world: World, plan: Plan, task: Task): void {
  const { state, budgetTokens: cap, addedBy, schedule } = task
  if (state.kind !== 'waiting' || state.for !== 'budget') return
  if (cap == null || addedBy !== null || schedule !== null || plan.agentOf(task.id)) return
  const family = new Set([task.id])
  for (const id of family) for (const child of plan.subtasksOf(id)) family.add(child)
  const used = usedBy(world, (one) => family.has(one.taskId))
  holds(used >= cap, 6, () => `${task.id} waits for budget, and has used ${used} of ${cap}`)
}

const usedBy = (world: World, counts: (process: Process) => boolean): number =>
  [...world.processes.values()]
    .filter((one) => one.provider !== null && counts(one))
    .reduce((sum, { used }) => sum + used, 0)
