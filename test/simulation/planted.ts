/** Faults planted in place of a rule, to see that the oracle catches their lack. */
import type { Command } from '../../src/domain/command.ts'
import { decide } from '../../src/domain/decide/decide.ts'
import type { Event } from '../../src/domain/event.ts'
import type { AgentId, TaskId } from '../../src/domain/ids.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Task } from '../../src/domain/task.ts'

/** Takes the end of an agent that is gone for the end of the one that works on its task now: no generation is checked. */
export function believesLateReports(): typeof decide {
  const tasks = new Map<AgentId, TaskId>()
  return (plan, command, now) => {
    if (command.type === 'agents.claim')
      for (const claim of command.claims) tasks.set(claim.agentId, claim.taskId)
    if (command.type !== 'agent.end' || plan.agents.has(command.agentId))
      return decide(plan, command, now)
    const id = tasks.get(command.agentId)
    const living = id === undefined ? null : plan.agentOf(id)
    if (!living) return decide(plan, command, now)
    return decide(plan, { ...command, agentId: living.id, generation: living.generation }, now)
  }
}

/** Takes what was said of an earlier agent's result for what is said of the one that is judged now. */
export function believesOldJudgements(): typeof decide {
  return (plan, command, now) => {
    if (command.type !== 'judgement.end') return decide(plan, command, now)
    const { taskId, agentId } = plan.judgements.get(command.judgementId) ?? {}
    const task = taskId ? plan.tasks.get(taskId) : undefined
    if (task?.state.kind !== 'pending-eval' || !agentId) return decide(plan, command, now)
    return decide(withTask(plan, { ...task, state: { ...task.state, agentId } }), command, now)
  }
}

function withTask(plan: Plan, task: Task): Plan {
  const tasks = new Map(plan.tasks).set(task.id, task)
  return { ...plan, tasks: Object.assign(tasks, { notable: () => tasks.values() }) }
}

type Decide = typeof decide

/** What `change` makes of each decision that is no refusal. */
const decidingWith =
  (
    change: (
      events: readonly Event[],
      given: { readonly plan: Plan; readonly command: Command },
    ) => readonly Event[],
  ): Decide =>
  (plan, command, now) => {
    const decided = decide(plan, command, now)
    if (!decided.ok) return decided
    const events = change(decided.value.events, { plan, command })
    return { ok: true, value: { ...decided.value, events } }
  }

/** Messages are handed to an agent that is not claimed after all. */
export function takesWithoutClaim(): Decide {
  let count = 0
  return decidingWith((events) => {
    const taken = events.flatMap((event) => (event.type === 'delivery.taken' ? [event] : []))
    const isClaim = events.some(({ type }) => type === 'agent.claimed') && taken.length > 0
    if (!isClaim || (count += 1) % 5 !== 0) return events
    return taken
  })
}

/** What a turn that ends badly had taken is not given back. */
export const keepsTaken = (): Decide =>
  decidingWith((events) => events.filter(({ type }) => type !== 'delivery.returned'))

/** Nobody looks whether the member has another turn. */
export const forgetsTurns = (): Decide => (plan, command, now) =>
  decide(command.type === 'task.take' ? { ...plan, agentOfMember: () => null } : plan, command, now)

/** A message is acknowledged, and stored now and then only. */
export function losesMessages(): Decide {
  let count = 0
  return decidingWith((events, { command }) =>
    command.type === 'message.send' && (count += 1) % 7 === 0
      ? events.filter(({ type }) => type !== 'message.sent' && type !== 'task.woken')
      : events,
  )
}
