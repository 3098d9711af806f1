import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  addCommand,
  claimOf,
  COORDINATOR,
  endCommand,
  PERSON,
  taskId,
} from '../../support/plan-builder.ts'
import { isoTime } from '../../../src/yard/views/iso-time.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const HOUR = 3_600_000
const page = () => bench.client.page
const now = () => bench.clock.now()
const fail = (id: string) =>
  bench.run({
    type: 'task.fail',
    id: taskId(id),
    agentId: null,
    generation: null,
    nextFireAt: null,
    reason: 'no key',
    class: 'auth',
  })

describe('activity', () => {
  it('counts each commit once, in its bar, failures apart', async () => {
    const start = now()
    await bench.run(addCommand('a'))
    bench.clock.advance(HOUR)
    await fail('a')
    bench.clock.advance(HOUR)
    await bench.run({ type: 'task.retry', id: taskId('a'), fresh: false })
    const told = await page().activity({ buckets: 4 })
    expect(told.bars.map((bar) => [bar.events, bar.failures])).toEqual([
      [1, 0],
      [1, 1],
      [0, 0],
      [1, 0],
    ])
    expect(told.failures).toEqual([isoTime(start + HOUR)])
    expect([told.from, told.to, told.firstAt]).toEqual([
      isoTime(start),
      isoTime(now()),
      isoTime(start),
    ])
    const late = await page().activity({ from: isoTime(start + 1), buckets: 1 })
    expect(late.bars).toMatchObject([{ events: 2, failures: 1 }])
  })

  it('counts an import of one instant, larger than a piece, whole', async () => {
    const tasks = Array.from({ length: 21_000 }, (_, n) => ({ title: `t${n}`, exec: 'true' }))
    await bench.client.task.import({ tasks })
    bench.clock.advance(1000)
    await bench.run(addCommand('last'))
    const { bars } = await page().activity({ buckets: 2 })
    expect(bars.map((bar) => bar.events)).toEqual([21_000, 1])
  })

  it('is all empty before the first commit, and refuses a span that is none', async () => {
    expect(await page().activity({ buckets: 2 })).toMatchObject({
      firstAt: null,
      bars: [{ events: 0 }, { events: 0 }],
    })
    const at = isoTime(now())
    expect((await failureOf(page().activity({ from: at, to: at }))).kind).toBe('bad-request')
    expect((await failureOf(page().activity({ from: 'whenever' }))).kind).toBe('bad-request')
  })
})

describe('history', () => {
  it('counts states and agents back from now', async () => {
    const start = now()
    await bench.run(addCommand('a'))
    await bench.run(addCommand('b'))
    bench.clock.advance(HOUR)
    await bench.tryTask('a', 1, { ms: HOUR })
    bench.clock.advance(HOUR)
    await fail('b')
    bench.clock.advance(HOUR)
    const told = await page().history({ from: isoTime(start), buckets: 8 })
    expect(told.states).toEqual({
      open: [2, 1, 1, 1, 1, 0, 0, 0],
      'in-progress': [0, 1, 1, 0, 0, 0, 0, 0],
      done: [0, 0, 0, 1, 1, 1, 1, 1],
      failed: [0, 0, 0, 0, 0, 1, 1, 1],
    })
    expect(told.agents).toEqual(told.states['in-progress'])
    expect(told.at.at(-1)).toBe(isoTime(now()))
    const middle = { from: isoTime(start + 2.5 * HOUR), to: isoTime(start + 3 * HOUR), buckets: 1 }
    expect((await page().history(middle)).states).toEqual({ done: [1], failed: [1] })
  })

  it('tells the most agents of a span, also where they came and went between two of its steps', async () => {
    const start = now()
    for (const id of ['a', 'b', 'c']) await bench.run(addCommand(id))
    bench.clock.advance(HOUR)
    await bench.run(
      { type: 'agents.claim', claims: [claimOf('a', 1), claimOf('b', 2)] },
      COORDINATOR,
    )
    bench.clock.advance(1000)
    for (const number of [1, 2])
      await bench.run({ ...endCommand(number, 1), endedAt: now() }, COORDINATOR)
    bench.clock.advance(HOUR)
    await bench.tryTask('c', 3, { ms: HOUR })
    for (const buckets of [1, 2, 60]) {
      const told = await page().history({ from: isoTime(start), buckets })
      expect({ buckets, most: told.mostAgents }).toEqual({ buckets, most: 2 })
    }
    const late = { from: isoTime(start + 1.5 * HOUR), buckets: 1 }
    expect((await page().history(late)).mostAgents).toBe(1)
    const within = { from: isoTime(start + 2.5 * HOUR), to: isoTime(start + 2.6 * HOUR) }
    expect((await page().history({ ...within, buckets: 1 })).mostAgents).toBe(1)
    const before = { from: isoTime(start), to: isoTime(start + 0.5 * HOUR), buckets: 1 }
    expect((await page().history(before)).mostAgents).toBe(0)
  })

  it('ends with now, whatever year is asked for', async () => {
    await bench.run(addCommand('a'))
    bench.clock.advance(HOUR)
    const { usage, at } = await page().history({
      from: isoTime(now() - HOUR),
      to: '9999-12-31T00:00:00Z',
    })
    expect(usage.length).toBeLessThanOrEqual(2)
    expect(at.at(-1)).toBe(isoTime(now()))
    const ahead = { from: isoTime(now() + HOUR), to: isoTime(now() + 2 * HOUR) }
    expect((await failureOf(page().history(ahead))).kind).toBe('bad-request')
  })

  it('lists tries, newest first, and what they used, unknown as null', async () => {
    const start = now()
    await bench.run(addCommand('a', { title: 'Build', maxAttempts: 3 }))
    await bench.tryTask('a', 1, { code: 1 })
    bench.clock.advance(60_000)
    await bench.tryTask('a', 2, { usage: { costUsd: 0.5, inputTokens: 10, outputTokens: 5 } })
    const { tries, usage } = await page().history({ from: isoTime(start - HOUR) })
    expect(tries.map((t) => [t.agent, t.title, t.outcome])).toEqual([
      ['agent-2', 'Build', 'done'],
      ['agent-1', 'Build', 'failed'],
    ])
    await bench.run(addCommand('b'))
    await bench.tryTask('b', 3, { question: 'Blue or red?' })
    expect((await page().history({ from: isoTime(start) })).tries[0]?.outcome).toBe('asked')
    const day = isoTime(start).slice(0, 10)
    expect(usage).toEqual([
      { atLeast: 0, day, costUsd: 0.5, inputTokens: 10, outputTokens: 5, tries: 2 },
    ])
  })
})

describe('what was spent', () => {
  const today = async () => (await bench.view.summary()).today
  const cost = async (id: string) => (await bench.client.task.get({ id })).costUsd

  it('is summed over tries, nothing twice, and is null where nobody said', async () => {
    await bench.run(addCommand('a', { maxAttempts: 5 }))
    await bench.run(addCommand('b'))
    expect([await cost('a'), await today()]).toEqual([null, { costUsd: null, tokens: null }])
    await bench.tryTask('a', 1, { code: 1, usage: { costUsd: 0.25, inputTokens: 7 } })
    bench.clock.advance(60_000)
    await bench.tryTask('a', 2, { usage: { costUsd: 0.5, outputTokens: 3 } })
    await bench.tryTask('b', 3)
    const sums = [await cost('a'), await cost('b'), await today()]
    expect(sums).toEqual([0.75, null, { costUsd: 0.75, tokens: 10 }])
    // As the tables say it to somebody who asks for the first time.
    const { spending } = bench.test.yard.store
    expect([...spending.perTask()]).toEqual([
      ['a', { costUsd: 0.75, inputTokens: 7, outputTokens: 3, tries: 2, atLeast: 0 }],
    ])
    await bench.run({ type: 'task.reopen', id: taskId('a') })
    expect([await cost('a'), (await today()).costUsd]).toEqual([0.75, 0.75])
  })

  it('begins anew at midnight, and stays known of who is forgotten', async () => {
    await bench.run(addCommand('a'))
    await bench.tryTask('a', 1, { usage: { costUsd: 0.25 } })
    expect((await today()).costUsd).toBe(0.25)
    bench.clock.advance(25 * HOUR)
    expect((await today()).costUsd).toBeNull()
    await bench.client.agent.dead({ do: 'purge' })
    expect(await cost('a')).toBe(0.25)
  })
})

describe('agenda', () => {
  it('names each thing once, soonest first, and none of what is held', async () => {
    const until = isoTime(now() + 49 * HOUR)
    await bench.client.task.add({
      title: 'Nightly',
      id: 'nightly',
      exec: 'true',
      schedule: { spec: '09:00', tz: 'UTC' },
    })
    await bench.run(addCommand('later', { delayMs: HOUR, title: 'Later' }))
    await bench.run(addCommand('held', { delayMs: HOUR, paused: true }))
    await bench.run(addCommand('shaky', { maxAttempts: 3 }))
    await bench.tryTask('shaky', 1, { code: 3 })
    await bench.run(
      {
        type: 'breaker.trip',
        key: 'launch:codex',
        kind: 'launch',
        subject: 'codex',
        reason: '3 launches in a row failed',
        until: now() + 2 * HOUR,
      },
      COORDINATOR,
    )
    const items = await page().agenda({ until })
    expect(items.map((item) => [item.kind, item.task])).toEqual([
      ['back-off', 'shaky'],
      ['delay', 'later'],
      ['breaker', null],
      ['schedule', 'nightly'],
      ['schedule', 'nightly'],
    ])
    expect(items.map((item) => Date.parse(item.at))).toEqual(
      items.map((item) => Date.parse(item.at)).toSorted((a, b) => a - b),
    )
    expect(items[3]).toMatchObject({ title: 'Nightly', text: '09:00 UTC' })
  })
})

describe('the timeline of a task', () => {
  const lines = async (id: string) => (await page().timeline({ id })).rows.map((row) => row.text)

  it('says in words all that happened to it, newest first, and nothing of others', async () => {
    await bench.run(addCommand('soak', { title: 'Soak test' }))
    await bench.run(addCommand('b', { title: 'Build' }))
    await bench.run({
      type: 'task.edit',
      id: taskId('b'),
      nextFireAt: null,
      edit: { addAfter: [taskId('soak')], title: 'Big build', timeoutMs: 1000 },
    })
    await bench.run({
      type: 'task.edit',
      id: taskId('b'),
      nextFireAt: null,
      edit: { removeAfter: [taskId('soak')] },
    })
    await bench.run({ type: 'task.log', id: taskId('b'), text: 'first\nnote' })
    await bench.tryTask('b', 1, { code: 1 })
    await bench.run({ type: 'task.retry', id: taskId('b'), fresh: true })
    await bench.run({ type: 'task.hold', id: taskId('b') })
    const told = (await lines('b')).filter((line) => !line.includes('started'))
    expect(told).toEqual([
      'Paused',
      'Retried',
      'Failed: it exited with 1',
      'agent-1 failed: exit 1',
      'agent-1 claimed it: shell',
      'first note',
      'No longer depends on Soak test',
      expect.stringMatching(/^(Now depends on Soak test|Changed .*)$/),
      expect.stringMatching(/^(Now depends on Soak test|Changed .*)$/),
      'Added',
    ])
    expect(told).toContain('Now depends on Soak test')
    expect(told).toContain('Changed title and time limit')
    expect((await lines('soak')).filter((line) => !line.startsWith('Added'))).toEqual([])
  })

  it('is read in pages that join without a gap', async () => {
    await bench.run(addCommand('a', { maxAttempts: 9 }))
    for (let n = 1; n <= 4; n += 1) {
      await bench.tryTask('a', n, { code: 1 })
      await bench.run({ type: 'task.log', id: taskId('a'), text: `note ${n}` })
      bench.clock.advance(HOUR)
    }
    const whole = await page().timeline({ id: 'a', limit: 1000 })
    expect(whole.isEnd).toBe(true)
    const joined: number[] = []
    for (let before: number | undefined; ;) {
      const part = await page().timeline({ id: 'a', limit: 3, ...(before ? { before } : {}) })
      joined.push(...part.rows.map((row) => row.seq))
      before = part.rows.at(-1)?.seq
      if (part.isEnd) break
    }
    expect(joined).toEqual(whole.rows.map((row) => row.seq))
    expect(new Set(joined).size).toBe(joined.length)
  })

  it('tells where a comment on the changes belongs, and so does the task', async () => {
    await bench.run(addCommand('a'))
    const place = { path: 'src/a.ts', line: 7, side: 'old' } as const
    await bench.client.change.comment({ task: 'a', text: 'Why?', ...place })
    expect((await lines('a'))[0]).toBe('On src/a.ts:7: Why?')
    await bench.run({ type: 'task.log', id: taskId('a'), text: 'a note' })
    const { log } = await bench.client.task.get({ id: 'a' })
    expect(log.map((line) => [line.text, line.place])).toEqual([
      ['Why?', place],
      ['a note', undefined],
    ])
  })

  it('tells when what began will end by itself', async () => {
    await bench.run(addCommand('a', { maxAttempts: 3 }))
    await bench.tryTask('a', 1, { code: 1 })
    const [latest] = (await page().timeline({ id: 'a' })).rows
    expect(latest).toMatchObject({ event: 'task.returned', state: 'delayed' })
    expect(Date.parse(latest?.until ?? '')).toBeGreaterThan(now())
    expect(latest?.text).toMatch(/^Will be tried again (tomorrow )?at .*exit/)
  })

  it('of a task that is not there is refused', async () => {
    expect((await failureOf(page().timeline({ id: 'no' }))).kind).toBe('unknown-task')
  })
})

describe('the tail of the journal', () => {
  it('begins each line with its task, and says each event once', async () => {
    await bench.run(addCommand('a', { title: 'Build' }))
    await bench.tryTask('a', 1)
    await bench.run({ type: 'yard.pause' }, PERSON)
    const { rows } = await page().journalTail({})
    const told = rows.map((row) => row.text).filter((line) => !line.includes('started'))
    expect(told).toEqual([
      'Coordinator paused',
      'Build: Done, by agent-1',
      'Build: agent-1 is done',
      'Build: agent-1 claimed it: shell',
      'Build: Added',
    ])
    const older = await page().journalTail({ before: rows[0]?.seq ?? 0, limit: 1 })
    expect([older.rows.length, older.isEnd]).toEqual([1, false])
  })
})

describe('a pause', () => {
  it('is told with its time and by whom', async () => {
    await bench.run(addCommand('a'))
    bench.clock.advance(HOUR)
    await bench.run({ type: 'yard.pause' })
    expect(await bench.view.summary()).toMatchObject({ pausedAt: isoTime(now()), pausedBy: 'ada' })
    await bench.run({ type: 'yard.resume' })
    expect(await bench.view.summary()).toMatchObject({ pausedAt: null, pausedBy: null })
    bench.clock.advance(HOUR)
    await bench.run({ type: 'yard.pause' })
    expect(await bench.view.summary()).toMatchObject({ pausedAt: isoTime(now()) })
  })
})
