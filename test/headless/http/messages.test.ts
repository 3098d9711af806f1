/** Messages over REST: by people, and by the agent of a member, who reads and writes for itself alone. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServedYard, type ServedYard } from '../served-yard.ts'

let host: ServedYard
beforeAll(async () => {
  host = await openServedYard()
  const config = join(host.root, 'project', '.yard', 'config.toml')
  writeFileSync(config, '[members.back]\nexecutor = "claude"\n[members.front]\npilot = true\n')
  await host.call('/api/service/reload', { method: 'POST' })
})
afterAll(() => host.close())

const post = (path: string, body: object = {}, token?: string) =>
  host.call(path, { method: 'POST', body, ...(token ? { token } : {}) })
const send = (body: object, token?: string) => post('/api/message', body, token)

describe('messages', () => {
  it('are sent once for one command id, listed, answered and closed', async () => {
    const body = { to: ['front'], text: 'hello', commandId: 'k1' }
    const first = await send(body)
    expect(first).toMatchObject({ status: 201, json: { from: expect.any(String), hops: 0 } })
    const { id } = first.json
    expect(await send(body)).toMatchObject({ status: 201, json: { id } })
    const listed = await host.call('/api/messages?to=front&open=true')
    expect(listed.json.map((message: { id: string }) => message.id)).toEqual([id])
    expect((await host.call(`/api/message/${id}`)).json.deliveries).toMatchObject([
      { recipient: 'front', state: 'waiting' },
    ])
    const other = { ...body, text: 'other' }
    expect(await send(other)).toMatchObject({ status: 409, json: { error: { kind: 'in-use' } } })
    const answer = { text: 'yes', commandId: 'k2' }
    const reply = await post(`/api/message/${id}/reply`, answer)
    expect(reply.status).toBe(201)
    expect((await post(`/api/message/${id}/reply`, answer)).json.id).toBe(reply.json.id)
    expect((await post(`/api/message/${id}/reply`, { text: 'no' })).status).toBe(409)
    expect(await post(`/api/message/${id}/ack`)).toMatchObject({ status: 409 })
    expect((await post(`/api/message/${id}/retry`)).status).toBe(409)
    expect((await host.call('/api/messages?to=front&open=true')).json).toEqual([])
  })

  it('are closed once for one command id, one by one and all of a name', async () => {
    const [one, two] = [
      (await send({ to: ['front'], text: '1' })).json.id,
      (await send({ to: ['front'], text: '2' })).json.id,
    ]
    const path = `/api/message/${one}/ack`
    for (let i = 0; i < 2; i += 1)
      expect(await post(path, { commandId: 'k3' })).toMatchObject({
        status: 200,
        json: { id: one },
      })
    expect((await post(path)).status).toBe(409)
    const all = { for: 'front', commandId: 'k4' }
    for (let i = 0; i < 2; i += 1)
      expect((await post('/api/messages/ack', all)).json).toEqual({ acked: [two] })
    expect((await post('/api/messages/ack', { for: 'front' })).json).toEqual({ acked: [] })
  })

  it.each([
    ['an unknown name', { to: ['frnt'], text: 'x' }, 404],
    ['nobody', { to: [], text: 'x' }, 422],
    ['a text that is too long', { to: ['front'], text: 'x'.repeat(20_001) }, 422],
    ['an empty text', { to: ['front'], text: ' ' }, 422],
    ['a sender of its own choice', { to: ['front'], text: 'x', from: 'back' }, 422],
    ['hops of its own choice', { to: ['front'], text: 'x', hops: 0 }, 422],
    ['an agent that never was', { to: ['agent-99'], text: 'x' }, 404],
  ])('to %s are refused', async (_what, body, status) => {
    expect((await send(body)).status).toBe(status)
  })

  it('of others are not for the agent of a member; it writes as itself, ten to one in a minute', async () => {
    const other = (await send({ to: ['front'], text: 'for front' })).json.id
    const own = (await send({ to: ['back'], text: 'for back' })).json.id
    const { token, id: agent } = await host.agentOf('@back')
    const status = async (path: string, body?: object) =>
      (await host.call(path, body ? { method: 'POST', body, token } : { token })).status
    expect(await status(`/api/message/${own}`)).toBe(200)
    expect(await status(`/api/message/${other}`)).toBe(403)
    expect(await status('/api/messages?to=front')).toBe(403)
    expect(await status(`/api/message/${other}/ack`, {})).toBe(403)
    expect(await status(`/api/message/${other}/reply`, { text: 'x' })).toBe(403)
    expect(await status(`/api/message/${own}/drop`, {})).toBe(403)
    expect(await status('/api/members')).toBe(403)
    expect(await status('/api/member/front/wake', {})).toBe(403)
    const mine = await host.call('/api/messages', { token })
    expect(mine.json.map((message: { text: string }) => message.text)).toEqual(['for back'])
    const late = (await send({ to: ['back'], text: 'later' })).json.id
    const taken = await post('/api/messages/take', {}, token)
    expect(taken.json).toMatchObject([{ id: late, deliveries: [{ state: 'taken', agent }] }])
    for (let i = 0; i < 10; i += 1)
      expect(await send({ to: ['front'], text: `${i}` }, token)).toMatchObject({
        status: 201,
        json: { from: 'back', hops: 1 },
      })
    expect(await send({ to: ['front'], text: 'one more' }, token)).toMatchObject({ status: 429 })
    expect((await post('/api/messages/take')).status).toBe(403)
  })
})
