/** A question of an agent to a person, and the answer. */
import type { Command } from '../command.ts'
import { failure, workFailure } from '../failure.ts'
import type { Plan } from '../plan.ts'
import {
  decided,
  nameOf,
  refused,
  withTask,
  wrongState,
  type Circumstances,
  type Decided,
} from './decision.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

/** Kept until the agent has ended, as its other reports are; the last one counts. */
export function decideAsk(plan: Plan, command: Of<'task.ask'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    const living = plan.agentOf(task.id)
    if (now.by.kind !== 'agent' || !living)
      return refused(
        failure('not-allowed', `only the agent of ${task.id} asks about it`, {
          hint: `yard log ${task.id} "text" tells its next agent something`,
          facts: { id: task.id },
        }),
      )
    const asked = workFailure('question', command.text)
    return decided([task.id], { type: 'agent.reported', at: now.at, id: living.id, failure: asked })
  })
}

/** A line in its timeline, which the next agent is told, and the task is open again. */
export function decideAnswer(plan: Plan, command: Of<'task.answer'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    if (task.state.kind !== 'waiting' || task.state.for !== 'answer')
      return refused(
        wrongState(task, 'answered', `it asks nothing; yard log ${task.id} "text" notes something`),
      )
    return decided(
      [task.id],
      {
        type: 'task.logged',
        at: now.at,
        id: now.newId(),
        taskId: task.id,
        by: nameOf(now.by),
        text: command.text,
      },
      {
        type: 'task.reopened',
        at: now.at,
        id: task.id,
        fresh: false,
        notBefore: null,
        scheduledFor: task.scheduledFor,
      },
    )
  })
}
