/** Which nodes are lit now, as the person narrowed the view. */
import { useMemo } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import { useQuery } from '../../model/filter.ts'
import type { Tasks } from '../../model/reach.ts'
import { useSelection } from '../../model/selection.ts'
import { createDimming, type Light } from './dimming.ts'
import type { Scene } from './scene.ts'
import { useGraphView } from '../canvas/view-state.ts'

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
