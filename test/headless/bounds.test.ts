/** Numbers, instants and JSON values that would brick a yard: refused at every entrance, and shown clipped where they are stored already. */
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { parseEvent } from '../../src/agents/executors/readers/reader.ts'
import { meaningOf } from '../../src/agents/http/task-request.ts'
import { artifactsFrom } from '../../src/cli/commands/tasks/report.ts'
import { parseInstant } from '../../src/config/times.ts'
import { clipJson, jsonIssue } from '../../src/domain/bounds.ts'
import { parseGraphFile } from '../../src/graph-file/read-graph.ts'
import { data } from '../../src/mcp/agent-tools.ts'
import { COORDINATOR, endCommand, PERSON, taskId } from '../support/plan-builder.ts'
import { readAll, readByCommand } from './read-every-view.ts'
import { openServedYard, type ServedYard } from './served-yard.ts'

let host: ServedYard
beforeEach(async () => void (host = await openServedYard()))
afterEach(() => host.close())

const post = (path: string, body: unknown) => host.call(path, { method: 'POST', body })
const nested = (levels: number): unknown => {
  let value: unknown = 1
  for (let n = 0; n < levels; n += 1) value = { k: value }
  return value
}
const nestedText = (levels: number): string => `${'{"k":'.repeat(levels)}1${'}'.repeat(levels)}`
/** As a program without bounds has stored it. */
const store = async (task: object) => {
  const command = { type: 'task.add', task: { exec: 'true', ...task }, nextFireAt: null }
  const reply = await host.yard.dispatch(command as never, PERSON)
  if (!reply.ok) throw new Error(reply.error.message)
}

describe('a number or an instant', () => {
  it.each([
    ['delayMs', 9_007_199_254_740_000],
    ['delayMs', 36_525 * 86_400_000 + 1],
    ['timeoutMs', 9_007_199_254_740_991],
    ['budgetTokens', 9_007_199_254_740_991],
    ['notBefore', 8.64e15 + 1],
    ['notBefore', '+275760-09-13T00:00:00.001Z'],
  ])('%s: %s is refused, and nothing is committed', async (field, value) => {
    const { seq } = host.yard.store
    const answer = await post('/api/task', { title: 'x', [field]: value })
    expect([answer.status, answer.json.error.facts.field]).toEqual([422, field])
    const many = await post('/api/import', { tasks: [{ title: 'x', [field]: value }] })
    expect(many.status).toBe(422)
    expect(host.yard.store.seq).toBe(seq)
  })

  it('at its bound is taken and shown', async () => {
    await post('/api/task', { title: 'a', id: 'a', delayMs: 36_525 * 86_400_000 })
    await post('/api/task', { title: 'b', id: 'b', notBefore: 8.64e15 })
    await post('/api/task', { title: 'c', id: 'c', notBefore: '-271821-04-20T00:00:00Z' })
    await readAll(host)
    const { json } = await host.call('/api/task/b')
    expect(Date.parse(json.notBefore)).toBe(8.64e15)
  })

  it('that was stored before there were bounds is shown clipped, with a mark', async () => {
    await store({ title: 'a', id: taskId('a'), delayMs: 9_007_199_254_740_000 })
    await store({ title: 'b', id: taskId('b'), notBefore: -9e15, timeoutMs: 9e15 })
    const far = { executor: 'claude', exec: null, budgetTokens: 9e15 }
    await store({ title: 'c', id: taskId('c'), after: [taskId('a')], ...far })
    await readAll(host)
    expect(Date.parse((await host.call('/api/task/a')).json.notBefore)).toBe(8.64e15)
    const why = await host.call('/api/task/a/why')
    expect(why.json.text).toContain('275760')
    expect(why.json.text).toContain('(clipped)')
    expect(await readByCommand(host, ['show', 'a'])).toContain('(clipped)')
    for (const words of [['list'], ['viz']]) await readByCommand(host, words)
    const { json } = await host.call('/api/export')
    const graph = parseGraphFile(json.text, 'graph.toml')
    if (!graph.ok) throw new Error(graph.error.message)
    const again = await post('/api/import', {
      tasks: graph.value.tasks.map((task) => ({ ...task, id: `${task.id}-2`, after: [] })),
    })
    expect([again.status, again.text]).toEqual([201, expect.anything()])
  })

  it.each([9e15, -9e15, Number.NaN])(
    'in what an agent leaves behind is clipped when it ends (%s)',
    async (endedAt) => {
      await post('/api/task', { title: 'a', id: 'a', exec: 'true' })
      await host.agentOf('a')
      const end = endCommand(1, 1, { exit: { code: 0, signal: null } })
      const usage = {
        inputTokens: 1e300,
        outputTokens: Infinity,
        cachedTokens: NaN,
        reasoningTokens: -1,
        costUsd: 1e308,
      }
      await host.yard.dispatch({ ...end, endedAt, usage } as never, COORDINATOR)
      await readAll(host)
      const [agent] = host.yard.store.agents({ which: 'dead' })
      expect(agent?.endedAt).toBeGreaterThanOrEqual(agent?.claimedAt ?? Infinity)
      expect(agent?.endedAt).toBeLessThanOrEqual(host.yard.now())
      const { json } = await host.call('/api/task/a')
      expect(json.usage).toEqual({
        inputTokens: 1e12,
        outputTokens: 1e12,
        cachedTokens: null,
        reasoningTokens: 0,
        costUsd: 1e12,
      })
    },
  )

  it('is read in years beyond four digits as far as a date goes', () => {
    expect(parseInstant('+275760-09-13T00:00:00.000Z')).toBe(8.64e15)
    expect(parseInstant('-271821-04-20T00:00:00Z')).toBe(-8.64e15)
    expect(parseInstant('+275760-09-13T00:00:00.001Z')).toBeNull()
    expect(parseInstant('+275760-09-13T00:00:00-00:01')).toBeNull()
    expect(parseInstant('+999999-01-01')).toBeNull()
  })
})

describe('nested JSON', () => {
  const isRefused = { status: 422 }
  beforeEach(async () => {
    await post('/api/task', { title: 'a', id: 'a', executor: 'manual' })
  })

  it('is refused over REST and RPC, at 65 levels and at 100,000', async () => {
    const path = '/api/task/a/complete'
    expect(await post(path, { artifacts: nested(65) })).toMatchObject(isRefused)
    expect(await post(path, { artifacts: { k: Array(10_000).fill(0) } })).toMatchObject(isRefused)
    for (const levels of [4_200, 100_000]) {
      const artifacts = nestedText(levels)
      expect(await post(path, `{"artifacts":${artifacts}}`)).toMatchObject(isRefused)
      const body = `{"json":{"id":"a","artifacts":${artifacts}}}`
      expect(await post('/rpc/task/complete', body)).toMatchObject(isRefused)
    }
    expect(host.yard.plan.tasks.get(taskId('a'))?.state.kind).toBe('open')
    expect((await post(path, { artifacts: nested(64) })).status).toBe(200)
    await readAll(host)
  })

  it('ends a WebSocket that sends it', async () => {
    const url = `${host.served.url.replace('http', 'ws')}/ws`
    const socket = new WebSocket(url, ['yard', `yard.token.${host.served.token}`])
    await once(socket, 'open')
    const request = { i: '1', p: { u: '/task/complete', m: 'POST', b: { json: 'HERE' } } }
    socket.send(JSON.stringify(request).replace('"HERE"', nestedText(4_200)))
    expect((await once(socket, 'close'))[0]).toBe(1008)
    expect((await host.call('/api/hello')).status).toBe(200)
  })

  it('is refused by the command line, as a tool, in a graph and from a service', () => {
    const deep = nestedText(65)
    expect(artifactsFrom(deep)).toMatchObject({ ok: false, error: { kind: 'bad-request' } })
    expect(artifactsFrom(nestedText(64)).ok).toBe(true)
    expect(data.safeParse(nested(65)).success).toBe(false)
    expect(data.safeParse(nested(64)).success).toBe(true)
    const tooDeep = { ok: false, error: { kind: 'file-broken' } }
    expect(parseGraphFile(`{"task":${nestedText(4_200)}}`, 'a.json')).toMatchObject(tooDeep)
    const list = `${'['.repeat(4_200)}${']'.repeat(4_200)}`
    expect(parseGraphFile(`task = ${list}`, 'a.toml')).toMatchObject(tooDeep)
    const body = `{"status":"done","artifacts":${nestedText(4_200)}}`
    const meaning = meaningOf({ kind: 'answered', status: 200, headers: {}, body }, 0)
    expect(meaning).toMatchObject({ kind: 'failed', failure: { class: 'exit' } })
  })

  it('in the output of an agent is shown as the text that it is', () => {
    expect(parseEvent(nestedText(60))).not.toBeNull()
    expect(parseEvent(nestedText(4_200))).toBeNull()
  })

  it('that was stored before there were bounds is shown cut off, with a mark', async () => {
    const artifacts = [{ kind: 'json', value: nested(4_200) }]
    const complete = { type: 'task.complete', id: taskId('a'), agentId: null, generation: null }
    const more = { artifacts, force: false, nextFireAt: null }
    const reply = await host.yard.dispatch({ ...complete, ...more } as never, PERSON)
    expect(reply.ok).toBe(true)
    await readAll(host)
    const { json } = await host.call('/api/task/a')
    expect(jsonIssue(json.artifacts[0].value)).toBeNull()
    expect(JSON.stringify(json.artifacts)).toContain('…')
    expect(await readByCommand(host, ['show', 'a'])).toContain('…')
  })

  it('is cut at its bound and nowhere else', () => {
    expect(clipJson(nested(64))).toEqual(nested(64))
    expect(JSON.stringify(clipJson(nested(65)))).toBe(`${'{"k":'.repeat(64)}"…"${'}'.repeat(64)}`)
    expect(jsonIssue(clipJson(Array.from({ length: 20_000 }, () => [])))).toBeNull()
  })
})
