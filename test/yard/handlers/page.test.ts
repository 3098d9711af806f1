import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pageContract } from '../../../src/contract/page.ts'
import { permitCall } from '../../../src/yard/handlers/context.ts'
import { isTrusted } from '../../../src/yard/access/trust.ts'
import { addCommand, asAgent, claimOf, COORDINATOR, taskId } from '../../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const text = (ids: readonly string[]): string =>
  ids.map((id) => `[[task]]\nid = "${id}"\ntitle = "Task ${id}"\nexec = "true"\n`).join('\n')
const ids = () => [...bench.test.yard.plan.tasks.keys()]

describe('importing a text', () => {
  const importing = (input: { text: string; commandId?: string }, signal?: AbortSignal) =>
    bench.client.page.importText({ ...input, format: 'auto' }, signal ? { signal } : {})

  it('says how far it is, and adds all at once', async () => {
    const phases: string[] = []
    const sizes = new Map<string, number>()
    let last: unknown = null
    for await (const step of await importing({ text: text(['a', 'b']) })) {
      if (phases.at(-1) !== step.phase) phases.push(step.phase)
      sizes.set(step.phase, bench.test.yard.plan.tasks.size)
      last = step
    }
    expect(last).toEqual({ phase: 'done', done: 2, total: 2, ids: ['a', 'b'] })
    expect(phases).toEqual(['reading', 'checking', 'adding', 'done'])
    expect([...sizes.values()]).toEqual([0, 0, 0, 2])
    expect(ids()).toEqual(['a', 'b'])
  })

  it.each(['reading', 'checking', 'adding'])(
    'changes nothing when it is left while %s',
    async (at) => {
      const leave = new AbortController()
      const left = async (): Promise<void> => {
        for await (const step of await importing({ text: text(['a', 'b']) }, leave.signal))
          if (step.phase === at) leave.abort()
      }
      await left().catch(() => {})
      expect(ids()).toEqual([])
    },
  )

  it('adds once for one command id', async () => {
    const told: unknown[] = []
    for (let n = 0; n < 2; n += 1)
      for await (const step of await importing({ text: text(['a']), commandId: 'once' }))
        if (step.phase === 'done') told.push(step.ids)
    expect(told).toEqual([['a'], ['a']])
    expect(ids()).toEqual(['a'])
  })

  it('refuses the whole for one fault, and names it', async () => {
    const drain = async (given: string): Promise<void> => {
      for await (const _step of await importing({ text: given }));
    }
    const unread = await failureOf(drain(`${text(['a'])}\n[[task]]\ntittle = "x"\n`))
    expect(unread).toMatchObject({ kind: 'file-broken' })
    expect(unread.message).toContain('line 6')
    const odd = await failureOf(
      drain(`${text(['a'])}\n[[task]]\ntitle = "b"\nschedule = "0 0 30 2 *"\n`),
    )
    expect(odd).toMatchObject({ kind: 'bad-request' })
    expect(odd.message).toMatch(/task 2: .*never fires.*nothing was added/)
    const lost = await failureOf(drain(`${text(['a'])}after = ["gone"]\n`))
    expect(lost.kind).toBe('unknown-dependency')
    expect(ids()).toEqual([])
  })
})

describe('configuring', () => {
  const configure = (edits: { key: string; value: string | null }[], scope = 'project' as const) =>
    bench.client.page.configure({ scope, edits })
  const entry = async (key: string) =>
    (await bench.client.service.config()).find((one) => one.key === key)
  const file = () => bench.test.yard.paths.config

  it('writes the file, is in force at once, and is found where it stands', async () => {
    const { changes } = await configure([{ key: 'coordinator.max_agents', value: '9' }])
    expect(changes).toEqual([{ key: 'coordinator.max_agents', value: 9, file: file() }])
    expect(bench.test.yard.config().settings.coordinator.maxAgents).toBe(9)
    const told = await entry('coordinator.max_agents')
    expect(told).toMatchObject({ value: 9, source: 'project', file: file() })
    const line = readFileSync(file(), 'utf8').split('\n')[(told?.line ?? 0) - 1]
    expect(line).toContain('max_agents = 9')
    expect(await entry('store.backups')).toMatchObject({
      source: 'default',
      file: null,
      line: null,
    })
    await configure([{ key: 'coordinator.max_agents', value: null }])
    expect((await entry('coordinator.max_agents'))?.source).toBe('default')
  })

  it('changes all or nothing', async () => {
    const before = readFileSync(file(), 'utf8')
    const half = configure([
      { key: 'coordinator.max_agents', value: '9' },
      { key: 'coordinator.executor', value: 'nobody' },
    ])
    expect((await failureOf(half)).kind).toBe('unknown-executor')
    expect((await failureOf(configure([{ key: 'no.such', value: '1' }]))).kind).toBe('bad-key')
    expect(readFileSync(file(), 'utf8')).toBe(before)
    expect(bench.test.yard.config().settings.coordinator.maxAgents).toBe(4)
  })

  it('keeps the flags, and writes nothing that does not go with them', async () => {
    await configure([
      { key: 'executors.mine.type', value: 'shell' },
      { key: 'coordinator.max_agents', value: '7' },
    ])
    await bench.client.service.reload({ executor: 'mine', maxAgents: 2 })
    const before = [statSync(file()).ino, readFileSync(file(), 'utf8')]
    const taken = configure([{ key: 'executors.mine', value: null }])
    expect(await failureOf(taken)).toMatchObject({
      kind: 'in-use',
      message: 'executor "mine" is still named by --executor',
    })
    expect([statSync(file()).ino, readFileSync(file(), 'utf8')]).toEqual(before)
    await configure([{ key: 'store.backups', value: '3' }])
    const { coordinator, store } = bench.test.yard.config().settings
    expect([coordinator.maxAgents, coordinator.executor, store.backups]).toEqual([2, 'mine', 3])
  })

  it('takes a profile away once no task that has not ended needs it', async () => {
    await configure([{ key: 'executors.mine.type', value: 'shell' }])
    for (const id of ['a', 'b', 'c', 'd'])
      await bench.run(addCommand(id, { executor: 'mine', exec: 'true' }))
    const before = readFileSync(file(), 'utf8')
    const remove = () => configure([{ key: 'executors.mine.type', value: null }])
    expect(await failureOf(remove())).toMatchObject({
      kind: 'in-use',
      message: 'executor "mine" is still used by tasks that have not ended: a, b, c and 1 more',
    })
    expect(readFileSync(file(), 'utf8')).toBe(before)
    await bench.client.task.complete({ id: 'a' })
    await bench.client.task.abandon({ id: 'b' })
    await bench.client.task.edit({ id: 'c', executor: 'shell' })
    expect((await failureOf(remove())).message).toMatch(/: d$/)
    await bench.client.task.edit({ id: 'd', executor: 'shell' })
    await remove()
    expect(readFileSync(file(), 'utf8')).not.toContain('executors.mine]')
    expect(Object.keys(bench.test.yard.config().settings.executors)).not.toContain('mine')
  })

  it('changes what has nothing to do with a profile that somebody took out of the file meanwhile', async () => {
    await configure([{ key: 'executors.mine.type', value: 'shell' }])
    await bench.run(addCommand('a', { executor: 'mine', exec: 'true' }))
    const text = readFileSync(file(), 'utf8')
    writeFileSync(file(), text.replace(/\[executors\.mine\]\n.*\n/, ''))
    await configure([{ key: 'store.backups', value: '3' }])
    expect(readFileSync(file(), 'utf8')).toMatch(/^backups = 3$/m)
  })

  it('takes away what a profile adds to a built-in one, whatever tasks name it', async () => {
    await configure([{ key: 'executors.claude.model', value: 'opus' }])
    await bench.run(addCommand('a', { executor: 'claude', exec: null }))
    await configure([{ key: 'executors.claude', value: null }])
    expect(readFileSync(file(), 'utf8')).not.toMatch(/^\[executors.claude\]/m)
  })

  it('keeps a profile while an agent of it is at work', async () => {
    await configure([{ key: 'executors.mine.type', value: 'shell' }])
    await bench.run(addCommand('a'))
    const claim = { ...claimOf('a', 1), executor: 'mine' }
    await bench.run({ type: 'agents.claim', claims: [claim] }, COORDINATOR)
    const taken = configure([{ key: 'executors.mine', value: null }])
    expect((await failureOf(taken)).kind).toBe('in-use')
  })

  it('leaves a yard trusted that was, and does not make one so', async () => {
    const { yard, root } = bench.test
    const place = { paths: yard.paths, dataFolder: join(root, 'home', '.local', 'share', 'yard') }
    const book = join(place.dataFolder, 'trust.json')
    expect(isTrusted(place)).toBe(true)
    writeFileSync(book, '{}')
    await configure([{ key: 'store.backups', value: '2' }])
    expect(isTrusted(place)).toBe(false)
    const { confirmTrust } = await import('../../../src/yard/access/trust.ts')
    confirmTrust(place)
    await configure([{ key: 'store.backups', value: '3' }])
    expect([isTrusted(place), yard.isTrusted()]).toEqual([true, true])
  })
})

describe('an agent', () => {
  beforeEach(async () => {
    await bench.run(addCommand('below'))
    await bench.client.task.complete({ id: 'below' })
    await bench.run(addCommand('mine', { after: [taskId('below')] }))
    await bench.run(addCommand('other'))
    await bench.run({ type: 'agents.claim', claims: [claimOf('mine', 1)] }, COORDINATOR)
  })
  const agent = asAgent(1, 'mine')

  it('may read the timeline of its own task and of what this waits for, and of no other', async () => {
    const client = bench.clientOf(agent)
    expect((await failureOf(client.page.timeline({ id: 'below' }))).kind).toBe('done')
    expect((await client.page.timeline({ id: 'mine' })).rows.length).toBeGreaterThan(0)
    expect((await failureOf(client.page.timeline({ id: 'other' }))).kind).toBe('not-allowed')
  })

  it('may call nothing else of the page, and nothing of the start screen', () => {
    const { plan } = bench.test.yard
    for (const name of Object.keys(pageContract)) {
      const isOwn = name === 'timeline'
      const kind = permitCall(plan, agent, `page.${name}`, taskId('mine'))?.kind ?? null
      expect([name, kind]).toEqual([name, isOwn ? null : 'not-allowed'])
    }
    expect(permitCall(plan, agent, 'startScreen.yards', undefined)?.kind).toBe('not-allowed')
  })

  it('cannot configure, by whatever way', async () => {
    const edits = [{ key: 'coordinator.max_agents', value: '99' }]
    const call = bench.clientOf(agent).page.configure({ scope: 'project', edits })
    expect((await failureOf(call)).kind).toBe('not-allowed')
    expect(bench.test.yard.config().settings.coordinator.maxAgents).toBe(4)
  })
})

describe('a task', () => {
  const routes = async (more: object) => {
    const task = await bench.client.task.add({ title: 'a', paused: true, ...more })
    return task.routes
  }

  it('says who picks its executor and its model', async () => {
    const plain = await routes({})
    expect(plain.executor).toMatchObject([
      { stop: 'task', value: null, isPicked: false },
      { stop: 'coordinator', value: null, isPicked: false },
      { stop: 'default', value: 'claude', isPicked: true },
    ])
    expect(plain.model.at(-1)).toMatchObject({ stop: 'default', value: 'opus', isPicked: true })
    await bench.client.page.configure({
      scope: 'project',
      edits: [
        { key: 'coordinator.executor', value: 'codex' },
        { key: 'coordinator.model', value: 'sonnet' },
      ],
    })
    const said = await routes({})
    expect(said.executor.find((s) => s.isPicked)).toMatchObject({
      stop: 'coordinator',
      value: 'codex',
      isPicked: true,
      origin: { level: 'project', key: 'coordinator.executor' },
    })
    // The yard's model is one of another provider: the executor's own it is.
    expect(said.model.find((s) => s.isPicked)).toMatchObject({
      stop: 'default',
      value: null,
      isPicked: true,
    })
    const own = await routes({ executor: 'claude', model: 'haiku' })
    expect(own.executor[0]).toMatchObject({ stop: 'task', value: 'claude', isPicked: true })
    expect(own.model.map((s) => s.isPicked)).toEqual([true, false, false, false])
  })

  it('says what kind of executor decides when it is done', async () => {
    const wishes = [{ exec: 'true' }, { executor: 'claude' }, { executor: 'manual' }]
    const types = []
    for (const wish of [...wishes, { executor: 'http://127.0.0.1:9/task' }])
      types.push((await routes(wish)).executorType)
    expect(types).toEqual(['shell', 'claude', 'manual', 'http'])
  })

  it('that repeats names its next three times, and one that does not none', async () => {
    const schedule = { spec: '09:00', tz: 'UTC' }
    const daily = await bench.client.task.add({ title: 'd', exec: 'true', schedule })
    const hour = (text: string) => new Date(text).toISOString().slice(0, 16)
    expect(daily.nextTimes.map(hour)).toEqual([
      '2024-01-01T09:00',
      '2024-01-02T09:00',
      '2024-01-03T09:00',
    ])
    expect(daily).toMatchObject({ repeats: true, notBefore: daily.nextTimes[0] })
    const once = await bench.client.task.add({ title: 'o', exec: 'true' })
    expect(once).toMatchObject({ repeats: false, nextTimes: [], notBefore: null, maxAttempts: 3 })
  })
})

describe('the log of the service', () => {
  it('is its end, in whole lines', async () => {
    const { log } = bench.test.yard.paths.service
    expect(existsSync(log)).toBe(false)
    expect(await bench.client.page.serviceLog()).toEqual({ path: log, lines: [] })
    mkdirSync(dirname(log), { recursive: true })
    writeFileSync(
      log,
      Array.from({ length: 9000 }, (_, n) => `line ${n} ${'ü'.repeat(20)}\n`).join(''),
    )
    const { lines } = await bench.client.page.serviceLog()
    expect(lines).toHaveLength(1000)
    expect(lines.at(-1)).toMatch(/^line 8999 ü{20}$/)
    expect(lines[0]).toMatch(/^line 8000 /)
  })
})

describe('rates and searches', () => {
  it('are empty where nothing runs, and refuse an agent that never was', async () => {
    expect(await bench.client.page.rates()).toEqual({ stepMs: 10_000, agents: {} })
    const search = bench.client.page.searchOutput({ id: 'agent-7', text: 'x' })
    expect((await failureOf(search)).kind).toBe('unknown-agent')
  })

  it('find what an agent wrote', async () => {
    await bench.run(addCommand('a'))
    await bench.tryTask('a', 1)
    const folder = join(bench.test.yard.paths.agents, 'agent-1')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'stdout.log'), 'one\ntwo\n')
    const found = await bench.client.page.searchOutput({ id: 'agent-1', text: 'two' })
    expect(found).toEqual({ matches: [{ offset: 4, line: 'two' }], next: null })
  })
})
