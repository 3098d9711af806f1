/** A person says that a provider works again, and what the window is told of what it holds. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { workFailure } from '../../../src/domain/failure.ts'
import { addCommand, claimOf, COORDINATOR, endCommand } from '../../support/plan-builder.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

const HOUR = 3_600_000
let bench: PageBench
beforeEach(async () => void (bench = await openPageBench()))
afterEach(() => bench.close())

const work = async (id: string, number: number, provider: string): Promise<void> => {
  await bench.run(addCommand(id, { exec: null, executor: 'claude' }))
  const claim = claimOf(id, number, { executor: 'claude', executorType: 'claude', provider })
  await bench.run({ type: 'agents.claim', claims: [claim] }, COORDINATOR)
}
const ends = (number: number, failure: ReturnType<typeof workFailure>) =>
  bench.run(endCommand(number, 1, { exit: { code: 1, signal: null }, failure }), COORDINATOR)
const quota = (until: number) => ({ ...workFailure('quota', 'used up'), resetAt: until })
const card = async (id: string) =>
  (await bench.client.service.snapshot()).tasks.find((each) => each.id === id)

it('what sleeps is tried at once, spends no try, and nobody else is woken', async () => {
  const until = bench.clock.now() + HOUR
  await work('a', 1, 'anthropic')
  await work('b', 2, 'anthropic')
  await work('other', 3, 'anthropic (OTHER_KEY)')
  for (const number of [1, 2, 3]) await ends(number, quota(until))
  const parked = await card('a')
  expect(parked).toMatchObject({ state: 'parked', park: { provider: 'anthropic' } })
  expect(Date.parse(parked?.park?.until ?? '')).toBe(until)
  const attempts = parked?.attempts
  expect(await bench.client.service.wake({ provider: 'anthropic' })).toEqual({ tasks: 2 })
  for (const id of ['a', 'b']) {
    const woken = await card(id)
    expect(woken).toMatchObject({ state: 'ready', attempts })
    expect(woken).not.toHaveProperty('park')
  }
  expect(await card('other')).toMatchObject({ park: { provider: 'anthropic (OTHER_KEY)' } })
  const { breakers } = await bench.client.service.status()
  expect(breakers.map(({ subject }) => subject)).not.toContain('anthropic')
  expect(await bench.client.service.wake({ provider: 'anthropic' })).toEqual({ tasks: 0 })
})

it('what waits for a sign-in goes on by one word', async () => {
  await work('a', 1, 'anthropic')
  await work('b', 2, 'anthropic')
  for (const number of [1, 2]) await ends(number, workFailure('auth', 'invalid key'))
  expect(await card('a')).toMatchObject({ park: { provider: 'anthropic', until: null } })
  expect(await bench.client.service.wake({ provider: 'anthropic' })).toEqual({ tasks: 2 })
  expect([(await card('a'))?.state, (await card('b'))?.state]).toEqual(['ready', 'ready'])
})

it('an executor tells whose sleep holds it back, who stands in, and which models it can run', async () => {
  const edits = [
    { key: 'executors.claude.fallback', value: 'codex' },
    { key: 'executors.proxy.type', value: 'claude' },
    { key: 'executors.proxy.base_url', value: 'http://127.0.0.1:9' },
  ]
  await bench.client.page.configure({ scope: 'project', edits })
  const views = await bench.client.service.executors()
  const view = (name: string) => views.find((each) => each.name === name)
  expect(view('claude')).toMatchObject({ account: 'anthropic', fallback: 'codex' })
  expect(view('claude')?.models).toContain('opus')
  expect(view('claude')?.models).not.toContain('gpt-5')
  expect(view('codex')?.models).toContain('gpt-5')
  expect(view('proxy')).toMatchObject({ account: '127.0.0.1:9', fallback: null })
  expect(view('shell')).toMatchObject({ account: null, models: null })
})
