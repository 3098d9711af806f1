/** Messages where the owner dies again and again: each is dealt with once, by one turn, and no member ever has two turns. */
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../support/seeded-random.ts'
import { type MailNote, overlapsIn, runMailChaos } from './mail-run.ts'
import { livingOf } from './processes.ts'

const MEMBERS = ['ash', 'birch', 'cedar', 'dogwood']
const MESSAGES = 200
const KILLS = 30

const isLinux = process.platform === 'linux'
describe.runIf(isLinux)('an owner killed at 30 moments (it needs /proc)', () => {
  it(
    'has each of 200 messages to 4 members closed once, and never two turns of one member',
    {
      timeout: 240_000,
    },
    async () => {
      const random = createSeededRandom(13)
      const outcome = await runMailChaos({
        random,
        members: MEMBERS,
        messages: MESSAGES,
        kills: KILLS,
      })
      const { kills, notes, deliveries, rows, lastCode, said, mark } = outcome
      expect({ lastCode, said: lastCode === 0 ? '' : said }).toEqual({ lastCode: 0, said: '' })
      expect(kills).toBe(KILLS)
      expect(overlapsIn(notes)).toEqual([])
      expect(deliveries).toHaveLength(MESSAGES)
      for (const delivery of deliveries)
        expect(delivery).toMatchObject({ tries: 0, state: { kind: 'closed', how: 'handled' } })
      const closed = rows.filter(({ event }) => event === 'delivery.closed').map(({ id }) => id)
      expect(closed.toSorted()).toEqual(deliveries.map(({ id }) => id).toSorted())
      // No agent was killed, so each message stood in the prompt of one turn, and that one closed it.
      const told = notes.flatMap(({ message }) => message ?? []).toSorted((a, b) => a - b)
      expect(told).toEqual(Array.from({ length: MESSAGES }, (_, i) => i))
      await expect.poll(() => livingOf(mark)).toEqual([])
    },
  )
})

describe('what the turns wrote down', () => {
  const note = (kind: MailNote['kind'], agent: string): MailNote => ({
    kind,
    member: 'ash',
    agent,
    message: null,
  })

  it('accepts turns one after the other', () => {
    const notes = [note('start', 'a'), note('end', 'a'), note('start', 'b'), note('end', 'b')]
    expect(overlapsIn(notes)).toEqual([])
  })

  it('tells of two at once, of a living twin, and of one that never ended', () => {
    expect(overlapsIn([note('start', 'a'), note('start', 'b'), note('end', 'b')])).toEqual([
      'b of ash began beside a',
    ])
    expect(overlapsIn([note('twin', 'b')])).toEqual(['b of ash met a living twin'])
    expect(overlapsIn([note('start', 'a')])).toEqual(['a of ash never ended'])
  })
})
