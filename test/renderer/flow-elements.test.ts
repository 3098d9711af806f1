import { beforeEach, expect, test } from 'vitest'
import type { TaskCard } from '../../src/contract/view.ts'
import { createFlowMapper, type FlowElements } from '../../src/renderer/graph/flow-elements.ts'
import { layOut } from '../../src/renderer/graph/layout.ts'
import { cardOf } from '../support/scripted-host.ts'

const cards = [cardOf('a'), cardOf('b', { after: ['a'] }), cardOf('c', { after: ['a'] })]
const mapOf = (list: readonly TaskCard[]) => new Map(list.map((card) => [card.id, card]))
const layout = layOut(cards)
let map: ReturnType<typeof createFlowMapper>
let first: FlowElements

beforeEach(() => {
  map = createFlowMapper()
  first = map({ tasks: mapOf(cards), layout, selectedId: null })
})

test('the same input gives the same objects', () => {
  const again = map({ tasks: mapOf(cards), layout, selectedId: null })
  again.nodes.forEach((node, index) => expect(node).toBe(first.nodes[index]))
  again.edges.forEach((edge, index) => expect(edge).toBe(first.edges[index]))
})

test('a change of one task makes a new node for it alone', () => {
  const running = cardOf('b', { after: ['a'], state: 'in-progress', status: 'in-progress' })
  const next = map({ tasks: mapOf(cards.with(1, running)), layout, selectedId: null })
  expect(next.nodes.map((node, index) => node === first.nodes[index])).toEqual([true, false, true])
  next.edges.forEach((edge, index) => expect(edge).toBe(first.edges[index]))
})

test('a blocker that is done or failed changes its tracks, no other node', () => {
  expect(first.edges.map((edge) => edge.data?.state)).toEqual(['waiting', 'waiting'])
  for (const [status, state] of [
    ['done', 'satisfied'],
    ['abandoned', 'satisfied'],
    ['failed', 'upstream-failed'],
  ] as const) {
    const blocker = cardOf('a', { status, state: status })
    const next = map({ tasks: mapOf([blocker, ...cards.slice(1)]), layout, selectedId: null })
    expect(next.edges.map((edge) => edge.data?.state)).toEqual([state, state])
    expect(next.nodes[1]).toBe(first.nodes[1])
  }
})

test('the selection touches two nodes at most', () => {
  const chosen = map({ tasks: mapOf(cards), layout, selectedId: 'b' })
  expect(chosen.nodes.map((node) => node.selected)).toEqual([false, true, false])
  const moved = map({ tasks: mapOf(cards), layout, selectedId: 'c' })
  expect(moved.nodes[0]).toBe(first.nodes[0])
})

test('a task without a place yet is not drawn, nor its tracks', () => {
  const more = [...cards, cardOf('new', { after: ['a'] })]
  const next = map({ tasks: mapOf(more), layout, selectedId: null })
  expect(next.nodes.map((node) => node.id)).toEqual(['a', 'b', 'c'])
  expect(next.edges).toHaveLength(2)
})

test('nodes are sized and have handles, so that they need no measuring', () => {
  for (const node of first.nodes) {
    expect(node.measured).toEqual({ width: 216, height: 92 })
    expect(node.handles?.map((handle) => handle.type)).toEqual(['target', 'source'])
  }
})

test('a node says in words all that it shows', () => {
  const card = cardOf('a', {
    title: 'Fix it',
    state: 'blocked',
    fact: '2 to go',
    after: ['x', 'y'],
    executor: 'claude',
  })
  const [node] = map({ tasks: mapOf([card]), layout, selectedId: null }).nodes
  expect(node?.ariaLabel).toBe('Fix it. Blocked, 2 to go. claude. After 2 tasks.')
})
