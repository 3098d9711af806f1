/** A code, a subject and a time stand beside the line of a card, and the keys of the breakers that hold it back. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TaskCard } from '../../../src/contract/view.ts'
import { reasonInSentence } from '../../../src/domain/reason.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { addCommand, COORDINATOR, taskId } from '../../support/plan-builder.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
const clock = createManualClock()
beforeEach(async () => {
  bench = await openPageBench(clock)
})
afterEach(() => bench.close())

const card = async (id: string): Promise<TaskCard | undefined> =>
  (await bench.client.service.snapshot()).tasks.find((each) => each.id === id)

it('a breaker that time clears is named by its key, with its time', async () => {
  await bench.run(addCommand('a'))
  expect(await card('a')).toMatchObject({ reason: { code: 'next', subject: null, until: null } })
  expect(await card('a')).not.toHaveProperty('heldBy')
  const until = clock.now() + 300_000
  const trip = { type: 'breaker.trip', kind: 'launch', subject: 'shell', reason: 'no sh' } as const
  await bench.run({ ...trip, key: 'launch:shell', until }, COORDINATOR)
  await bench.run({ ...trip, key: 'launch:other', subject: 'other', until }, COORDINATOR)
  const held = await card('a')
  expect(held?.reason).toMatchObject({ code: 'breaker', subject: 'launch:shell' })
  expect(Date.parse(held?.reason?.until ?? '')).toBe(until)
  expect(held?.heldBy).toEqual(['launch:shell'])
  await bench.run({ type: 'breaker.clear', key: 'launch:shell' }, COORDINATOR)
  expect((await card('a'))?.reason?.code).toBe('next')
})

it('who is waited for is a code, whatever the task and its dependencies are called', async () => {
  await bench.run(addCommand('a', { exec: null, executor: 'manual' }))
  await bench.run(addCommand('b', { after: [taskId('a')] }))
  expect((await card('a'))?.reason?.code).toBe('person')
  expect(await card('b')).toMatchObject({ fact: '1 to go', reason: { code: 'blockers' } })
  await bench.client.task.fail({ id: 'a', reason: 'Draft' })
  expect(await card('a')).toMatchObject({ fact: 'Draft', reason: { code: 'failed' } })
  expect(await card('a')).toMatchObject({ isDraft: false })
  expect((await card('b'))?.reason).toMatchObject({ code: 'upstream-failed', subject: 'a' })
})

it('what waits for a person says its reason with and without its title', async () => {
  await bench.run(addCommand('a', { title: 'a: a' }))
  await bench.client.task.fail({ id: 'a', reason: 'a: broken' })
  const { attention } = (await bench.client.service.snapshot()).summary
  expect(attention).toMatchObject([{ text: 'a: a: a: broken', reason: 'a: broken' }])
})

it('a text within a sentence keeps the case of what others said', () => {
  const said = { code: 'failed', until: null } as const
  expect(reasonInSentence('Next time', said)).toBe('Next time')
  expect(reasonInSentence('Next in line', { code: 'next', until: null })).toBe('next in line')
  const held = { code: 'breaker', until: null } as const
  expect(reasonInSentence('Quota is spent', held)).toBe('Quota is spent')
  expect(reasonInSentence('Goes on 22:00: x', { ...held, until: 1 })).toBe('goes on 22:00: x')
})
