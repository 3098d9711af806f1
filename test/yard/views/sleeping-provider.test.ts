/** What is said of tasks whose provider sleeps, with somebody who stands in for it and without. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addCommand, claimOf, COORDINATOR, endCommand, taskId } from '../../support/plan-builder.ts'
import { workFailure } from '../../../src/domain/failure.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
  await bench.run(addCommand('a', { exec: null, executor: 'claude' }))
})
afterEach(() => bench.close())

const HOUR = 3_600_000
const why = async (id: string) => (await bench.client.task.why({ id })).waitsFor
const sleeps = (provider: string, until: number | null) =>
  bench.run(
    {
      type: 'breaker.trip',
      key: `provider:${provider}`,
      kind: 'provider',
      subject: provider,
      reason: 'it said no',
      until,
    },
    COORDINATOR,
  )
const configure = (key: string, value: string) =>
  bench.client.page.configure({ scope: 'project', edits: [{ key, value }] })
const held = async (id: string) => (await why(id)).filter(({ kind }) => kind === 'breaker')

describe('a task whose provider sleeps', () => {
  it('waits for it, unless somebody stands in who is awake', async () => {
    await sleeps('anthropic', bench.clock.now() + HOUR)
    expect(await held('a')).toMatchObject([{ subject: 'anthropic' }])
    await configure('executors.claude.fallback', 'codex')
    expect(await held('a')).toEqual([])
    await sleeps('openai', bench.clock.now() + HOUR)
    expect(await held('a')).toMatchObject([{ subject: 'anthropic' }])
  })

  it('is told once, in one sentence, though it is its last failure, its park and its provider’s trouble', async () => {
    await bench.run({ type: 'agents.claim', claims: [claude('a')] }, COORDINATOR)
    const resetAt = bench.clock.now() + HOUR
    const failure = { ...workFailure('quota', 'Your limit is reached.'), resetAt }
    await bench.run(endCommand(1, 1, { exit: { code: 1, signal: null }, failure }), COORDINATOR)
    const until = bench.clock.now() + HOUR
    const trip = {
      key: 'provider:anthropic',
      kind: 'provider',
      subject: 'anthropic',
      until,
    } as const
    await bench.run(
      { type: 'breaker.trip', ...trip, reason: 'Your limit is reached.' },
      COORDINATOR,
    )
    const { text } = await bench.client.task.why({ id: 'a' })
    expect(text.match(/Your limit is reached/g)).toHaveLength(1)
    expect(text).toMatch(/\(Your limit is reached\)/)
    expect(text).not.toContain('is held back')
  })

  it('is told why its executor is held back once, though its last try met the same', async () => {
    await bench.run({ type: 'agents.claim', claims: [claude('a')] }, COORDINATOR)
    const failure = workFailure('launch', 'there is no place left.')
    await bench.run(endCommand(1, 1, { exit: { code: 1, signal: null }, failure }), COORDINATOR)
    const trip = {
      ...({ key: 'launch:claude', kind: 'launch', subject: 'claude' } as const),
      until: bench.clock.now() + HOUR,
      reason: '3 launches in a row failed: there is no place left.',
    }
    await bench.run({ type: 'breaker.trip', ...trip }, COORDINATOR)
    const { text } = await bench.client.task.why({ id: 'a' })
    expect(text.match(/there is no place left/g)).toHaveLength(1)
    expect(text).toMatch(/claude is held back until (tomorrow )?\d\d:\d\d: 3 launches/)
  })

  it('is not waited for by anybody while a sign-in is missing', async () => {
    await bench.run(addCommand('w', { exec: null, executor: 'claude' }))
    await bench.run({ type: 'agents.claim', claims: [claude('w')] }, COORDINATOR)
    const failure = workFailure('auth', 'invalid key')
    await bench.run(endCommand(1, 1, { exit: { code: 1, signal: null }, failure }), COORDINATOR)
    const [reason] = await held('a')
    expect(reason?.text).toContain('a person must sign in')
    expect((await bench.client.task.get({ id: 'a' })).stuck).toBe('invalid key')
    await bench.client.task.retry({ id: 'w' })
    expect(await held('a')).toEqual([])
    expect((await bench.client.task.get({ id: 'a' })).stuck).toBeNull()
  })

  it('is told by the provider of its model, where its executor has many', async () => {
    await bench.run(addCommand('n', { exec: null, executor: 'native', model: 'gpt-5' }))
    await bench.run(addCommand('o', { exec: null, executor: 'native', model: 'opus' }))
    await sleeps('openai', bench.clock.now() + HOUR)
    expect(await held('n')).toMatchObject([{ subject: 'openai' }])
    expect(await held('o')).toEqual([])
  })
})

const claude = (id: string) =>
  claimOf(id, 1, { executor: 'claude', executorType: 'claude', provider: 'anthropic' })

it('a sign-in wakes every task that waited for it', async () => {
  for (const [i, id] of ['x', 'y'].entries()) {
    await bench.run(addCommand(id, { exec: null, executor: 'claude' }))
    await bench.run(
      {
        type: 'agents.claim',
        claims: [{ ...claude(id), agentId: claimOf(id, i + 1).agentId }],
      },
      COORDINATOR,
    )
  }
  for (const number of [1, 2]) {
    const failure = workFailure('auth', 'invalid key')
    await bench.run(
      endCommand(number, 1, { exit: { code: 1, signal: null }, failure }),
      COORDINATOR,
    )
  }
  await bench.client.task.retry({ id: 'x' })
  const states = ['x', 'y'].map((id) => bench.test.yard.plan.tasks.get(taskId(id))?.state.kind)
  expect(states).toEqual(['open', 'open'])
})

it('what nobody wakes but the clock says first when it goes on', async () => {
  const fact = async () =>
    (await bench.client.service.snapshot()).tasks.find(({ id }) => id === 'a')?.fact
  const until = bench.clock.now() + HOUR
  await sleeps('anthropic', until)
  expect(await fact()).toMatch(/^Goes on (tomorrow )?\d\d:\d\d: it said no$/)
  await sleeps('anthropic', null)
  expect(await fact()).toBe('it said no')
})
