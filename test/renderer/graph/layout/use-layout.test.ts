import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { DagNode } from '../../../../src/domain/graph/dag.ts'
import { layOut } from '../../../../src/renderer/graph/layout/layout.ts'
import type { GridPosition, Layout } from '../../../../src/renderer/graph/layout/grid.ts'
import type {
  LayoutAnswer,
  LayoutRequest,
} from '../../../../src/renderer/graph/layout/layout-worker.ts'
import { createLayouter } from '../../../../src/renderer/graph/layout/use-layout.ts'
import { graphs, task } from '../graphs.ts'

type Listener = (event: { readonly data: unknown }) => void

/** Runs the worker's own code here, for the one that was opened last; it answers when it is told to. */
let pending: LayoutRequest[] = []
let asked: LayoutRequest[] = []
let handle: Listener = () => {}
let told: Listener = () => {}

class WorkerHere {
  addEventListener(_kind: string, listener: Listener): void {
    told = listener
  }
  postMessage(request: LayoutRequest): void {
    asked.push(request)
    pending.push(structuredClone(request))
  }
  terminate(): void {
    pending = []
  }
}

const answerAll = (): void => {
  for (let next = pending.shift(); next; next = pending.shift()) handle({ data: next })
}

beforeEach(async () => {
  pending = []
  asked = []
  vi.resetModules()
  vi.stubGlobal('Worker', WorkerHere)
  vi.stubGlobal('addEventListener', (_kind: string, listener: Listener) => (handle = listener))
  vi.stubGlobal('postMessage', (data: LayoutAnswer) => told({ data }))
  await import('../../../../src/renderer/graph/layout/layout-worker.ts')
})

afterEach(() => vi.unstubAllGlobals())

const NOTHING: Layout = new Map()

function openLayouter(former: Layout = NOTHING) {
  const layouts: Layout[] = []
  const onLayout = (layout: Layout): void => void layouts.push(layout)
  const layouter = createLayouter({ former, onLayout, onProgress: () => {} })
  let structure = 0
  return {
    layouts,
    cancel: layouter.cancel,
    ask: (tasks: readonly DagNode[], byHand: Layout = NOTHING, anew = false) =>
      layouter.request({ structure: (structure += 1), tasks, anew, byHand }),
  }
}

const edits = fc.array(
  fc.record({
    kind: fc.constantFrom('add', 'remove', 'wait', 'add twice', 'add by hand', 'tidy', 'restart'),
    a: fc.nat(),
    b: fc.nat(),
  }),
  { maxLength: 12 },
)

function edited(tasks: readonly DagNode[], kind: string, a: number, b: number): DagNode[] {
  const nameAt = (nth: number): string => tasks[nth % tasks.length]?.id ?? 'gone'
  if (kind === 'remove') return tasks.filter(({ id }) => id !== nameAt(a))
  if (kind === 'wait')
    return tasks.map((each, index) =>
      index === tasks.length - 1 && nameAt(a) !== each.id
        ? task(each.id, ...new Set([...each.after, nameAt(a)]))
        : each,
    )
  return kind.startsWith('add')
    ? [...tasks, task(`n${a}-${b}-${tasks.length}`, ...new Set([nameAt(a), nameAt(b)]))]
    : [...tasks]
}

test('a layout that has followed edits is the one of the whole graph beside the places before', () => {
  fc.assert(
    fc.property(graphs, edits, (first, steps) => {
      const { layouts, ask, cancel } = openLayouter()
      let tasks: readonly DagNode[] = first
      let remembered = new Map<string, GridPosition>()
      const expectNext = (byHand: Layout = NOTHING): Layout => {
        const layout = layOut(tasks, remembered, { byHand })
        for (const [id, place] of layout) remembered.set(id, place)
        return layout
      }
      ask(tasks, NOTHING, true)
      answerAll()
      expect(layouts.at(-1)).toEqual(expectNext())
      for (const { kind, a, b } of steps) {
        const byHand =
          kind === 'add by hand'
            ? new Map([[first[0]?.id ?? '', { column: 1.5, row: a % 9 }]])
            : NOTHING
        tasks = edited(tasks, kind, a, b)
        if (kind === 'restart') {
          cancel()
          remembered = new Map(layouts.at(-1))
        }
        if (kind === 'tidy') remembered = new Map()
        ask(tasks, byHand, kind === 'tidy')
        let wanted = expectNext(byHand)
        if (kind === 'add twice') {
          tasks = edited(tasks, 'add', b, a)
          ask(tasks)
          wanted = expectNext()
        }
        answerAll()
        expect(layouts.at(-1)).toEqual(wanted)
      }
    }),
  )
})

test('what is asked for one more task is that task alone', () => {
  const { layouts, ask } = openLayouter()
  const tasks = [task('a'), task('b', 'a')]
  ask(tasks)
  answerAll()
  ask([...tasks, task('c', 'b')])
  answerAll()
  expect(asked.map(({ kept, tasks: told_ }) => [kept, told_.map(({ id }) => id)])).toEqual([
    [0, ['a', 'b']],
    [2, ['c']],
  ])
  expect([...(layouts.at(-1) ?? [])].map(([id, { column }]) => [id, column])).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 2],
  ])
})
