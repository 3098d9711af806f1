/** The critical path of what is shown, found anew at most twice a second: in a busy yard each commit changes a little of it. */
import { useMemo } from 'react'
import { criticalPath } from '../../model/forecast.ts'
import type { Tasks } from '../../model/reach.ts'
import { useThrottled } from '../../ui/timers.ts'
import type { Scene } from './scene.ts'
import { trackIdOf } from '../canvas/view-state.ts'

const EVERY_MS = 500

export interface MainLine {
  readonly ids: ReadonlySet<string>
  /** Ids of its tracks; those inside of a block are none. */
  readonly tracks: ReadonlySet<string>
}

export function useMainLine(tasks: Tasks, memberOf: Scene['memberOf']): MainLine {
  const calm = useThrottled(tasks, EVERY_MS)
  const line = useMemo(() => criticalPath(calm).join('\n'), [calm])
  return useMemo(() => {
    const ids = line === '' ? [] : line.split('\n')
    return { ids: new Set(ids), tracks: tracksAlong(ids, memberOf) }
  }, [line, memberOf])
}

/** Ids of the tracks from each to the next. */
export function tracksAlong(
  ids: readonly string[],
  memberOf: Scene['memberOf'],
): ReadonlySet<string> {
  const shown = ids.map((id) => memberOf.get(id) ?? id)
  return new Set(shown.slice(1).map((id, index) => trackIdOf(shown[index] ?? '', id)))
}
