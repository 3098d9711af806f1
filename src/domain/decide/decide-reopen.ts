/** What people do to have a task tried again. */
import type { Command } from '../command.ts'
import type { Event } from '../event.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import { isFinished, type Task } from '../task.ts'
import { returnedEvent } from './decide-wait.ts'
import {
  decided,
  noOp,
  refused,
  withTask,
  wrongState,
  type Circumstances,
  type Decided,
} from './decision.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

export function decideRetry(plan: Plan, command: Of<'task.retry'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    const { state } = task
    if (state.kind === 'open' && state.notBefore === null && state.park === null)
      return noOp(task.id)
    if (state.kind !== 'failed' && state.kind !== 'waiting' && state.kind !== 'open')
      return refused(
        wrongState(
          task,
          'retried',
          state.kind === 'in-progress'
            ? 'yard kill --redispatch starts it anew'
            : `yard reopen ${task.id} opens it again`,
        ),
      )
    return decided(
      [task.id],
      ...providerTriedAnew(plan, task, now),
      reopenedEvent(task, command.fresh, now.at),
    )
  })
}

/** A person who retries what its provider held back says that the provider works again, for everybody. */
function providerTriedAnew(plan: Plan, { id: own, state }: Task, now: Circumstances): Event[] {
  const provider =
    state.kind === 'waiting'
      ? state.provider
      : state.kind === 'open'
        ? state.park?.provider
        : undefined
  const id = `provider:${provider}`
  if (now.by.kind !== 'person' || provider == null || !plan.breakers.has(id)) return []
  const isSignIn = plan.breakers.get(id)?.until === null
  const others = isSignIn ? signedOutOf(plan, provider).filter((id) => id !== own) : []
  return [
    { type: 'breaker.cleared', at: now.at, id },
    ...others.map((other) => returnedEvent(other, now.at)),
  ]
}

/** Everything that waits for the same sign-in. Costs a walk over all tasks. */
export const signedOutOf = (plan: Plan, provider: string): TaskId[] =>
  [...plan.tasks.values()]
    .filter(
      ({ state }) =>
        state.kind === 'waiting' && state.for === 'sign-in' && state.provider === provider,
    )
    .map(({ id }) => id)

const reopenedEvent = (task: Task, fresh: boolean, at: number): Event => ({
  type: 'task.reopened',
  at,
  id: task.id,
  fresh,
  notBefore: null,
  scheduledFor: task.scheduledFor,
})

export function decideReopen(plan: Plan, command: Of<'task.reopen'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    if (task.state.kind === 'open') return noOp(task.id)
    if (!isFinished(task))
      return refused(wrongState(task, 'reopened', 'only finished tasks can be reopened'))
    return decided([task.id], reopenedEvent(task, false, now.at))
  })
}
