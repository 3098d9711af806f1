/** From the yard to what stands on the canvas: layout, hand positions, folds and a drag under way. */
import { useMemo, useState } from 'react'
import type { Position, TaskCard } from '../../../contract/view.ts'
import { useThrottledYard, useYard } from '../../model/session/session-context.tsx'
import { useThrottled } from '../../ui/timers.ts'
import { useShownTime } from '../../model/shown-time.ts'
import { usePreferences } from '../../model/preferences.ts'
import { useNewPositions } from '../../actions/quick-add.ts'
import { createCloser, foldTasks } from './fold.ts'
import { cornersOf, NODE_WIDTH } from '../layout/grid.ts'
import { type Heading, headingsOf } from '../layout/headings.ts'
import { createSceneMaker, type Scene, edgeIdOf } from './scene.ts'
import { type LaidOut, useLayout } from '../layout/use-layout.ts'
import { useGraphView } from '../canvas/view-state.ts'
import { criticalPath } from '../../model/forecast.ts'
import type { Tasks } from '../../model/reach.ts'

export interface SceneNow extends Pick<LaidOut, 'share' | 'cancel' | 'tidy'> {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly scene: Scene
  readonly headings: readonly Heading[]
  /** Every task has had a place. Before the first layout only those that were moved by hand have one. */
  readonly isWhole: boolean
}

/** A large graph follows the yard four times a second: more is not read, and each look walks over all tasks. */
const CALM = { everyMs: 250, fromTasks: 1000 }
const HEADINGS_EVERY_MS = 500

export function useScene(dragged: ReadonlyMap<string, Position> | null): SceneNow {
  const { tasks, structure } = useShown()
  const chosen = useChosenPlaces()
  const direction = usePreferences((preferences) => preferences.direction)
  const { layout, share, cancel, tidy } = useLayout({
    tasks,
    structure,
    positions: chosen,
    direction,
  })
  const foldFinished = useGraphView((view) => view.foldFinished)
  const foldedTags = useGraphView((view) => view.foldedTags)
  const [makeScene] = useState(createSceneMaker)
  const [closeFor] = useState(createCloser)
  const positions = useMemo(
    () => (dragged === null ? chosen : new Map([...chosen, ...dragged])),
    [chosen, dragged],
  )
  const folding = useMemo(() => {
    const cornerOf = cornersOf({ layout, positions, direction })
    return foldTasks(tasks, { foldFinished, foldedTags }, { cornerOf, direction })
  }, [tasks, layout, positions, direction, foldFinished, foldedTags])
  const closing = useMemo(
    () => closeFor({ tasks, folding, layout, positions: chosen, direction }),
    [closeFor, tasks, folding, layout, chosen, direction],
  )
  const scene = useMemo(
    () => makeScene({ tasks, layout, positions, folding, closing, direction }),
    [makeScene, tasks, layout, positions, folding, closing, direction],
  )
  const calm = useThrottled(tasks, HEADINGS_EVERY_MS)
  const headings = useMemo(
    () =>
      headingsOf({ tasks: calm, layout, positions: chosen, direction }).map((heading) => ({
        ...heading,
        from: closing.folded({ x: heading.from, y: 0 }).x,
        to: closing.folded({ x: heading.to - NODE_WIDTH, y: 0 }).x + NODE_WIDTH,
      })),
    [calm, layout, chosen, direction, closing],
  )
  const isWhole = useMemo(
    () => layout.size > 0 || [...tasks.keys()].every((id) => positions.has(id)),
    [layout, tasks, positions],
  )
  return { tasks, scene, headings, isWhole, share, cancel, tidy }
}

/** By hand: what the yard has, before it what was asked for a moment ago. */
function useChosenPlaces(): ReadonlyMap<string, Position> {
  const chosen = useYard((view) => view.positions)
  const wanted = useNewPositions()
  return useMemo(
    () => (wanted.size === 0 ? chosen : new Map([...wanted, ...chosen])),
    [chosen, wanted],
  )
}

/** The tasks of the moment that is shown, else the living ones. */
function useShown(): Pick<SceneNow, 'tasks'> & { readonly structure: number } {
  const tasks = useThrottledYard((view) => view.tasks, CALM)
  const structure = useThrottledYard((view) => view.structure, CALM)
  return useShownTime() ?? { tasks, structure }
}

// The critical path of what is shown, found anew at most twice a second: in a busy yard each commit changes a little of it.

const EVERY_MS = 500

export interface CriticalPath {
  readonly ids: ReadonlySet<string>
  /** Ids of its edges; those inside of a block are none. */
  readonly edges: ReadonlySet<string>
}

export function useCriticalPath(tasks: Tasks, memberOf: Scene['memberOf']): CriticalPath {
  const calm = useThrottled(tasks, EVERY_MS)
  const line = useMemo(() => criticalPath(calm).join('\n'), [calm])
  return useMemo(() => {
    const ids = line === '' ? [] : line.split('\n')
    return { ids: new Set(ids), edges: edgesAlong(ids, memberOf) }
  }, [line, memberOf])
}

/** Ids of the edges from each to the next. */
export function edgesAlong(
  ids: readonly string[],
  memberOf: Scene['memberOf'],
): ReadonlySet<string> {
  const shown = ids.map((id) => memberOf.get(id) ?? id)
  return new Set(shown.slice(1).map((id, index) => edgeIdOf(shown[index] ?? '', id)))
}
