/** One provider is down for a while under 30 tasks of it: none may fail for that, and all must be done once it is well. */
import type { Clock } from '../../src/base/clock.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { PERSON, taskId } from '../support/plan-builder.ts'
import type { Wish } from './clients.ts'
import type { StepName } from './steps.ts'
import { holds } from './violation.ts'

const TASKS = 30
export const DOWN = 'anthropic'

const LEFT_OUT: readonly StepName[] = [
  ...(['client', 'agent', 'orchestrator', 'jump', 'caps', 'neighbour', 'outage'] as const),
  ...(['stall', 'statement', 'vanish', 'usurp', 'backup', 'restore'] as const),
]

interface Outage {
  /** How long, ms; absent in any other history. */
  readonly outageMs?: number
}

/** Steps that are no part of it. */
export const leftOutOf = ({ outageMs }: Outage): readonly StepName[] =>
  outageMs === undefined ? [] : LEFT_OUT

/** Monotonic instant, ms. */
export const outageEndsAt = ({ outageMs }: Outage, clock: Clock): number =>
  clock.monotonic() + (outageMs ?? Number.POSITIVE_INFINITY)

export const outageWish = (): Wish => ({
  command: {
    type: 'tasks.import',
    tasks: Array.from({ length: TASKS }, (_, i) => ({
      task: { id: taskId(`t${i}`), title: `t${i}`, executor: 'claude' },
      nextFireAt: null,
    })),
  },
  by: PERSON,
  isLate: false,
})

/** Nobody failed for it, no try was spent, and all is done. */
export function checkOutage({ outageMs }: Outage, isWhole: boolean, plan: Plan | undefined): void {
  if (outageMs === undefined) return
  if (!isWhole) throw new Error('the outage was not over: give it more steps')
  const tasks = [...(plan?.tasks.values() ?? [])]
  const isDone = tasks.every(({ state, attempts }) => state.kind === 'done' && attempts === 0)
  const told = tasks.map(({ id, state, attempts }) => `${id} ${state.kind} ${attempts}`)
  holds(tasks.length === TASKS && isDone, 6, () => `an outage left ${told.join(', ')}`)
}
