/** All that can be done to tasks, and which of it makes sense for one now. */
import { assertNever } from '../../base/result.ts'
import type { Action, Subject } from './action.ts'
import { abandon } from './task/abandon.ts'
import { approve, reject } from './task/approve.ts'
import { evaluate } from './task/evaluate.ts'
import { complete } from './task/complete.ts'
import { pause, resume } from './task/hold.ts'
import { kill, killRestart } from './task/kill.ts'
import { publish } from './task/publish.ts'
import { remove } from './task/remove.ts'
import { reopen } from './task/reopen.ts'
import { retry, retryFresh } from './task/retry.ts'
import { skipOnce, startNow } from './task/schedule.ts'
import { giveBack, take, takeBack } from './task/take.ts'
import { triage } from './task/triage.ts'

/** One entry of the palette and its keys, for the chosen tasks. */
export interface TaskCommand {
  readonly id: string
  readonly title: string
  readonly keys: readonly string[]
  /** first: the first that fits one of them, for those that it fits. each: to each task the first that fits it. */
  readonly takes: 'first' | 'each'
  readonly actions: readonly Action[]
}

const one = (action: Action, title = action.label): TaskCommand => ({
  id: action.id,
  title,
  keys: action.keys,
  takes: 'first',
  actions: [action],
})

export const TASK_COMMANDS: readonly TaskCommand[] = [
  {
    id: 'task.hold',
    title: 'Pause or resume',
    keys: ['p'],
    takes: 'first',
    actions: [pause, resume],
  },
  one(publish),
  one(retry),
  one(retryFresh),
  one(reopen),
  one(kill, 'Kill its agent'),
  one(killRestart, 'Kill its agent and start again'),
  one(complete),
  one(approve, 'Approve its result'),
  one(reject, 'Reject its result…'),
  one(evaluate),
  one(triage, 'Triage its last agent'),
  one(take),
  { ...one(giveBack), actions: [giveBack, takeBack] },
  one(startNow),
  one(skipOnce),
  one(abandon),
  { ...one(remove), takes: 'each', actions: [remove, abandon] },
]

/** Those that make sense for a task now, the likeliest first. */
export function actionsFor(subject: Subject): readonly Action[] {
  return candidates(subject).filter((action) => action.blocked(subject) === null)
}

function candidates(subject: Subject): readonly Action[] {
  const { card, isHeld } = subject
  const end = remove.blocked(subject) === null ? remove : abandon
  switch (card.status) {
    case 'failed':
    case 'waiting':
      return [approve, reject, retry, retryFresh, end, complete, evaluate]
    case 'done':
      return isJudged(card) ? [reopen, reject, evaluate] : [reopen]
    case 'abandoned':
      return [reopen, complete]
    case 'pending-eval':
      return [approve, reject, end, isHeld ? resume : pause]
    case 'open':
    case 'in-progress':
      return whileOpen(subject, isHeld ? resume : pause, end)
    default:
      return assertNever(card.status)
  }
}

/** Elsewhere they are in the palette, and in the Evaluation tab. */
const isJudged = ({ gate, score }: Subject['card']): boolean =>
  gate !== undefined || score !== undefined

function whileOpen(
  { card, agent, isHeld, isByHand }: Subject,
  hold: Action,
  end: Action,
): readonly Action[] {
  if (agent !== null) return whileAtWork(agent, isByHand, hold, end)
  if (isByHand && card.state === 'ready') return [take, complete, hold, end]
  if (isHeld && card.attempts === 0) return [hold, publish, complete, end]
  if (card.repeats && !isHeld) return [startNow, skipOnce, hold, end, complete]
  if (card.reason?.code === 'retry') return [hold, triage, complete, end]
  return [hold, complete, end]
}

function whileAtWork(
  { by, status }: NonNullable<Subject['agent']>,
  isByHand: boolean,
  hold: Action,
  end: Action,
): readonly Action[] {
  if (isByHand) return [complete, giveBack, hold, end]
  if (by === 'pilot') return [hold, takeBack, complete, end]
  return status === 'stopping' ? [hold, complete, end] : [hold, kill, complete, killRestart, end]
}
