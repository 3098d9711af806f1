import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { yardPaths } from '../../../src/config/paths.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { findCaller, parentOf } from '../../../src/yard/access/caller.ts'
import { agentToken, openSecret } from '../../../src/yard/handlers/agent-token.ts'

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
  it('is the agent whose token alone it has, where that is one of this yard', () => {
    const yard = mkdtempSync(join(tmpdir(), 'yard-caller-'))
    const token = agentToken(openSecret(yardPaths(yard).service.secret), agentIdOf(3), 2)
    const agent = { kind: 'agent', agentId: 'agent-3', generation: 2, token }
    expect(findCaller({ YARD_TOKEN: token }, yard, () => [])).toMatchObject(agent)
    expect(findCaller({}, yard, () => [{ YARD_TOKEN: token }])).toMatchObject(agent)
    expect(findCaller({ YARD_TOKEN: token }, root, () => [])).toEqual({ kind: 'person' })
    expect(findCaller({ YARD_TOKEN: `${token}x` }, yard, () => [])).toEqual({ kind: 'person' })
    rmSync(yard, { recursive: true })
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
