/** What people do to the times of a repeating task. */
import type { Command } from '../command.ts'
import { failure } from '../failure.ts'
import type { Plan } from '../plan.ts'
import {
  refused,
  decided,
  withTask,
  wrongState,
  type Circumstances,
  type Decided,
} from './decision.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

export function decideScheduleSkip(
  plan: Plan,
  command: Of<'schedule.skip'>,
  now: Circumstances,
): Decided {
  return withTask(plan, command.id, (task) => {
    if (!task.schedule)
      return refused(
        failure('wrong-state', `task ${task.id} has no schedule`, {
          hint: 'yard schedule list shows those that have',
        }),
      )
    if (task.state.kind !== 'open')
      return refused(wrongState(task, 'put off', 'it can be skipped while it waits for its time'))
    const { nextFireAt } = command
    return decided([task.id], {
      type: 'task.timed',
      at: now.at,
      id: task.id,
      notBefore: nextFireAt,
      scheduledFor: nextFireAt,
    })
  })
}

export function decideFireNow(
  plan: Plan,
  command: Of<'schedule.fireNow'>,
  now: Circumstances,
): Decided {
  return withTask(plan, command.id, (task) => {
    if (!task.schedule)
      return refused(
        failure('wrong-state', `task ${task.id} has no schedule`, {
          hint: 'yard schedule list shows those that have',
        }),
      )
    if (task.state.kind !== 'open')
      return refused(wrongState(task, 'started now', 'it is not waiting for its time'))
    return decided([task.id], {
      type: 'task.timed',
      at: now.at,
      id: task.id,
      notBefore: null,
      scheduledFor: task.scheduledFor,
    })
  })
}
