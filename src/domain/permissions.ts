/**
 * What an agent may do: one table of the procedures of the contract and the commands of `decide`, by name. The procedures are
 * judged in `yard/handlers/permit-call.ts`, the commands in `decide/permit.ts`. What is in no row is refused.
 */
import type { Actor } from './command.ts'
import { failure, type Failure } from './failure.ts'
import type { Plan } from './plan.ts'

export type AgentActor = Extract<Actor, { kind: 'agent' }>

const AGENT_MAY = {
  any: ['service.hello'],
  /** Its own task, or one that this waits for. */
  'own-or-dependency': ['task.get', 'task.why', 'page.timeline'],
  /** About its own task. After the agent's end it is late, not unknown. */
  report: [
    ...['task.complete', 'task.settle', 'task.fail', 'task.ask', 'task.log'],
    ...['task.artifact', 'task.attach'],
  ],
  'own-agent': ['agent.get', 'agent.output', 'agent.heartbeat'],
  /** Within the limits of `permit`. The procedure `task.import` is for people; its command carries several tasks. */
  subtasks: ['task.add', 'tasks.import'],
  never: [
    ...['task.list', 'task.edit', 'task.hold', 'task.release', 'task.releaseAll', 'task.publish'],
    ...['task.answer', 'task.retry', 'task.reopen', 'task.abandon', 'task.remove'],
    ...['task.removeAll', 'task.change', 'task.take', 'task.claim', 'task.pilot', 'task.letGo'],
    ...['task.scheduleList', 'task.scheduleSkip', 'task.scheduleNow', 'task.import', 'task.export'],
    ...['task.overspend', 'tasks.change', 'tasks.remove', 'schedule.skip', 'schedule.fireNow'],
    ...['agent.list', 'agent.kill', 'agent.killAll', 'agent.dead', 'agent.placed', 'agent.started'],
    ...['agent.heard', 'agent.conversed', 'agent.stop', 'agent.end', 'agents.claim'],
    ...['agents.forget', 'breaker.trip', 'breaker.clear', 'yard.pause', 'yard.resume'],
    ...['landing.request', 'landing.settle'],
    ...['service.status', 'service.page', 'service.pageSessions', 'service.revokePageSessions'],
    ...['service.pause', 'service.resume', 'service.reload', 'service.stop', 'service.snapshot'],
    ...['service.follow', 'service.journal', 'service.executors', 'service.testExecutor'],
    ...['service.wake', 'service.models', 'service.roles', 'service.config'],
    ...['service.pendingConfig', 'service.backup'],
    ...['page.cost', 'page.moveNodes', 'page.activity', 'page.moment', 'page.history'],
    ...[
      'page.agenda',
      'page.journalTail',
      'page.serviceLog',
      'page.rates',
      'page.searchOutput',
      'page.outputLine',
      'page.artifact',
    ],
    ...['page.settings', 'page.configure', 'page.trust', 'page.confirmTrust', 'page.importText'],
    ...['change.of', 'change.diff', 'change.land', 'change.landAll', 'change.comment'],
    ...['change.worktrees', 'change.removeWorktree', 'change.gc'],
    ...[
      'startScreen.recent',
      'startScreen.forget',
      'startScreen.clis',
      'startScreen.inspect',
      'startScreen.open',
    ],
    ...['startScreen.example'],
  ],
} as const

export type Reach = keyof typeof AGENT_MAY

const REACH_OF = new Map<string, Reach>(
  Object.entries(AGENT_MAY).flatMap(([reach, names]) =>
    names.map((name) => [name, reach as Reach] as const),
  ),
)

/** Null for a name that is in no row. */
export const agentReach = (name: string): Reach | null => REACH_OF.get(name) ?? null

export const isEnded = (plan: Plan, by: AgentActor): boolean =>
  plan.agents.get(by.agentId)?.generation !== by.generation

export const tokenOfEnded = (by: AgentActor): Failure =>
  failure('unauthorized', `${by.agentId} has ended: its token is good for nothing else`)

export const lateReport = (by: AgentActor): Failure =>
  failure(
    'stale-generation',
    `${by.agentId} (generation ${by.generation}) has ended: its report on ${by.taskId} comes too late`,
    {
      hint: 'nothing was changed',
      facts: { agent: by.agentId, task: by.taskId, generation: by.generation },
    },
  )

export const notAllowed = (by: AgentActor, what: string): Failure =>
  failure('not-allowed', `an agent may not ${what} (${by.agentId} works on ${by.taskId})`, {
    hint: 'it may show, log, artifact, ask, done and fail its own task, read its dependencies, and add tasks',
    facts: { agent: by.agentId },
  })
