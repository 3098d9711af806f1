/** Names over columns, where a column has an honest one: all its tasks share a tag, and no task outside of a run of such columns has it. Pure. */
import type { TaskCard } from '../../../contract/view.ts'
import { commonTag } from '../scene/fold.ts'
import { type Direction, GRIDS, type Layout } from './grid.ts'

export interface Heading {
  readonly name: string
  readonly done: number
  readonly total: number
  /** Canvas units along the edges: of the first column's begin and the last one's end. */
  readonly from: number
  readonly to: number
}

interface HeadingInput {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly layout: Layout
  readonly positions: ReadonlyMap<string, unknown>
  readonly direction: Direction
}

/** From left to right. None where a task was moved by hand: its column says nothing then. */
export function headingsOf({ tasks, layout, positions, direction }: HeadingInput): Heading[] {
  if (positions.size > 0) return []
  const placed = [...tasks.values()].filter(({ id }) => layout.has(id))
  const runs = toRuns(Map.groupBy(placed, ({ id }) => layout.get(id)?.column ?? 0))
  return runs.flatMap((run) => (isHonest(run, runs, tasks) ? [toHeading(run, direction)] : []))
}

interface Run {
  readonly tag: string | null
  readonly first: number
  last: number
  readonly cards: TaskCard[]
}

function toRuns(columns: ReadonlyMap<number, readonly TaskCard[]>): Run[] {
  const runs: Run[] = []
  for (const [column, cards] of [...columns].toSorted(([a], [b]) => a - b)) {
    const tag = commonTag(cards)
    const before = runs.at(-1)
    if (before && tag !== null && before.tag === tag && before.last === column - 1) {
      before.last = column
      before.cards.push(...cards)
    } else runs.push({ tag, first: column, last: column, cards: [...cards] })
  }
  return runs
}

function isHonest(run: Run, runs: readonly Run[], tasks: HeadingInput['tasks']): boolean {
  const { tag } = run
  if (tag === null) return false
  if (runs.some((other) => other !== run && other.tag === tag)) return false
  let count = 0
  for (const card of tasks.values()) if (card.tags.includes(tag)) count += 1
  return count === run.cards.length && count < tasks.size
}

function toHeading({ tag, first, last, cards }: Run, direction: Direction): Heading {
  const { columnPitch, length } = GRIDS[direction]
  return {
    name: tag ?? '',
    done: cards.filter(({ status }) => status === 'done').length,
    total: cards.length,
    from: first * columnPitch,
    to: last * columnPitch + length,
  }
}
