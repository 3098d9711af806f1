/** Plans and the things in them in a line or two, made by the same rules as the real ones. */
import type { Changes } from '../../src/domain/agent.ts'
import type { Actor, Claim, Command } from '../../src/domain/command.ts'
import { bareEvidence, type Evidence } from '../../src/domain/completion.ts'
import { decide } from '../../src/domain/decide/decide.ts'
import type { Decided } from '../../src/domain/decide/decision.ts'
import { evolve } from '../../src/domain/evolve/evolve.ts'
import { agentIdOf, type AgentId, type TaskId } from '../../src/domain/ids.ts'
import type { NewTask, Task } from '../../src/domain/task.ts'
import { createPlan } from '../../src/domain/graph/create-plan.ts'
import type { EntityChange, MutablePlan } from '../../src/domain/plan.ts'
import { START_AT } from './manual-clock.ts'

export const taskId = (text: string): TaskId => text as TaskId
export const taskIds = (...texts: string[]): TaskId[] => texts.map(taskId)

export const PERSON: Actor = { kind: 'person', name: 'ada' }
export const COORDINATOR: Actor = { kind: 'coordinator' }
export const asAgent = (
  number: number,
  task: string,
  generation = 1,
): Extract<Actor, { kind: 'agent' }> => ({
  kind: 'agent',
  agentId: agentIdOf(number),
  taskId: taskId(task),
  generation,
  subtasks: 'own',
  maxSubtasks: 10,
})

export interface Bench {
  readonly plan: MutablePlan
  /** Every change so far, oldest first. */
  readonly changes: EntityChange[]
  at: number
  /** Decides and installs. */
  run(command: Command, by?: Actor): Decided
  /** As `run`; a refusal is a fault of the test. */
  must(command: Command, by?: Actor): readonly string[]
  add(id: string, more?: Partial<NewTask>): void
  claim(id: string, number: number, more?: Partial<Claim>): AgentId
  end(number: number, generation: number, evidence?: Partial<Evidence>): Decided
  task(id: string): Task
}

export function createBench(): Bench {
  const plan = createPlan()
  const changes: EntityChange[] = []
  let ids = 0
  const bench: Bench = {
    plan,
    changes,
    at: START_AT,
    run(command, by = PERSON) {
      const decision = decide(plan, command, { at: bench.at, by, newId: () => `x${(ids += 1)}` })
      if (decision.ok)
        for (const event of decision.value.events)
          for (const change of evolve(plan, event)) {
            plan.put(change)
            changes.push(change)
          }
      return decision
    },
    must(command, by) {
      const decision = bench.run(command, by)
      if (!decision.ok) throw new Error(`${command.type}: ${decision.error.message}`)
      return decision.value.reply.ids
    },
    add: (id, more) => void bench.must(addCommand(id, more)),
    claim(id, number, more) {
      bench.must({ type: 'agents.claim', claims: [claimOf(id, number, more)] }, COORDINATOR)
      return agentIdOf(number)
    },
    end: (number, generation, evidence) =>
      bench.run(endCommand(number, generation, evidence), COORDINATOR),
    task(id) {
      const task = plan.tasks.get(taskId(id))
      if (!task) throw new Error(`no task ${id}`)
      return task
    },
  }
  return bench
}

export const addCommand = (
  id: string,
  more: Partial<NewTask> = {},
  nextFireAt: number | null = null,
): Extract<Command, { type: 'task.add' }> => ({
  type: 'task.add',
  task: { id: taskId(id), title: id, exec: 'true', ...more },
  nextFireAt,
})

export const claimOf = (id: string, number: number, more: Partial<Claim> = {}): Claim => ({
  taskId: taskId(id),
  agentId: agentIdOf(number),
  executor: 'shell',
  executorType: 'shell',
  model: null,
  modelId: null,
  provider: null,
  provenance: { executor: 'test', model: 'test' },
  timeoutMs: null,
  ...more,
})

export const evidenceOf = (more: Partial<Evidence> = {}): Evidence =>
  bareEvidence('exited', { exit: { code: 0, signal: null }, ...more })

/** What an agent has changed that left this commit. */
export const changesOf = (commit: string | null): Changes => ({
  commit,
  filesChanged: 1,
  insertions: 1,
  deletions: 0,
  commits: 1,
  notes: [],
})

export const endCommand = (
  number: number,
  generation: number,
  evidence: Partial<Evidence> = {},
  more: Partial<Extract<Command, { type: 'agent.end' }>> = {},
): Extract<Command, { type: 'agent.end' }> => ({
  type: 'agent.end',
  agentId: agentIdOf(number),
  generation,
  endedAt: START_AT,
  evidence: evidenceOf(evidence),
  usage: null,
  conversation: null,
  changes: null,
  artifacts: [],
  jitter: 0.5,
  nextFireAt: null,
  ...more,
})
