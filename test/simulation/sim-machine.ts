/** The machine: another yard takes places of the same book, and memory comes and goes. No crash of an owner touches it. */
import { silentLog } from '../../src/base/log.ts'
import type { Clock } from '../../src/base/clock.ts'
import { openSlotBook } from '../../src/store/slot-book.ts'
import { createYardSlots, type YardSlots } from '../../src/yard/machine/yard-slots.ts'
import type { SeededRandom } from '../support/seeded-random.ts'

export interface SimMachine {
  /** Agents of the other yard. */
  readonly others: number
  /** Over both yards; null = no cap. */
  readonly cap: number | null
  readonly isShortOfMemory: boolean
  /** For one life of the yard's owner. */
  placeFor(clock: Clock): YardSlots
  /** The other yard takes places that are free, or gives some back; what happened, in words. */
  stir(): string
  /** A person sets another cap, or memory comes and goes; what happened, in words. */
  change(): string
  /** From now on the other yard is idle, and memory free; the cap stays. */
  calm(): void
  close(): void
}

const OTHER = '/other-yard'
const NEEDED = 100

export function createSimMachine(random: SeededRandom): SimMachine {
  const book = openSlotBook(':memory:', 'the only boot')
  let others: readonly string[] = []
  let cap: number | null = random.chance(0.5) ? random.int(2, 4) : null
  let isShort = false
  let lives = 0
  const keeper = { pid: 1, startTime: 'other' }
  const holdOthers = (agents: readonly string[]): void => {
    others = agents
    book.note(OTHER, keeper, { agents, at: 0 })
  }
  return {
    get others() {
      return others.length
    },
    get cap() {
      return cap
    },
    get isShortOfMemory() {
      return isShort
    },
    placeFor(clock) {
      const owner = { pid: 2, startTime: `life ${(lives += 1)}` }
      return createYardSlots({
        root: '/this-yard',
        file: 'places',
        clock,
        log: silentLog,
        settings: () => ({ maxAgents: cap, minFreeMemory: NEEDED }),
        memory: { free: () => (isShort ? NEEDED - 1 : NEEDED), usualLimit: NEEDED },
        open: () => ({ book, owner }),
        onRefused: () => {},
        onFreed: () => {},
        onLeft: () => {},
      })
    },
    stir() {
      if (others.length > 0 && random.chance(0.6)) {
        holdOthers(others.slice(random.int(1, others.length)))
      } else {
        const wish = { agents: others, wanted: random.int(1, 3), cap: cap ?? 9, at: 0 }
        const { given } = book.take(OTHER, keeper, wish)
        holdOthers([...others, ...Array.from({ length: given }, () => 'agent')])
      }
      return `the other yard has ${others.length} agents`
    },
    change() {
      if (random.chance(0.5)) isShort = !isShort
      else cap = random.chance(0.7) ? random.int(1, 5) : null
      return `machine: ${cap ?? 'any number of'} agents, ${isShort ? 'too little' : 'enough'} memory`
    },
    calm() {
      isShort = false
      // It would ask for a place each second as long as an agent has one that never ends by itself.
      cap = null
      holdOthers([])
    },
    close: book.close,
  }
}
