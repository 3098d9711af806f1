/** Which nodes are lit and which recede: by the cycle that was refused, an edge being drawn, the search, the filter, focus and the critical path. Pure. */
import type { TaskCard } from '../../../contract/view.ts'
import { toFilter, useQuery } from '../../model/filter.ts'
import { downstreamOf, type Tasks, upstreamOf } from '../../model/reach.ts'
import { type GraphView, useGraphView } from '../canvas/view-state.ts'
import { useMemo } from 'react'
import { useSelection } from '../../model/selection.ts'
import type { Scene } from './scene.ts'

/** Of a node: 1 = lit. gone: not drawn at all. */
export type Light = 'lit' | 'off-path' | 'dim' | 'gone'

export const OPACITY: Readonly<Record<Light, number>> = {
  lit: 1,
  'off-path': 0.6,
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
    return isPathLit && !line.has(card.id) ? 'off-path' : 'lit'
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

// Which nodes are lit now, as the person narrowed the view.

const NO_ONE: ReadonlySet<string> = new Set()

/** A block is lit when one of its members is. */
export function useLight(
  tasks: Tasks,
  nodes: Scene['nodes'],
  line: ReadonlySet<string>,
): (id: string) => Light {
  const query = useQuery()
  const criticalPath = useGraphView((view) => view.criticalPath)
  const focus = useGraphView((view) => view.focus)
  const find = useGraphView((view) => view.find)
  const linking = useGraphView((view) => view.linking)
  const refused = useGraphView((view) => view.refused)
  const cycle = useGraphView((view) => view.cycle)
  const chosen = useSelection(({ ids }) => ids)
  const selected = focus === 'none' ? NO_ONE : chosen
  const dimming = useMemo(() => {
    const view = { criticalPath, focus, find, linking, refused, cycle }
    return createDimming({ tasks, view, query, selected, line })
  }, [tasks, criticalPath, focus, find, linking, refused, cycle, query, selected, line])
  // While all is lit the answer stays the same function, whatever the tasks do.
  const isAllLit = dimming === null
  const lit = useMemo(
    () => (dimming === null ? allLit : lightBy(dimming, tasks, nodes)),
    [dimming, tasks, nodes],
  )
  return isAllLit ? allLit : lit
}

const allLit = (_id: string): Light => 'lit'

function lightBy(
  dimming: (card: TaskCard) => Light,
  tasks: Tasks,
  nodes: Scene['nodes'],
): (id: string) => Light {
  const lightOf = (id: string): Light => {
    const card = tasks.get(id)
    return card ? dimming(card) : 'lit'
  }
  return (id) => {
    const members = nodes.get(id)?.stack?.members
    if (!members) return lightOf(id)
    return members.map(lightOf).find((light) => light === 'lit') ?? lightOf(members[0] ?? id)
  }
}
