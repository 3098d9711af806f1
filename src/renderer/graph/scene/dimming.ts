/** Which nodes are lit and which recede: by the cycle that was refused, a track being drawn, the search, the filter, focus and the critical path. Pure. */
import type { TaskCard } from '../../../contract/view.ts'
import { toFilter } from '../../model/filter.ts'
import { downstreamOf, upstreamOf, type Tasks } from '../../model/reach.ts'
import type { GraphView } from '../canvas/view-state.ts'

/** Of a node: 1 = lit. gone: not drawn at all. */
export type Light = 'lit' | 'main-line-off' | 'dim' | 'gone'

export const OPACITY: Readonly<Record<Light, number>> = {
  lit: 1,
  'main-line-off': 0.6,
  dim: 0.28,
  gone: 0,
}

export interface DimInput {
  readonly tasks: Tasks
  readonly view: Pick<
    GraphView,
    'criticalPath' | 'focus' | 'find' | 'linking' | 'refused' | 'cycle'
  >
  /** The filter of the address. */
  readonly query: string
  readonly selected: ReadonlySet<string>
  readonly line: ReadonlySet<string>
}

/** Ids that a search finds, in the order of the tasks. */
export function foundIn(tasks: Tasks, query: string): readonly string[] {
  const filter = toFilter(query)
  if (filter === null) return []
  return [...tasks.values()].filter(filter).map(({ id }) => id)
}

/** Null while everything is lit: the usual case costs nothing. */
export function createDimming(input: DimInput): ((card: TaskCard) => Light) | null {
  const { view, line } = input
  if (view.cycle !== null) return among(new Set(view.cycle))
  const { linking } = view
  if (linking !== null && view.refused.size > 0)
    return ({ id }) => (view.refused.has(id) && id !== linking.from ? 'dim' : 'lit')
  const tests = narrowing(input)
  const isPathLit = view.criticalPath === 'lit'
  if (tests.length === 0 && !isPathLit) return null
  return (card) => {
    for (const test of tests) {
      const light = test(card)
      if (light !== 'lit') return light
    }
    return isPathLit && !line.has(card.id) ? 'main-line-off' : 'lit'
  }
}

function narrowing({
  tasks,
  view,
  query,
  selected,
}: DimInput): readonly ((card: TaskCard) => Light)[] {
  const tests: ((card: TaskCard) => Light)[] = []
  if (view.focus !== 'none' && selected.size > 0) {
    const reach = new Set([
      ...selected,
      ...upstreamOf(tasks, selected),
      ...downstreamOf(tasks, selected),
    ])
    const off = view.focus === 'only' ? 'gone' : 'dim'
    tests.push(({ id }) => (reach.has(id) ? 'lit' : off))
  }
  for (const words of [query, view.find?.query ?? '']) {
    const filter = toFilter(words)
    if (filter) tests.push((card) => (filter(card) ? 'lit' : 'dim'))
  }
  return tests
}

const among =
  (ids: ReadonlySet<string>) =>
  ({ id }: TaskCard): Light =>
    ids.has(id) ? 'lit' : 'dim'
