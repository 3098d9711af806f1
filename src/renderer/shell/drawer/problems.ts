/** What goes wrong, or cannot go on, in one list: tasks that can never start, breakers, errors of the service. Pure. */
import type { BreakerView, TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/task.ts'

export interface ProblemLine {
  readonly key: string
  readonly state: ShownState
  /** `Stuck`, `Held back`, `Error` */
  readonly word: string
  readonly text: string
  readonly at: string | null
  readonly until: string | null
  /** What a click opens; null = nothing. */
  readonly task: string | null
}

interface Facts {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly breakers: readonly BreakerView[]
  readonly errors: readonly { readonly at: string; readonly text: string }[]
}

/** What holds work back first, then errors, newest first. */
export function problemLines({ tasks, breakers, errors }: Facts): readonly ProblemLine[] {
  const stuck = [...tasks.values()].flatMap((card) =>
    card.stuck === null ? [] : [stuckLine(card)],
  )
  const failed = errors.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).map(errorLine)
  return [...breakers.map((breaker) => breakerLine(breaker, tasks)), ...stuck, ...failed]
}

const errorLine = ({ at, text }: Facts['errors'][number], index: number): ProblemLine => ({
  key: `error ${index} ${at}`,
  state: 'failed',
  word: 'Error',
  text,
  at,
  until: null,
  task: null,
})

const breakerLine = (
  { key, subject, reason, since, until }: BreakerView,
  tasks: Facts['tasks'],
): ProblemLine => ({
  key,
  state: 'parked',
  word: 'Held back',
  text: `${tasks.get(subject)?.title ?? subject}: ${reason}`,
  at: since,
  until,
  task: tasks.has(subject) ? subject : null,
})

const stuckLine = ({ id, state, title, stuck }: TaskCard): ProblemLine => ({
  key: `stuck ${id}`,
  state,
  word: 'Stuck',
  text: `${title}: ${stuck ?? ''}`,
  at: null,
  until: null,
  task: id,
})
