/**
 * What rows of the journal must be as far as agents are triaged: each is asked about once unless a person wants it again, what is recorded
 * was said, an old verdict moves nothing, none is believed against what its process has left, and nobody starts while the verdict decides
 * whether anybody may.
 */
import type { Agent } from '../../src/domain/agent.ts'
import type { Judgement } from '../../src/domain/judging/judgement.ts'
import { isTriaged } from '../../src/domain/judging/triage.ts'
import type { Task } from '../../src/domain/task.ts'
import type { Judges } from './sim-judge.ts'
import type { Step } from './truths.ts'
import { holds } from './violation.ts'
import type { World } from './world.ts'

/** Outcomes that count the work as done. */
const BELIEVED: readonly unknown[] = ['gate', 'ask-person']

export function createTriageTruths(judges: Judges, world: World) {
  /** How often each agent was asked about; another database knows nothing of the one before. */
  const asked = new Map<string, number>()
  /** By task: the last generation whose end was waited out. */
  const waited = new Map<string, number>()

  const onQueued = ({ row }: Step, { purpose, agentId }: Judgement): void => {
    if (purpose !== 'triage') return
    const key = `${world.lineage} ${agentId}`
    const count = (asked.get(key) ?? 0) + 1
    asked.set(key, count)
    const isByYard = row.by === 'coordinator'
    holds(count === 1 || !isByYard, 4, () => `${agentId} is triaged for the ${count}th time`)
  }
  const onTriaged = ({ task: taskOf }: Step, agent: Agent): void => {
    const { id, generation, triage } = agent
    if (!triage) return
    const { by, verdict, outcome } = triage
    const said = judges.verdictOf(by)
    holds(
      verdict === null || verdict === said,
      5,
      () => `${id} is ${verdict} by ${by}, which said ${said}`,
    )
    const task = taskOf(agent.taskId)
    holds(
      outcome === null || (task?.generation === generation && task.lastAgentId === id),
      5,
      () => `${id} came to ${outcome}, and generation ${task?.generation} is under way`,
    )
    if (agent.state.kind !== 'ended') return
    const { failure } = agent.state
    holds(
      outcome === null || (failure !== null && isTriaged(failure.class)),
      4,
      () => `${id} ended by ${failure?.class}, and a verdict came to ${outcome}`,
    )
    if (BELIEVED.includes(outcome)) checkWork(agent)
    if (outcome !== 'back-off') return
    const last = waited.get(agent.taskId)
    holds(last !== generation - 1, 6, () => `${agent.taskId} is waited out over and over`)
    waited.set(agent.taskId, generation)
  }
  const checkWork = ({ id }: Agent): void => {
    const process = world.processOf(id)
    const isWhole = process === null || process.hasReported || process.leaves === 'all'
    holds(isWhole, 4, () => `${id} is said to be done, and left ${process?.leaves}`)
  }
  const onClaimed = (was: Task, judgement: (id: string) => Judgement | undefined): void => {
    if (was.state.kind !== 'open' || !was.state.triage) return
    const { judgementId, otherwise } = was.state.triage
    if (otherwise === 'start') return
    const state = judgement(judgementId)?.state.kind
    holds(
      state === 'ended' || state === undefined,
      3,
      () => `${was.id} starts, and ${judgementId} is to say whether it may`,
    )
  }
  return {
    look(step: Step, judgement: (id: string) => Judgement | undefined): void {
      const { row, before, after } = step
      if (row.event === 'judgement.queued' && row.entity === 'judgement')
        onQueued(step, after as unknown as Judgement)
      if (row.entity === 'agent' && row.event === 'agent.triaged' && after)
        onTriaged(step, after as unknown as Agent)
      if (row.entity === 'task' && row.event === 'agent.claimed' && before)
        onClaimed(before as unknown as Task, judgement)
    },
  }
}
