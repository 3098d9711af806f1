import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { ok } from '../../../src/base/result.ts'
import type { Client } from '../../../src/cli/connect/owner.ts'
import { createYardClient } from '../../../src/yard/handlers/router.ts'
import type { Yard } from '../../../src/yard/yard.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { createLiveView } from '../../../src/yard/views/live-view.ts'
import { openTestYard, type TestYard } from '../../headless/served-yard.ts'
import { PERSON } from '../../support/plan-builder.ts'

let test: TestYard
let client: Client
beforeEach(async () => {
  test = await openTestYard()
  const { yard } = test
  const host = { url: () => null, pageUrl: () => null, stop: () => {} }
  client = createYardClient({ yard, host, actor: PERSON, view: createLiveView(yard, systemClock) })
})
afterEach(() => test.close())

const kindOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (error: { data: { kind: string } }) => error.data.kind,
  )
const add = (id: string, more: object = {}) =>
  client.task.add({ title: id, id, exec: 'true', paused: true, ...more })

describe('a task', () => {
  it('is shown with every documented field, null where there is nothing', async () => {
    const task = await add('a', { tags: ['x'], notBefore: '2090-01-01T00:00:00Z' })
    const names =
      'id title description status state priority after before tags executor model attempts maxAttempts agent failure notBefore schedule createdAt startedAt completedAt evaluation usage artifacts log'
    expect(Object.keys(task)).toEqual(expect.arrayContaining(names.split(' ')))
    expect(task).toMatchObject({
      state: 'paused',
      executor: 'shell',
      maxAttempts: 3,
      failure: null,
    })
    expect(Date.parse(task.notBefore ?? '')).toBe(Date.UTC(2090, 0, 1))
    expect(task.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d$/)
  })

  it('keeps a list of paths as files and any other JSON as it is', async () => {
    await add('a')
    await add('b')
    const files = await client.task.complete({ id: 'a', artifacts: ['out/x.txt'] })
    expect(files.artifacts).toEqual([{ kind: 'file', path: 'out/x.txt' }])
    const json = await client.task.complete({ id: 'b', artifacts: { url: 'u', n: [1] } })
    expect(json.artifacts).toEqual([{ kind: 'json', value: { url: 'u', n: [1] } }])
  })

  it('is listed by stored status and by shown state, and a wrong word is told', async () => {
    await add('a')
    await add('b', { after: ['a'], paused: false })
    const ids = async (status: string) => (await client.task.list({ status })).map((t) => t.id)
    expect(await ids('open')).toEqual(['a', 'b'])
    expect(await ids('paused,done')).toEqual(['a'])
    expect(await ids('blocked')).toEqual(['b'])
    expect(await kindOf(client.task.list({ status: 'blokced' }))).toBe('bad-request')
  })

  it('takes a threshold as a number for its gate, as a graph file does', async () => {
    const task = await add('a', { gate: 0.7 })
    expect(task).toMatchObject({ gate: { mode: 'gated', threshold: 0.7 }, own: { gate: '0.7' } })
    const edited = await client.task.edit({ id: 'a', gate: 1 })
    expect(edited).toMatchObject({ gate: { threshold: 1 }, own: { gate: '1' } })
    expect((await client.task.edit({ id: 'a', title: 'b' })).own.gate).toBe('1')
    expect((await client.task.edit({ id: 'a', gate: null })).own.gate).toBeNull()
    for (const gate of [0, 1.5, Number.NaN])
      expect(await kindOf(client.task.edit({ id: 'a', gate }))).toBe('bad-request')
  })

  it('is edited with null for "not said", and only with what its executor can do', async () => {
    await add('a', { maxAttempts: 5 })
    const edited = await client.task.edit({ id: 'a', maxAttempts: null, addTags: ['t'] })
    expect(edited).toMatchObject({ maxAttempts: 3, tags: ['t'] })
    expect(await kindOf(client.task.edit({ id: 'a', executor: 'shel' }))).toBe('unknown-executor')
    expect(await kindOf(client.task.edit({ id: 'a', model: 'none' }))).toBe('unknown-model')
  })

  it('repeats with its schedule, and skips one time', async () => {
    const task = await add('a', { schedule: { spec: '09:00', tz: 'UTC' }, paused: false })
    expect(task.state).toBe('delayed')
    const skipped = await client.task.scheduleSkip({ id: 'a' })
    expect(Date.parse(skipped.notBefore ?? '') - Date.parse(task.notBefore ?? '')).toBe(86_400_000)
    const [row] = await client.task.scheduleList()
    expect(row).toMatchObject({ id: 'a', spec: '09:00', tz: 'UTC', next: skipped.notBefore })
    expect(await kindOf(add('b', { schedule: { spec: 'soon', tz: null } }))).not.toBe('done')
  })

  it.each(['0 0 30 2 *', '2020-01-01T00:00:00Z', '2090-01-01', '0 0 1 1 * 2090 *'])(
    'takes no schedule that is none or never fires: %s',
    async (spec) => {
      const schedule = { spec, tz: null }
      await add('a')
      expect(await kindOf(add('b', { schedule }))).toBe('bad-request')
      expect(await kindOf(client.task.edit({ id: 'a', schedule }))).toBe('bad-request')
      const graph = client.task.import({ tasks: [{ title: 'c', id: 'c', exec: 'true', schedule }] })
      expect(await kindOf(graph)).toBe('bad-request')
      expect((await client.task.list({})).map(({ id }) => id)).toEqual(['a'])
      expect(await client.task.get({ id: 'a' })).toMatchObject({ schedule: null, notBefore: null })
    },
  )

  it('is not skipped to a time that never comes', async () => {
    const task = await add('a', { schedule: { spec: '09:00', tz: 'UTC' }, paused: false })
    const { yard } = test
    const lastTime: Yard = new Proxy(yard, {
      get(_yard, name) {
        if (name === 'nextFireAt') return () => ok(null)
        const value: unknown = Reflect.get(yard, name, yard)
        return typeof value === 'function' ? value.bind(yard) : value
      },
    })
    const host = { url: () => null, pageUrl: () => null, stop: () => {} }
    const view = createLiveView(yard, systemClock)
    const late = createYardClient({ yard: lastTime, host, actor: PERSON, view })
    expect(await kindOf(late.task.scheduleSkip({ id: 'a' }))).toBe('wrong-state')
    expect((await client.task.get({ id: 'a' })).notBefore).toBe(task.notBefore)
  })

  it('fails as what a reporter may name, and as nothing else', async () => {
    for (const word of ['lost', 'launch', 'missing-program', 'isolation', 'killed', 'odd']) {
      const wrong = { id: 'a', reason: 'x', class: word as 'reported' }
      await add('a').catch(() => {})
      expect(await kindOf(client.task.fail(wrong))).toBe('bad-request')
    }
    expect(await client.task.fail({ id: 'a', reason: 'x', class: 'quota' })).toMatchObject({
      failure: { class: 'quota' },
    })
  })

  it('goes out as a graph and comes back the same', async () => {
    await add('a')
    await add('b', { after: ['a'], tags: ['x'] })
    const { text } = await client.task.export({ format: 'json' })
    const { task } = JSON.parse(text)
    expect(task).toMatchObject([{ id: 'a' }, { id: 'b', after: ['a'], tags: ['x'] }])
    expect((await client.task.export({ format: 'dot' })).text).toContain('"a" -> "b"')
  })

  it('is imported with all others or not at all, each fault with its place', async () => {
    const tasks = [
      { title: 'a', id: 'a' },
      { title: 'b', notBefore: 'whenever' },
    ]
    const failed = await client.task.import({ tasks }).catch((e: { data: unknown }) => e.data)
    expect(failed).toMatchObject({ kind: 'bad-request', facts: { faults: [{ index: 1 }] } })
    expect(await client.task.list({})).toEqual([])
  })
})

describe('a manual task', () => {
  const manual = { exec: null, executor: 'manual', paused: false }

  it('is taken in hand by a person, and done or let go', async () => {
    await add('a', manual)
    const taken = await client.task.take({ id: 'a' })
    expect(taken.status).toBe('in-progress')
    expect((await client.task.letGo({ id: 'a' })).state).toBe('ready')
    await client.task.take({ id: 'a' })
    expect((await client.task.complete({ id: 'a' })).status).toBe('done')
    const agents = await client.agent.list({})
    expect(agents.map((a) => a.status)).toEqual(['ended', 'ended'])
  })

  it('is the only one that can be taken', async () => {
    await add('a', { paused: true })
    expect(await kindOf(client.task.take({ id: 'a' }))).toBe('wrong-state')
  })
})

describe('why', () => {
  const why = (id: string) => client.task.why({ id })

  it('names the blockers with their states, up to the failure above them', async () => {
    await add('top')
    await add('middle', { after: ['top'], paused: false })
    await add('end', { after: ['middle'], paused: false })
    await client.task.fail({ id: 'top', reason: 'no luck' })
    expect((await why('middle')).waitsFor).toMatchObject([{ kind: 'task', subject: 'top' }])
    expect((await why('end')).text).toContain('middle is blocked: top failed (no luck)')
    expect((await why('top')).text).toContain('no luck')
    expect((await why('top')).text).toContain('yard retry top')
  })

  it('names the whole chain up to what holds it back in the end', async () => {
    await add('root')
    let last = 'root'
    for (const id of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      await add(id, { after: [last], paused: false })
      last = id
    }
    expect((await why('c')).text).toContain('b is blocked: root is paused')
    expect((await why('e')).text).toContain('d is blocked by c, b: root is paused')
    expect((await why('h')).text).toContain('g is blocked by f, e, d, c and 1 more: root is paused')
    // A failure counts before what waits for a person, however far it is.
    await add('bad')
    await client.task.fail({ id: 'bad', reason: 'no luck' })
    await client.task.edit({ id: 'b', addAfter: ['bad'] })
    expect((await why('e')).text).toContain('d is blocked by c, b: bad failed (no luck)')
  })

  it('says the time, the hold, the person and the paused coordinator', async () => {
    await add('later', { delayMs: 3_600_000 })
    await add('mine', { exec: null, executor: 'manual', paused: false })
    await client.service.pause()
    const kinds = async (id: string) => (await why(id)).waitsFor.map((r) => r.kind)
    expect(await kinds('later')).toEqual(['hold', 'time', 'pause'])
    expect(await kinds('mine')).toEqual(['person', 'pause'])
    expect((await why('mine')).text).toContain('a person does it: when it is done, yard done mine;')
    expect((await client.task.list({ status: 'ready' }))[0]?.fact).toBe('Yard is paused')
  })

  it('names the cap that is full', async () => {
    await client.service.reload({ maxAgents: 1 })
    await add('one', { paused: false })
    await test.agentOf('one')
    await add('two', { paused: false })
    expect((await why('two')).waitsFor).toMatchObject([{ kind: 'cap', subject: 'max_agents' }])
    expect((await why('one')).text).toContain('agent-1 works on it')
  })
})

describe('an agent', () => {
  it('is forgotten when it has ended, and one that never was is not', async () => {
    const { yard, runtime } = test
    await client.task.add({ title: 'a', id: 'a', exec: 'true' })
    const { id, generation } = await test.agentOf('a')
    expect(await yard.forget([id], PERSON)).toEqual({ ok: true, value: [] })
    runtime.end(id, generation, 0)
    await expect.poll(() => yard.plan.agents.size).toBe(0)
    const before = yard.store.seq
    expect(await yard.forget([agentIdOf(77)], PERSON)).toEqual({ ok: true, value: [] })
    expect(yard.store.seq).toBe(before)
    expect(await yard.forget([id, agentIdOf(77)], PERSON)).toEqual({ ok: true, value: [id] })
    expect(yard.store.agent(id)).toBeNull()
  })

  it('of a repeating task that a person calls failed leads to its next time', async () => {
    await client.task.add({
      title: 'a',
      id: 'a',
      exec: 'true',
      schedule: { spec: '0 0 1 1 *', tz: 'UTC' },
    })
    const { notBefore } = await client.task.get({ id: 'a' })
    await client.task.scheduleNow({ id: 'a' })
    await test.agentOf('a')
    const task = await client.task.fail({ id: 'a', reason: 'no' })
    expect(task).toMatchObject({ status: 'open', state: 'delayed', notBefore })
  })

  it('is killed, and its task waits for a person', async () => {
    await add('a', { paused: false })
    const agent = await test.agentOf('a')
    const ended = await client.agent.kill({ id: agent.id })
    expect(ended).toMatchObject({ status: 'ended', outcome: 'killed' })
    expect((await client.task.get({ id: 'a' })).state).toBe('paused')
    expect(await client.agent.killAll({})).toEqual({ killed: [] })
    expect((await client.agent.dead({ do: 'purge' })).forgotten).toEqual([agent.id])
    expect(await kindOf(client.agent.get({ id: agent.id }))).toBe('unknown-agent')
    expect(await kindOf(client.agent.get({ id: 'nobody' }))).toBe('unknown-agent')
    // It was an agent once: what it says now is late. One that never was is unknown.
    const late = (agent: string) => kindOf(client.task.complete({ id: 'a', agent }))
    expect(await late(agent.id)).toBe('stale-generation')
    expect(await late('agent-99')).toBe('unknown-agent')
  })
})

describe('the service', () => {
  it('tells how it is, and what it would run', async () => {
    await add('a')
    await client.task.fail({ id: 'a', reason: 'no luck' })
    const status = await client.service.status()
    expect(status).toMatchObject({ running: true, paused: false, tasks: { failed: 1 } })
    expect(status.attention).toMatchObject([{ task: 'a', kind: 'failed' }])
    const names = (await client.service.executors()).map((e) => e.name)
    expect(names).toEqual(expect.arrayContaining(['shell', 'claude', 'codex', 'manual']))
    expect((await client.service.models()).some((m) => m.isDefault)).toBe(true)
    const rows = await client.service.journal({ since: 0 })
    expect(rows.map((r) => r.seq)).toEqual(rows.map((_, n) => n + 1))
  })
})
