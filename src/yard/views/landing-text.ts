/** What stands between the result of a task that is done and its target branch, and the way on. */
import type { Landing } from '../../domain/landing.ts'
import { hasResult } from '../../domain/new-result.ts'
import { mergeAbove } from '../../domain/plan.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { Task } from '../../domain/task.ts'
import { assertNever } from '../../base/result.ts'
import type { Yard } from '../yard.ts'

type Source = Pick<Yard, 'plan' | 'host'>

/** Sentences; null where the result has landed, nobody has asked for that, or the task is worked on again. */
export function landingText(yard: Source, task: Task): string | null {
  const { id, landing } = task
  if (landing === null || !hasResult(task)) return null
  const into = landing.target === null ? '' : ` into ${landing.target}`
  const why = landing.reason === null ? '' : `: ${unended(landing.reason)}`
  switch (landing.state) {
    case 'queued':
      return `Its result is queued to be merged${into}${untilWhat(yard, id, landing)}.`
    case 'conflict':
      return `Its result is not merged${into}${why}. ${settling(yard, id, landing)}.`
    case 'refused':
      return `Its result is not merged${into}${why}.${again(id, landing)}`
    case 'landed':
    case 'prepared':
      return null
    default:
      return assertNever(landing.state)
  }
}

function untilWhat(yard: Source, id: TaskId, { isAuto }: Landing): string {
  const merge = mergeAbove(yard.plan, id)
  if (merge !== null) return `, as soon as ${merge} has settled a conflict in what it builds on`
  if (isAuto && yard.plan.facts.paused)
    return `, as soon as the yard goes on, for the coordinator is paused: ${RESUME}`
  return yard.host === 'command'
    ? `: no coordinator runs: yard merge ${id}, or yard service start`
    : ', which comes by itself'
}

/** What becomes of a conflict: its task settles it, has settled it, or has given it up. */
function settling({ plan }: Source, id: TaskId, { mergeTask, isAuto }: Landing): string {
  const state = mergeTask === null ? undefined : plan.tasks.get(mergeTask)?.state.kind
  switch (state) {
    case undefined:
      return `The task that was to settle that is gone: yard merge ${id} tries again`
    case 'failed':
    case 'abandoned': {
      const fate = state === 'failed' ? 'has failed' : 'was abandoned'
      return `${mergeTask} was to settle that and ${fate}: yard merge ${id} tries again`
    }
    case 'done':
      return isAuto && plan.facts.paused
        ? `${mergeTask} has settled that, and the merge goes on when the yard does, for the coordinator is paused: ${RESUME}`
        : `${mergeTask} has settled that, and the merge goes on by itself`
    case 'open':
    case 'in-progress':
    case 'waiting':
    case 'pending-eval':
      return `${mergeTask} settles that, and the merge then goes on by itself: yard why ${mergeTask} says how far it is`
    default:
      return assertNever(state)
  }
}

const RESUME = 'yard service resume'

/** A refusal that names its own way on has said it. */
const again = (id: TaskId, { reason }: Landing): string =>
  reason?.includes(`yard merge ${id}`) ? '' : ` Once nothing is in its way: yard merge ${id}.`

const unended = (text: string): string => text.trimEnd().replace(/\.$/, '')
