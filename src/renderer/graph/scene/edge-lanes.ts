/**
 * Edges side by side: where there is room, two that lead from different tasks to different tasks do not lie upon each other, for
 * nobody could tell then what waits for what. A gap has room for five trunks, a row for three lines; in a crowd they are shared. Those
 * of one task share a trunk anyway, and so do those of several that all lead to the same tasks.
 */
import type { Grid } from '../layout/grid.ts'
import type { Course, Lanes } from './route-edge.ts'

export interface Coursed {
  readonly id: string
  /** Ids of the nodes at its ends. */
  readonly from: string
  readonly to: string
  readonly course: Course
}

/** Canvas units between two trunks of a gap, and how many there is room for. */
const TRUNK_STEP = 10
const MOST_TRUNKS = 5
/** Lanes of the rows that edges pass along: beside the middle, where the gap between two rows still holds them. */
const ROWS = [0, 8, -8]
/** Of a gap with more than that a crowd is seen and no edge: it is not worth the time. */
const CROWD = 40
/** Ends of two trunks that are nearer than that touch. */
const APART = 4

/** Lines that may lie upon each other. They come in at `starts`, go out at `ends` and fill the stretch from `low` to `high`. */
interface Bundle {
  readonly starts: Set<number>
  readonly ends: Set<number>
  low: number
  high: number
  lane: number
}

type Gaps = Map<number, Map<string, Bundle>>

/** A level stretch between two trunks. */
interface Passage {
  readonly from: string
  readonly to: string
  readonly low: number
  readonly high: number
  lane: number
}

/** Of each edge that leaves the middle somewhere; all others lie in the `MIDDLE`. */
export function lanesOf(edges: readonly Coursed[], grid: Grid): ReadonlyMap<string, Lanes> {
  const trunks: Gaps = new Map()
  const rows = new Map<number, Passage[]>()
  const targets = targetsOf(edges)
  const parts = edges.map(({ id, from, to, course }) => {
    const { begin, finish, passing, trunkAt } = course
    // Nodes that a person put close together leave no room for lanes.
    const isRoomy = trunkAt >= grid.gap / 2
    const bend = passing ?? finish.c
    const [out, back] = [begin.a + trunkAt, finish.a - trunkAt]
    return {
      id,
      out: isRoomy ? bundleIn(trunks, out, `out ${targets.get(from)}`, [begin.c, bend]) : null,
      in:
        isRoomy && passing !== null
          ? bundleIn(trunks, back, `in ${to}`, [passing, finish.c])
          : null,
      row:
        passing === null
          ? null
          : passageIn(rows, passing, {
              from,
              to,
              low: Math.min(out, back),
              high: Math.max(out, back),
              lane: 0,
            }),
    }
  })
  for (const gap of trunks.values()) arrange([...gap.values()])
  for (const row of rows.values()) spread(row)
  const trunk = offsetsIn(trunks)
  const lanes = new Map<string, Lanes>()
  for (const part of parts) {
    const row = ROWS[(part.row?.lane ?? 0) % ROWS.length] ?? 0
    const own = { out: trunk(part.out), in: trunk(part.in), row }
    if (own.out !== 0 || own.in !== 0 || own.row !== 0) lanes.set(part.id, own)
  }
  return lanes
}

/** By blocker: all that it leads to, as one text. Blockers with the same text may share a trunk. */
function targetsOf(edges: readonly Coursed[]): ReadonlyMap<string, string> {
  const lists = Map.groupBy(edges, ({ from }) => from)
  return new Map(
    [...lists].map(([from, list]) => [
      from,
      list
        .map(({ to }) => to)
        .toSorted()
        .join('\n'),
    ]),
  )
}

/** Null for a line that is straight there: nothing of it lies along the gap. */
function bundleIn(
  gaps: Gaps,
  at: number,
  key: string,
  [start, end]: readonly [number, number],
): Bundle | null {
  if (Math.abs(start - end) < 0.5) return null
  const place = Math.round(at)
  const gap = gaps.get(place) ?? new Map<string, Bundle>()
  gaps.set(place, gap)
  const bundle = gap.get(key) ?? {
    starts: new Set(),
    ends: new Set(),
    low: Infinity,
    high: -Infinity,
    lane: 0,
  }
  gap.set(key, bundle)
  bundle.starts.add(start)
  bundle.ends.add(end)
  bundle.low = Math.min(bundle.low, start, end)
  bundle.high = Math.max(bundle.high, start, end)
  return bundle
}

function arrange(bundles: Bundle[]): void {
  if (bundles.length < 2 || bundles.length > CROWD) return
  const placed: Bundle[] = []
  for (const bundle of fromLeft(bundles)) {
    for (const other of placed)
      if (isBeside(bundle, other) && other.lane >= bundle.lane) bundle.lane = other.lane + 1
    placed.push(bundle)
  }
}

const isBeside = (a: Bundle, b: Bundle): boolean => a.low < b.high + APART && b.low < a.high + APART

/** Each after those that must stand left of it; where they all wait for each other, the first by rank. */
function fromLeft(bundles: readonly Bundle[]): readonly Bundle[] {
  const ranked = bundles.toSorted((a, b) => rankOf(a) - rankOf(b))
  const waits = new Map(
    ranked.map((each) => [each, ranked.filter((other) => isLeftOf(other, each)).length]),
  )
  const order: Bundle[] = []
  while (waits.size > 0) {
    const left = [...waits]
    const [next] = left.find(([, count]) => count === 0) ?? left[0] ?? []
    if (!next) break
    waits.delete(next)
    order.push(next)
    for (const [other, count] of waits) if (isLeftOf(next, other)) waits.set(other, count - 1)
  }
  return order
}

/**
 * What leaves at a row stands left of what arrives there, or the one would seem to lead into the other. Else those that turn away
 * first stand last, so that none crosses another on its way out.
 */
function isLeftOf(a: Bundle, b: Bundle): boolean {
  if (a === b || !isBeside(a, b)) return false
  const [isBefore, isAfter] = [arrives(b, a), arrives(a, b)]
  if (isBefore !== isAfter) return isBefore
  return isDownwards(a) === isDownwards(b) && rankOf(a) < rankOf(b)
}

const arrives = (one: Bundle, other: Bundle): boolean =>
  [...other.starts].some((row) => one.ends.has(row))

const startOf = ({ starts }: Bundle): number => Math.min(...starts)
const isDownwards = (bundle: Bundle): boolean => {
  const start = startOf(bundle)
  return bundle.high - start >= start - bundle.low
}

/** Downwards the upper ones turn last, upwards the lower ones. */
const rankOf = (bundle: Bundle): number => startOf(bundle) * (isDownwards(bundle) ? -1 : 1)

function passageIn(rows: Map<number, Passage[]>, at: number, passage: Passage): Passage {
  const row = rows.get(Math.round(at))
  if (row) row.push(passage)
  else rows.set(Math.round(at), [passage])
  return passage
}

/** Each on the first lane where nothing lies that begins and ends elsewhere. */
function spread(passages: Passage[]): void {
  if (passages.length < 2 || passages.length > CROWD) return
  const placed: Passage[] = []
  for (const passage of passages.toSorted((a, b) => a.low - b.low || a.high - b.high)) {
    const used = new Set<number>()
    for (const { from, to, low, high, lane } of placed) {
      const isOther = from !== passage.from && to !== passage.to
      if (isOther && low < passage.high && passage.low < high) used.add(lane)
    }
    while (used.has(passage.lane)) passage.lane += 1
    placed.push(passage)
  }
}

/** What a trunk's lane means, once all of its gap have one. */
function offsetsIn(gaps: Gaps): (bundle: Bundle | null) => number {
  const offsets = new Map<Bundle, number>()
  for (const gap of gaps.values()) {
    const count = Math.max(...[...gap.values()].map(({ lane }) => lane)) + 1
    const used = Math.min(count, MOST_TRUNKS)
    for (const bundle of gap.values()) {
      const lane = count > used ? Math.floor((bundle.lane * used) / count) : bundle.lane
      offsets.set(bundle, (lane - (used - 1) / 2) * TRUNK_STEP)
    }
  }
  return (bundle) => (bundle && offsets.get(bundle)) ?? 0
}
