/**
 * Tasks as a tree along their dependencies. A task stands once: under the last of what it waits for (the one deepest in the graph);
 * the others are named beside it. Pure, and without recursion: a chain may be ten thousand long.
 */
import { layersOf } from '../../../domain/graph/dag.ts'
import { dagOfTasks, type Tasks } from '../../model/reach.ts'

export interface OutlineRow {
  readonly id: string
  /** 1 = the top. */
  readonly level: number
  /** Among its siblings, from 1 on. */
  readonly place: number
  readonly siblings: number
  readonly hasChildren: boolean
  readonly isOpen: boolean
  /** What it waits for besides the one that it stands under. */
  readonly others: readonly string[]
  /** False: shown only because something below it matches the filter. */
  readonly isMatch: boolean
}

interface Tree {
  /** By parent; the empty id holds the top. */
  readonly children: ReadonlyMap<string, readonly string[]>
  readonly parent: ReadonlyMap<string, string>
}

const TOP = ''

function treeOf(tasks: Tasks): Tree {
  const layers = layersOf(dagOfTasks(tasks))
  const depth = new Map(layers.flatMap((ids, layer) => ids.map((id) => [id, layer] as const)))
  const children = new Map<string, string[]>()
  const parent = new Map<string, string>()
  for (const card of tasks.values()) {
    const known = card.after.filter((id) => tasks.has(id))
    const under = known.reduce<string>(
      (best, id) => (best === TOP || (depth.get(id) ?? 0) > (depth.get(best) ?? 0) ? id : best),
      TOP,
    )
    if (under !== TOP) parent.set(card.id, under)
    const list = children.get(under)
    if (list) list.push(card.id)
    else children.set(under, [card.id])
  }
  return { children, parent }
}

interface OutlineOptions {
  readonly tasks: Tasks
  /** Null = all. */
  readonly matches: ReadonlySet<string> | null
  readonly closed: ReadonlySet<string>
}

/** Rows from top to bottom. With a filter: what matches, and the way to it, opened. */
export function outlineRows({ tasks, matches, closed }: OutlineOptions): readonly OutlineRow[] {
  const { children, parent } = treeOf(tasks)
  const shown = matches === null ? null : withAncestors(matches, parent)
  const childrenOf = (id: string): readonly string[] =>
    (children.get(id) ?? []).filter((each) => shown?.has(each) ?? true)
  const rows: OutlineRow[] = []
  const stack = entriesOf(childrenOf(TOP), 1)
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { id, level, place, siblings } = next
    const below = childrenOf(id)
    const isOpen = matches !== null || !closed.has(id)
    const others = (tasks.get(id)?.after ?? []).filter((each) => each !== parent.get(id))
    const hasChildren = below.length > 0
    const isMatch = matches?.has(id) ?? true
    rows.push({ id, level, place, siblings, hasChildren, isOpen, others, isMatch })
    if (isOpen) stack.push(...entriesOf(below, level + 1))
  }
  return rows
}

type Entry = Pick<OutlineRow, 'id' | 'level' | 'place' | 'siblings'>

/** Last first, as a stack takes them. */
const entriesOf = (ids: readonly string[], level: number): Entry[] =>
  ids.map((id, at) => ({ id, level, place: at + 1, siblings: ids.length })).toReversed()

function withAncestors(
  ids: ReadonlySet<string>,
  parent: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const all = new Set<string>()
  for (const id of ids)
    for (let at: string | undefined = id; at !== undefined && !all.has(at); at = parent.get(at))
      all.add(at)
  return all
}

export type OutlineStep = { readonly go: string } | { readonly open: boolean } | null

/** What ← and → do on a row: fold, unfold, to the parent, to the first child. */
export function sideStep(rows: readonly OutlineRow[], index: number, key: string): OutlineStep {
  const row = rows[index]
  if (!row) return null
  if (key === 'ArrowRight') {
    if (row.hasChildren && !row.isOpen) return { open: true }
    const child = rows[index + 1]
    return child && child.level > row.level ? { go: child.id } : null
  }
  if (row.hasChildren && row.isOpen) return { open: false }
  const parent = rows.slice(0, index).findLast(({ level }) => level < row.level)
  return parent ? { go: parent.id } : null
}
