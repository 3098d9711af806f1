/** Adds or removes a dependency by keys: type to find, arrows light the task on the canvas, ↵ takes it. */
import { type KeyboardEvent, useCallback, useEffect, useState } from 'react'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { PickList, type PickOption } from '../../ui/pick-list.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { countOf } from '../../actions/action.ts'
import { bringIntoSight, canvasScene, focusCanvas } from '../canvas/camera.ts'
import { type DependencyCardRequest, setGraphView } from '../canvas/view-state.ts'
import {
  addDependencies,
  type Direction,
  endsOf,
  type DependencyRefusal,
  refusalOf,
  refusedTo,
  removeDependencies,
} from './dependency-rules.ts'
import type { TaskCard } from '../../../contract/view.ts'
import { labelOfState } from '../../model/task-state.ts'
import { dependentsOf, type Tasks } from '../../model/reach.ts'
import type { Scene } from '../scene/scene.ts'

export function DependencyCard({ how, ids }: DependencyCardRequest) {
  const session = useSession()
  const tasks = useYard((view) => view.tasks)
  const [direction, setDirection] = useState<Direction>('before')
  const [from = ''] = ids
  const cards = ids.flatMap((id) => tasks.get(id) ?? [])
  const onActive = useLitCandidate(from, direction, how)
  const leave = (): void => {
    setGraphView({ linkCard: null })
    focusCanvas()
  }
  const onPick = async ({ id }: PickOption): Promise<void> => {
    const ends = ids.map((each) => endsOf(each, id, direction))
    if (how === 'remove') {
      const there = ends.filter(({ blocker, dependent }) =>
        tasks.get(dependent)?.after.includes(blocker),
      )
      await removeDependencies(session, there)
    } else {
      const fitting = ends.filter((each) => refusalOf(tasks, each) === null)
      // When none fits, the first says why: a cycle has its card.
      const added = await addDependencies(session, fitting.length > 0 ? fitting : ends.slice(0, 1))
      if (!added) return setGraphView({ linkCard: null })
    }
    leave()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault()
    event.stopPropagation()
    leave()
  }
  const verb = how === 'add' ? 'Add a dependency to' : 'Remove a dependency of'
  return (
    <div
      className="canvas-card link-card flex-col"
      role="dialog"
      aria-label={`${verb} ${countOf(cards)}`}
      onKeyDown={onKeyDown}
    >
      <p>
        {verb} <b>{countOf(cards)}</b>
      </p>
      <PickList
        key={direction}
        label={direction === 'before' ? 'It waits for' : 'Waits for it'}
        placeholder="Type to find"
        optionsFor={(text) =>
          matching(dependencyCandidates(tasks, canvasScene(), { how, ids, direction }), text)
        }
        onPick={(option) => void onPick(option)}
        onActive={onActive}
        emptyText={how === 'add' ? 'No other task fits.' : 'There is none.'}
      />
      <div className="flex items-center justify-between gap-3">
        <Segmented
          label="Which waits"
          value={direction}
          options={[
            ['before', 'It waits for'],
            ['after', 'Waits for it'],
          ]}
          onChange={setDirection}
        />
        <Button onClick={leave}>Cancel</Button>
      </div>
    </div>
  )
}

const matching = (options: readonly PickOption[], text: string): readonly PickOption[] => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return options.filter(({ label, id }) =>
    words.every((word) => `${label} ${id}`.toLowerCase().includes(word)),
  )
}

/** The candidate is shown on the canvas as the end of an edge that is being drawn. */
function useLitCandidate(
  from: string,
  direction: Direction,
  how: DependencyCardRequest['how'],
): (id: string | null) => void {
  const session = useSession()
  useEffect(() => {
    const { tasks } = session.yard.getState()
    const refused = how === 'add' ? refusedTo(tasks, from, direction) : new Set<string>()
    setGraphView({ refused })
    return () => setGraphView({ linking: null, refused: new Set() })
  }, [session, from, direction, how])
  return useCallback(
    (to) => {
      setGraphView({ linking: { from, direction, to } })
      if (to !== null) bringIntoSight(to)
    },
    [from, direction],
  )
}

// Which tasks a dependency can be added to or taken from by keys, the nearest on the canvas first. Pure.

export interface DependencyQuestion extends DependencyCardRequest {
  /** `before`: these wait for the other; `after`: the other waits for these. */
  readonly direction: Direction
}

const WHY: Readonly<Record<DependencyRefusal['kind'], string>> = {
  self: '',
  exists: 'Is so already',
  late: 'Has begun',
  gone: 'Is gone',
  cycle: 'Would close a cycle',
}

export function dependencyCandidates(
  tasks: Tasks,
  scene: Scene,
  question: DependencyQuestion,
): readonly PickOption[] {
  const options = question.how === 'add' ? toAdd(tasks, question) : toRemove(tasks, question)
  const far = distanceFrom(scene, question.ids[0] ?? '')
  return options.toSorted(
    (a, b) =>
      Number(a.isDoubtful ?? false) - Number(b.isDoubtful ?? false) ||
      compare(far(a.id), far(b.id)),
  )
}

function toAdd(tasks: Tasks, { ids, direction }: DependencyQuestion): readonly PickOption[] {
  const chosen = new Set(ids)
  return [...tasks.values()].flatMap((card) => {
    if (chosen.has(card.id)) return []
    const refusals = ids.map((id) => refusalOf(tasks, endsOf(id, card.id, direction)))
    if (refusals.every((refusal) => refusal?.kind === 'exists')) return []
    // One that fits is enough: the others are left as they are.
    const refusal = refusals.includes(null) ? null : (refusals[0] ?? null)
    return [optionOf(card, refusal)]
  })
}

function toRemove(tasks: Tasks, { ids, direction }: DependencyQuestion): readonly PickOption[] {
  const others = ids.flatMap((id) =>
    direction === 'before' ? (tasks.get(id)?.after ?? []) : dependentsOf(tasks)(id),
  )
  return [...new Set(others)].flatMap((id) => {
    const card = tasks.get(id)
    return card ? [optionOf(card, null)] : []
  })
}

const optionOf = (card: TaskCard, refusal: DependencyRefusal | null): PickOption => ({
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
