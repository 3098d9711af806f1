import { describe, expect, it } from 'vitest'
import { findCaller, parentOf } from '../../../src/yard/access/caller.ts'

describe('who calls', () => {
  const root = import.meta.dirname
  const env = {
    YARD_TOKEN: 't',
    YARD_AGENT_ID: 'agent-1',
    YARD_TASK_ID: 'a',
    YARD_GENERATION: '2',
    YARD_DIR: root,
  }
  it('is the agent whose variables it has, or a process above it had', () => {
    const agent = { kind: 'agent', agentId: 'agent-1', generation: 2, token: 't' }
    expect(findCaller(env, root, () => [])).toMatchObject(agent)
    expect(findCaller({}, root, () => [{}, env])).toMatchObject(agent)
  })
  it('is a person without them, and nobody in another yard', () => {
    expect(findCaller({}, root, () => [{}])).toEqual({ kind: 'person' })
    expect(findCaller({ YARD_DIR: root }, root, () => [])).toEqual({ kind: 'person' })
    expect(findCaller(env, '/', () => [])).toEqual({ kind: 'nameless' })
    expect(findCaller({}, '/', () => [{}, env])).toEqual({ kind: 'nameless' })
  })
  it('is nobody we know below a marker that no agent here has', () => {
    const marked = { YARD_AGENT_KEY: 'key' }
    expect(findCaller(marked, root, () => [])).toEqual({ kind: 'nameless' })
    expect(findCaller({}, root, () => [{}, marked])).toEqual({ kind: 'nameless' })
    expect(findCaller({ ...marked, YARD_DIR: root }, root, () => [])).toEqual({ kind: 'nameless' })
  })
  it('is nobody below an agent of another yard, wherever in the chain that shows', () => {
    const marked = { YARD_AGENT_KEY: 'key' }
    const chain = [{ ...marked, YARD_DIR: '/' }, marked]
    expect(findCaller(marked, root, () => chain)).toEqual({ kind: 'nameless' })
    expect(findCaller({}, root, () => chain)).toEqual({ kind: 'nameless' })
  })
  it('reads the parent behind any name', () => {
    expect(parentOf('12 (a) b (c)) S 7 12 12 0')).toBe(7)
    expect(parentOf('')).toBeNull()
  })
})
