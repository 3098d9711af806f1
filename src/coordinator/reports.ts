/** Turns what the runtime reports into commands. A report that could not be saved is kept and sent again until it is. */
import type { AgentId } from '../domain/ids.ts'
import type { Command } from '../domain/command.ts'
import type { RuntimeReport } from '../domain/executor.ts'
import type { Plan } from '../domain/plan.ts'
import { nextRun } from './schedules.ts'
import type { CoordinatorParts } from './ports.ts'

export interface Reporter {
  onReport(agentId: AgentId, generation: number, report: RuntimeReport): void
  /** Its end was reported and is not saved yet. */
  isEnding(agentId: AgentId): boolean
  /** How many reports wait to be saved. */
  pending(): number
  retry(): void
  /** Resolves when every report so far has been answered. */
  settled(): Promise<void>
}

type Parts = Pick<
  CoordinatorParts,
  'plan' | 'dispatcher' | 'random' | 'nextFireAt' | 'caps' | 'clock' | 'log'
>

const BY = { kind: 'coordinator' } as const

/** `onUnsaved`: there is something to send again. */
export function createReporter(parts: Parts, onUnsaved: () => void): Reporter {
  const unsaved = new Map<string, Command>()
  const underWay = new Set<Promise<void>>()
  const ending = new Set<AgentId>()

  const send = (key: string, command: Command): void => {
    if (command.type === 'agent.end') ending.add(command.agentId)
    const sent = parts.dispatcher.dispatch(command, BY).then((reply) => {
      const isUnsaved =
        !reply.ok && (reply.error.kind === 'read-only' || reply.error.kind === 'locked')
      if (isUnsaved) unsaved.set(key, command)
      else if (command.type === 'agent.end') ending.delete(command.agentId)
      if (!reply.ok && !isUnsaved)
        parts.log.error('a report was refused', { report: key, why: reply.error.message })
      underWay.delete(sent)
      if (isUnsaved) onUnsaved()
    })
    underWay.add(sent)
  }

  return {
    onReport(agentId, generation, report) {
      const command = toCommand(parts, agentId, generation, report)
      if (command) send(`${agentId} ${report.kind}`, command)
    },
    isEnding: (agentId) => ending.has(agentId),
    pending: () => unsaved.size,
    retry() {
      const again = [...unsaved]
      unsaved.clear()
      for (const [key, command] of again) send(key, command)
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

function toCommand(
  parts: Parts,
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
    case 'usage':
      return null
    case 'ended': {
      const { kind: _, at, ...end } = report
      return {
        type: 'agent.end',
        ...who,
        ...end,
        endedAt: at,
        jitter: parts.random(),
        nextFireAt: nextOf(parts, parts.plan, agentId),
      }
    }
  }
}

function nextOf(parts: Parts, plan: Plan, agentId: AgentId): number | null {
  const agent = plan.agents.get(agentId)
  const task = agent && plan.tasks.get(agent.taskId)
  return agent && task ? nextRun(task, agent.claimedAt, parts) : null
}
