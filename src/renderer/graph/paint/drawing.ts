/** All that painting needs to know, as one value. */
import type { Heading } from '../layout/headings.ts'
import type { Level } from '../scene/level.ts'
import type { Scene } from '../scene/scene.ts'

export interface Drawing {
  readonly scene: Scene
  readonly level: Level
  /** Nodes that are in the page and are not painted. */
  readonly inPage: ReadonlySet<string>
  /** 1 = lit, 0 = not drawn. */
  readonly opacityOf: (id: string) => number
  readonly selected: ReadonlySet<string>
  /** Track ids of the critical path; empty while it is not shown. */
  readonly lineTracks: ReadonlySet<string>
  /** Track ids of the cycle that was refused. */
  readonly cycleTracks: ReadonlySet<string>
  readonly hoverTrack: string | null
  readonly chosenTrack: string | null
  readonly headings: readonly Heading[]
}
