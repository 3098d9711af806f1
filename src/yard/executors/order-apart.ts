/** The order of one turn apart from the graph: made by the same rules as any, in a plan of its own that is discarded. */
import { invariant } from '../../base/result.ts'
import { decide } from '../../domain/decide/decide.ts'
import type { Claim } from '../../domain/command.ts'
import type { Event } from '../../domain/event.ts'
import { evolve } from '../../domain/evolve/evolve.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import type { AgentId, TaskId } from '../../domain/ids.ts'
import { createPlan } from '../../domain/graph/create-plan.ts'
import type { MutablePlan } from '../../domain/plan.ts'
import type { Profile, Settings } from '../../domain/settings.ts'
import type { NewTask } from '../../domain/task.ts'
import { modelsOf } from './launch-order.ts'

interface TurnApart {
  readonly settings: Settings
  readonly profile: Profile
  readonly id: AgentId
  readonly now: number
  readonly taskId: TaskId
  readonly task: NewTask
  readonly model: Pick<Claim, 'model' | 'modelId' | 'provenance' | 'timeoutMs'>
}

/** It works in no worktree, and is counted nowhere. */
export function orderApart({
  settings,
  profile,
  id,
  now,
  taskId,
  task,
  model,
}: TurnApart): LaunchOrder {
  const plan = createPlan()
  const by = { kind: 'person', name: null } as const
  const added = decide(
    plan,
    { type: 'task.add', task: { ...task, id: taskId, worktree: 'off' }, nextFireAt: null },
    { at: now, by, newId: () => taskId },
  )
  invariant(added.ok, 'a plain task can be added to an empty plan')
  for (const event of added.value.events) install(plan, event)
  const [first] = plan.tasks.values()
  invariant(first, 'the task was added')
  const claim = {
    ...model,
    taskId: first.id,
    agentId: id,
    executor: profile.name,
    executorType: profile.type,
    provider: null,
  }
  install(plan, { type: 'agent.claimed', at: now, by: 'process', workplace: null, claim })
  const [agent] = plan.agents.values()
  const started = plan.tasks.get(first.id)
  invariant(agent && started, 'the task was claimed')
  return {
    agent,
    task: started,
    profile: { ...profile, coding: false },
    dependencies: [],
    isCapped: false,
    notes: [],
    graph: [],
    messages: [],
    resume: null,
    modelId: model.modelId,
    ...modelsOf(settings, profile, model.model),
    answer: null,
  }
}

function install(plan: MutablePlan, event: Event): void {
  for (const change of evolve(plan, event)) plan.put(change)
}
