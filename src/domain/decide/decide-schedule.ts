/** What people do to the times of a repeating task. */
import type { Command } from '../command.ts'
import type { Event } from '../event.ts'
import { failure } from '../failure.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
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
  const { nextFireAt } = command
  const hint = 'it can be skipped while it waits for its time'
  return withRepeating(plan, command.id, { wish: 'put off', hint }, ({ id }) =>
    decided([id], timed(id, now.at, nextFireAt, nextFireAt)),
  )
}

export function decideFireNow(
  plan: Plan,
  command: Of<'schedule.fireNow'>,
  now: Circumstances,
): Decided {
  const hint = 'it is not waiting for its time'
  return withRepeating(plan, command.id, { wish: 'started now', hint }, ({ id, scheduledFor }) =>
    decided([id], timed(id, now.at, null, scheduledFor)),
  )
}

const timed = (
  id: TaskId,
  at: number,
  notBefore: number | null,
  scheduledFor: number | null,
): Event => ({ type: 'task.timed', at, id, notBefore, scheduledFor })

/** Runs `then` with a task that repeats and waits for its time, or says why it cannot. */
function withRepeating(
  plan: Plan,
  id: TaskId,
  asked: { readonly wish: string; readonly hint: string },
  then: (task: Task) => Decided,
): Decided {
  return withTask(plan, id, (task) => {
    if (!task.schedule)
      return refused(
        failure('wrong-state', `task ${task.id} has no schedule`, {
          hint: 'yard schedule list shows those that have',
        }),
      )
    if (task.state.kind !== 'open') return refused(wrongState(task, asked.wish, asked.hint))
    return then(task)
  })
}
