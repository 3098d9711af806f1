/** Which tasks a dependency can be added to or taken from by keys, the nearest on the canvas first. Pure. */
import type { TaskCard } from '../../../contract/view.ts'
import type { PickOption } from '../../ui/pick-list.tsx'
import { labelOfState } from '../../model/task-state.ts'
import { dependentsOf, type Tasks } from '../../model/reach.ts'
import type { Scene } from '../scene/scene.ts'
import { linkOf, refusalOf, type Direction, type LinkRefusal } from './link-rules.ts'

export interface LinkQuestion {
  readonly how: 'add' | 'remove'
  readonly ids: readonly string[]
  /** `before`: these wait for the other; `after`: the other waits for these. */
  readonly direction: Direction
}

const WHY: Readonly<Record<LinkRefusal['kind'], string>> = {
  self: '',
  exists: 'is so already',
  late: 'has begun',
  gone: 'is gone',
  cycle: 'would close a cycle',
}

export function linkCandidates(
  tasks: Tasks,
  scene: Scene,
  question: LinkQuestion,
): readonly PickOption[] {
  const options = question.how === 'add' ? toAdd(tasks, question) : toRemove(tasks, question)
  const far = distanceFrom(scene, question.ids[0] ?? '')
  return options.toSorted(
    (a, b) =>
      Number(a.isDoubtful ?? false) - Number(b.isDoubtful ?? false) ||
      compare(far(a.id), far(b.id)),
  )
}

function toAdd(tasks: Tasks, { ids, direction }: LinkQuestion): readonly PickOption[] {
  const chosen = new Set(ids)
  return [...tasks.values()].flatMap((card) => {
    if (chosen.has(card.id)) return []
    const refusals = ids.map((id) => refusalOf(tasks, linkOf(id, card.id, direction)))
    if (refusals.every((refusal) => refusal?.kind === 'exists')) return []
    // One that fits is enough: the others are left as they are.
    const refusal = refusals.includes(null) ? null : (refusals[0] ?? null)
    return [optionOf(card, refusal)]
  })
}

function toRemove(tasks: Tasks, { ids, direction }: LinkQuestion): readonly PickOption[] {
  const others = ids.flatMap((id) =>
    direction === 'before' ? (tasks.get(id)?.after ?? []) : dependentsOf(tasks)(id),
  )
  return [...new Set(others)].flatMap((id) => {
    const card = tasks.get(id)
    return card ? [optionOf(card, null)] : []
  })
}

const optionOf = (card: TaskCard, refusal: LinkRefusal | null): PickOption => ({
  id: card.id,
  label: card.title,
  note: refusal === null ? labelOfState(card.state) : WHY[refusal.kind],
  isDoubtful: refusal !== null,
})

function distanceFrom({ nodes, memberOf }: Scene, from: string): (id: string) => number {
  const at = (id: string) => nodes.get(memberOf.get(id) ?? id)?.at
  const here = at(from)
  return (id) => {
    const there = at(id)
    return here && there ? Math.hypot(here.x - there.x, here.y - there.y) : Infinity
  }
}

/** Infinity minus itself is no order. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)
