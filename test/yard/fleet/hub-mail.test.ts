/** The places of mail for other machines, which their streams go on behind. */
import { copyFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AccessToken } from '../../../src/domain/messages/access-token.ts'
import { knownPlace, mailWaitingFor } from '../../../src/yard/fleet/hub-mail.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let before: PageBench
let after: PageBench | null
beforeEach(async () => {
  before = await openPageBench()
  after = null
  await before.client.token.create({ name: 'ben', kind: 'member', as: ['back'] })
})
afterEach(async () => {
  await after?.close()
  await before.close()
})

const send = async (bench: PageBench, text: string): Promise<string> =>
  (await bench.client.message.send({ to: ['back@ben'], text })).id
const waiting = ({ test: { yard } }: PageBench) => {
  const [token] = [...yard.plan.tokens.values()] as [AccessToken]
  return mailWaitingFor(yard, token)
}

async function restored(): Promise<PageBench> {
  const file = await before.test.yard.backup()
  if (!file.ok) throw new Error(file.error.message)
  const prepare = async (path: string): Promise<void> => copyFileSync(file.value, path)
  return openPageBench(createManualClock(), { prepare })
}

describe('places of mail', () => {
  it('grow with each message, and are the same in another owner and in a backup', async () => {
    for (const text of ['one', 'two', 'three']) await send(before, text)
    const places = waiting(before).map(({ place }) => place)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(new Set(places).size).toBe(3)
    after = await restored()
    expect(waiting(after)).toEqual(waiting(before))
    for (const place of places) expect(knownPlace(after.test.yard, place)).toBe(place)
  })

  it('count for nothing where a backup was put in the place of what gave them', async () => {
    await send(before, 'one')
    after = await restored()
    await send(before, 'two')
    const lost = waiting(before).at(-1)?.place ?? 0
    expect(knownPlace(before.test.yard, lost)).toBe(lost)
    expect(knownPlace(after.test.yard, lost)).toBe(0)
    await send(after, 'another')
    const other = waiting(after).at(-1)?.place ?? 0
    // The same row, of another message.
    expect(Math.floor(other / 1_000_000)).toBe(Math.floor(lost / 1_000_000))
    expect(knownPlace(after.test.yard, lost)).toBe(0)
  })
})
