/** Turns what the runtime reports into commands. A report that could not be read or saved is kept and sent again until it is. */
import { type Agent, recordedUsage, type RuntimeUsage } from '../domain/agent.ts'
import type { Evidence } from '../domain/completion.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Actor, Command } from '../domain/command.ts'
import type { RuntimeReport } from '../domain/executor.ts'
import { isStanding } from '../domain/messages/standing.ts'
import type { Plan } from '../domain/plan.ts'
import type { Task } from '../domain/task.ts'
import { trip } from './breakers.ts'
import { nextRun } from './schedules.ts'
import type { CoordinatorParts } from './ports.ts'
import { hasAwakeFallback } from './ready-set.ts'
import { isStoreFailure } from './transaction.ts'

export type Reporter = ReturnType<typeof createReporter>

const BY = { kind: 'coordinator' } as const

export type AgentStop = Extract<Command, { type: 'agent.stop' }>

/** `wake`: there is something to send again, or to look at. */
export function createReporter(parts: CoordinatorParts, wake: () => void) {
  /** What must be done again, by agent and kind of report. */
  const unsaved = new Map<string, () => void>()
  const underWay = new Set<Promise<void>>()
  const ending = new Set<AgentId>()

  const send = (key: string, command: Command, by: Actor = BY): void => {
    if (command.type === 'agent.end') {
      ending.add(command.agentId)
      sendStopsOf(command.agentId, unsaved)
    }
    const sent = parts.dispatcher.dispatch(command, by).then((reply) => {
      const isUnsaved =
        !reply.ok && (reply.error.kind === 'read-only' || reply.error.kind === 'locked')
      if (isUnsaved) unsaved.set(key, () => send(key, command, by))
      else if (command.type === 'agent.end') ending.delete(command.agentId)
      if (!reply.ok && !isUnsaved)
        parts.log.error('a report was refused', { report: key, why: reply.error.message })
      underWay.delete(sent)
      // Each round asks for a stop again while nothing can be saved, so that must not begin one.
      if (isUnsaved && command.type !== 'agent.stop') wake()
    })
    underWay.add(sent)
  }

  const take = (agentId: AgentId, generation: number, report: RuntimeReport): void => {
    const key = `${agentId} ${report.kind}`
    try {
      const command = toCommand(parts, agentId, generation, report)
      if (command) return send(key, command)
    } catch (error) {
      // It needs a read of the store, which can fail. Its runtime reports an end only once.
      if (report.kind === 'ended') ending.add(agentId)
      unsaved.set(key, () => take(agentId, generation, report))
      parts.log.error('a report could not be read; it is tried again', {
        report: key,
        error: String(error),
      })
    }
    wake()
  }

  return {
    onReport: take,
    /** This agent is stopped, which could not be saved: it is, once it can be, and before its end. */
    keepStop: (stop: AgentStop, by?: Actor) =>
      send(`${stop.agentId} stop ${stop.reason}`, stop, by),
    /** Its end was reported and is not saved yet. */
    isEnding: (agentId: AgentId) => ending.has(agentId),
    pending: () => unsaved.size,
    retry(): void {
      const again = [...unsaved.values()]
      unsaved.clear()
      for (const sendAgain of again) sendAgain()
    },
    /** Resolves when every report so far has been answered. */
    async settled(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

/** A stop that waits goes before the end of its agent, which counts by it. */
function sendStopsOf(agentId: AgentId, unsaved: Map<string, () => void>): void {
  for (const [key, again] of [...unsaved]) {
    if (!key.startsWith(`${agentId} stop `)) continue
    unsaved.delete(key)
    again()
  }
}

function toCommand(
  parts: CoordinatorParts,
  agentId: AgentId,
  generation: number,
  report: RuntimeReport,
): Command | null {
  const who = { agentId, generation }
  switch (report.kind) {
    case 'placed':
      return {
        type: 'agent.placed',
        ...who,
        workplace: report.workplace,
        worktreeName: report.worktreeName,
      }
    case 'started':
      return {
        type: 'agent.started',
        ...who,
        startedAt: report.at,
        pid: report.pid,
        pidStartTime: report.pidStartTime,
      }
    case 'heard':
      return { type: 'agent.heard', ...who }
    case 'conversation':
      return { type: 'agent.conversed', ...who, conversation: report.id }
    case 'unreachable':
      return reachCommand(parts.plan, agentId, report.reason)
    case 'note': {
      const agent = parts.plan.agents.get(agentId)
      const isItsOwn = agent?.generation === generation
      return isItsOwn ? { type: 'task.log', id: agent.taskId, text: report.text } : null
    }
    case 'usage':
      return null // Not worth a journal row; its task's budget is looked at.
    case 'ended':
      return endCommand(parts, who, report)
  }
}

type End = Extract<Command, { type: 'agent.end' }>

function endCommand(
  parts: CoordinatorParts,
  who: Pick<End, 'agentId' | 'generation'>,
  report: Extract<RuntimeReport, { kind: 'ended' }>,
): End {
  const { kind: _, at, ...end } = report
  const { plan } = parts
  const agent = plan.agents.get(who.agentId)
  const task = agent && plan.tasks.get(agent.taskId)
  const known = agent && task ? { agent, task } : null
  return {
    type: 'agent.end',
    ...who,
    ...end,
    ...closingOf(parts, known, end.usage),
    ...(known ? mergerFor(parts, known, end.evidence) : {}),
    endedAt: at,
    jitter: parts.random(),
    nextFireAt: known ? nextRun(known.task, known.agent.claimedAt, parts) : null,
    ...(known ? policyFor(parts, known) : {}),
    ...(known ? mailFor(parts, known) : {}),
  }
}

interface Known {
  readonly agent: Agent
  readonly task: Task
}

/** `reason` null = its service takes its task now. */
function reachCommand(plan: Plan, agentId: AgentId, reason: string | null): Command | null {
  const key = `unreachable:${agentId}`
  if (reason === null) return plan.breakers.has(key) ? { type: 'breaker.clear', key } : null
  return trip('unreachable', agentId, reason)
}

/** What its end comes to beside what the runtime tells: its own part of the cost, and who would go on in its place. */
function closingOf(
  { plan, money, route, log }: CoordinatorParts,
  known: Known | null,
  told: RuntimeUsage | null,
): Pick<End, 'usage' | 'costSource' | 'hasFallback'> {
  if (!known) return { usage: told && recordedUsage(told) }
  const { agent, task } = known
  const way = route(task)
  const hasFallback = way.ok && hasAwakeFallback(plan, way.value, agent.provider)
  if (told === null) return { usage: null, hasFallback }
  try {
    return { ...money.settle(agent, told), hasFallback }
  } catch (error) {
    // Its report is tried again as a whole.
    if (isStoreFailure(error)) throw error
    const about = { agentId: agent.id, error: String(error) }
    log.error('what an agent cost could not be worked out', about)
    return { usage: recordedUsage(told), hasFallback }
  }
}

/** Who would settle the conflict that kept it from beginning. */
const mergerFor = (
  { landing }: CoordinatorParts,
  { task }: Known,
  { conflict }: Evidence,
): Pick<End, 'merger'> => (conflict ? { merger: landing.mergerOf(task) } : {})

/** How what it left is judged, and whether a model is asked where it ended badly. */
function policyFor(
  { judging }: CoordinatorParts,
  { task }: Known,
): Pick<End, 'evaluation' | 'triage'> {
  // A turn of a member is no result: its messages come again where it ends badly.
  if (isStanding(task.id)) return {}
  const triage = judging.triage?.() ?? null
  return { evaluation: judging.policyOf(task), ...(triage ? { triage } : {}) }
}

/** What becomes of the messages that it took, and who is asked about a failure that repeats. */
export const mailFor = (
  { mail }: Pick<CoordinatorParts, 'mail'>,
  { agent }: Pick<Known, 'agent'>,
): Pick<End, 'mail' | 'escalateTo'> =>
  mail ? { mail: mail.policyOf(agent.member), escalateTo: mail.escalateTo() } : {}
