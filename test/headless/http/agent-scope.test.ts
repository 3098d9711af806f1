import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServedYard, type ServedYard } from '../served-yard.ts'

let host: ServedYard
beforeAll(async () => {
  host = await openServedYard()
  const add = (body: object) => host.call('/api/task', { method: 'POST', body })
  await add({ title: 'up', id: 'up', paused: true })
  await add({ title: 'other', id: 'other', paused: true })
  await host.call('/api/task/up/complete', { method: 'POST' })
})
afterAll(() => host.close())

async function startAgent(id: string) {
  const body = { title: id, id, exec: 'true', after: ['up'] }
  expect((await host.call('/api/task', { method: 'POST', body })).status).toBe(201)
  return host.agentOf(id)
}

describe('a living agent’s token', () => {
  it('reaches its own task and what that waits for, and nothing else', async () => {
    const agent = await startAgent('own')
    const status = async (path: string, method = 'GET', body?: object) =>
      (await host.call(path, { method, token: agent.token, ...(body ? { body } : {}) })).status
    expect(await status('/api/task/own')).toBe(200)
    expect(await status('/api/task/up')).toBe(200)
    expect(await status('/api/task/other')).toBe(403)
    expect(await status('/api/tasks')).toBe(403)
    expect(await status('/api/view')).toBe(403)
    expect(await status('/api/events')).toBe(403)
    expect(await status('/api/journal')).toBe(403)
    expect(await status(`/api/agent/${agent.id}`)).toBe(200)
    expect(await status('/api/agents')).toBe(403)
    expect(await status('/api/service/pause', 'POST')).toBe(403)
    expect(await status('/api/service/stop', 'POST')).toBe(403)
    expect(await status('/api/service/reload', 'POST')).toBe(403)
    expect(await status(`/api/agent/${agent.id}/kill`, 'POST')).toBe(403)
    expect(await status('/api/agents/dead', 'POST', { do: 'purge' })).toBe(403)
    expect(await status('/api/backup', 'POST')).toBe(403)
    expect(await status('/api/start-screen/recent')).toBe(403)
    expect(await status('/api/start-screen/clis')).toBe(403)
    expect(await status('/api/start-screen/folder?folder=/')).toBe(403)
    expect(await status('/api/start-screen/open', 'POST', { folder: '/' })).toBe(403)
    expect(await status('/api/start-screen/example', 'POST')).toBe(403)
    expect(await status('/api/start-screen/forget', 'POST', { folder: '/' })).toBe(403)
    expect(await status('/api/task/own/log', 'POST', { text: 'half way' })).toBe(200)
    expect(await status('/api/task/other/log', 'POST', { text: 'x' })).toBe(403)
    expect(await status('/api/task/own/complete', 'POST', { force: true })).toBe(403)
    expect(await status('/api/task', 'POST', { title: 'sub', exec: 'rm x' })).toBe(403)
    expect(await status(`/api/agent/${agent.id}/heartbeat`, 'POST')).toBe(200)
  })

  it('is forged by no change of a letter', async () => {
    const { token } = await startAgent('forged')
    const wrong = [
      token.replace('_1_', '_2_'),
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    ]
    wrong.push(token.replace(/agent-\d+/, 'agent-999'))
    for (const forged of wrong)
      expect((await host.call('/api/task/forged', { token: forged })).status).toBe(401)
  })
})

describe('the token of an agent that has ended', () => {
  it('finds its report too late, and is worth nothing else', async () => {
    const agent = await startAgent('late')
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = host.yard.onCommitted(() => !host.yard.plan.agents.has(agent.id) && resolve())
    host.runtime.end(agent.id, agent.generation, 0)
    await promise
    stop()
    const call = async (path: string, body: object) => {
      const answer = await host.call(path, { method: 'POST', token: agent.token, body })
      return [answer.status, answer.json.error.kind]
    }
    expect(await call('/api/task/late/complete', {})).toEqual([409, 'stale-generation'])
    expect(await call('/api/task/late/fail', { reason: 'x' })).toEqual([409, 'stale-generation'])
    expect(await call('/api/task/up/log', { text: 'x' })).toEqual([401, 'unauthorized'])
    expect(await call('/api/nowhere', {})).toEqual([401, 'unauthorized'])
    const read = await host.call('/api/task/late', { token: agent.token })
    expect(read.status).toBe(401)
  })
})

describe('a report of an old generation', () => {
  it('changes nothing, whoever brings it', async () => {
    const agent = await startAgent('gen')
    const body = { generation: agent.generation + 1 }
    const answer = await host.call('/api/task/gen/complete', { method: 'POST', body })
    expect([answer.status, answer.json.error.kind]).toEqual([409, 'stale-generation'])
    expect((await host.call('/api/task/gen')).json.status).toBe('in-progress')
  })
})
