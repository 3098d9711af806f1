import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  currentRoute,
  formatRoute,
  HOME,
  navigate,
  parseRoute,
  SCREENS,
  TASK_TABS,
  type Route,
} from '../../../src/renderer/model/route.ts'

const happy = window as unknown as {
  readonly happyDOM: { setViewport(size: { width: number; height: number }): void }
}

describe('the address', () => {
  test('names a task on the graph in its short form', () => {
    expect(parseRoute('#/task/write-docs')).toEqual({ ...HOME, task: 'write-docs' })
    expect(parseRoute('#/task/%E0%A4%A')).toEqual(HOME)
  })

  test('whatever cannot be read is the graph', () => {
    for (const hash of ['', '#', '#/', '#/nowhere', '#/graph?tab=secrets', 'javascript:alert(1)'])
      expect(parseRoute(hash)).toMatchObject({ screen: 'graph', task: null, tab: null })
  })

  test('every route that can be said is read back as it was', () => {
    const word = fc.string({ minLength: 1, unit: 'binary' }).filter((text) => text.isWellFormed())
    const route = fc.record({
      screen: fc.constantFrom(...SCREENS),
      task: fc.option(word),
      tab: fc.option(fc.constantFrom(...TASK_TABS)),
      agent: fc.option(word),
      anchor: fc.option(word),
      filters: fc.dictionary(fc.constantFrom('q', 'at', 'shape'), word),
    })
    fc.assert(
      fc.property(route, (each) => {
        expect(parseRoute(formatRoute(each))).toEqual(each)
      }),
    )
  })

  test('where the inspector lies over the screen, another one than graph and tasks begins without it', () => {
    const go = (width: number, from: string, to: Partial<Route>) => {
      happy.happyDOM.setViewport({ width, height: 480 })
      location.hash = from
      navigate(to)
      const { screen, task, tab } = currentRoute()
      return { screen, task, tab }
    }
    const open = '#/graph?task=a&tab=output'
    expect(go(720, open, { screen: 'attention' })).toEqual({
      screen: 'attention',
      task: null,
      tab: null,
    })
    expect(go(720, open, { screen: 'tasks' })).toMatchObject({ task: 'a', tab: 'output' })
    expect(go(720, '#/attention', { task: 'b' })).toMatchObject({ screen: 'attention', task: 'b' })
    expect(go(720, open, { screen: 'agents', task: 'b' })).toMatchObject({ task: 'b' })
    expect(go(1280, open, { screen: 'attention' })).toMatchObject({ task: 'a', tab: 'output' })
  })

  test('another screen leaves its filters behind, another task the try that was looked at', () => {
    happy.happyDOM.setViewport({ width: 1280, height: 800 })
    location.hash = '#/tasks?q=docs&task=a&agent=agent-1'
    navigate({ task: 'b' })
    expect(currentRoute()).toMatchObject({ task: 'b', agent: null, filters: { q: 'docs' } })
    navigate({ screen: 'agents' })
    expect(currentRoute()).toMatchObject({ screen: 'agents', task: 'b', filters: {} })
  })

  test('a part of a tab is left with the tab, the try or the task', () => {
    const anchorAfter = (change: Partial<Route>): string | null => {
      location.hash = '#/tasks?task=a&tab=output&agent=agent-1&anchor=12'
      navigate(change)
      return currentRoute().anchor
    }
    expect(anchorAfter({ filters: { q: 'docs' } })).toBe('12')
    expect(anchorAfter({ tab: 'changes' })).toBeNull()
    expect(anchorAfter({ agent: 'agent-2' })).toBeNull()
    expect(anchorAfter({ task: 'b' })).toBeNull()
    expect(anchorAfter({ tab: 'changes', anchor: 'src/a.ts' })).toBe('src/a.ts')
  })
})
