import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProcessHost } from '../../../src/agents/process/host/process-host.ts'
import { silentLog } from '../../../src/base/log.ts'
import { yardPaths } from '../../../src/config/paths.ts'
import type { MachineSettings } from '../../../src/domain/settings.ts'
import { openSlotBook } from '../../../src/store/slot-book.ts'
import { createSlots, type Slots } from '../../../src/yard/machine/slots.ts'
import type { YardSlots } from '../../../src/yard/machine/yard-slots.ts'
import { createYardBench, type YardBench } from '../../coordinator/yard-bench.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

const NO_LIMIT: MachineSettings = { maxAgents: null, minFreeMemory: 0 }
let folder: string
let clock: ManualClock
let settings: MachineSettings
let memory: { bytes: number; usual: number }
/** Pids of processes that live beside this one. */
let alive: Set<number>
const places: Slots[] = []
const benches: YardBench[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-machine-'))
  clock = createManualClock()
  settings = NO_LIMIT
  memory = { bytes: 8e9, usual: 0 }
  alive = new Set([process.pid])
})
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close()
  for (const each of places.splice(0)) each.close()
  rmSync(folder, { recursive: true, force: true })
})

const host = {
  bootId: async () => 'boot',
  look: async (pids: readonly number[]) =>
    new Map(
      pids.flatMap((pid) => (alive.has(pid) ? [[pid, { startTime: 's', isDead: false }]] : [])),
    ),
  isSameStart: (a: string, b: string) => a === b,
} as unknown as ProcessHost

/** What one process has; two of them share only the file. */
async function openProcess(): Promise<Slots> {
  const opened = createSlots({
    dataFolder: folder,
    host,
    clock,
    log: silentLog,
    memory: {
      free: () => memory.bytes,
      get usualLimit() {
        return memory.usual
      },
    },
  })
  places.push(opened)
  await opened.tidy()
  return opened
}

async function openYard(
  process: Slots,
  name: string,
): Promise<{ bench: YardBench; place: YardSlots }> {
  const place = process.join(join(folder, name), () => settings)
  const bench = await createYardBench({ clock, machine: place })
  benches.push(bench)
  await bench.start()
  return { bench, place }
}

async function rest(): Promise<void> {
  for (let rounds = 0; rounds < 4; rounds += 1)
    for (const bench of benches) await bench.turns.idle()
}
/** From timer to timer, with rest between. */
async function pass(ms: number): Promise<void> {
  const end = clock.monotonic() + ms
  await rest()
  for (;;) {
    const next = clock.nextInMs()
    if (next === null || clock.monotonic() + next > end) break
    clock.advance(next)
    await rest()
  }
  clock.advance(end - clock.monotonic())
  await rest()
}

const addAll = async (bench: YardBench, ...ids: string[]): Promise<void> => {
  for (const id of ids) await bench.add(id)
  await rest()
}

describe('the cap of the machine', () => {
  it('holds over two yards of one process, and a place that is given back is taken at once', async () => {
    settings = { ...NO_LIMIT, maxAgents: 3 }
    const process = await openProcess()
    const [a, b] = [await openYard(process, 'a'), await openYard(process, 'b')]
    await addAll(a.bench, 'a1', 'a2')
    await addAll(b.bench, 'b1', 'b2')
    expect([a.bench.running(), b.bench.running()]).toEqual([['a1', 'a2'], ['b1']])
    expect(b.place.hold()).toEqual({
      kind: 'cap',
      text: 'all places of this machine are taken (3 of 3, 2 of them in other yards)',
    })
    expect(a.place.hold()).toBeNull()
    await a.bench.end('a1')
    await pass(60) // far below the time after which it would ask again
    expect(b.bench.running()).toEqual(['b1', 'b2'])
    expect(b.place.hold()).toBeNull()
  })

  it('holds over processes, which ask again by the clock', async () => {
    settings = { ...NO_LIMIT, maxAgents: 2 }
    const a = await openYard(await openProcess(), 'a')
    const b = await openYard(await openProcess(), 'b')
    await addAll(a.bench, 'a1', 'a2')
    await addAll(b.bench, 'b1')
    expect(b.bench.running()).toEqual([])
    await a.bench.end('a1')
    await pass(60)
    expect(b.bench.running()).toEqual([])
    await pass(1000)
    expect(b.bench.running()).toEqual(['b1'])
    await addAll(a.bench, 'a3')
    await pass(5000)
    expect([a.bench.running(), b.bench.running()]).toEqual([['a2'], ['b1']])
  })

  it('is no end of its own where nobody set one, yet everybody is counted', async () => {
    const [a, b] = [
      await openYard(await openProcess(), 'a'),
      await openYard(await openProcess(), 'b'),
    ]
    await addAll(a.bench, 'a1', 'a2', 'a3', 'a4', 'a5')
    expect(a.bench.running()).toHaveLength(4)
    await pass(100)
    settings = { ...NO_LIMIT, maxAgents: 5 }
    await addAll(b.bench, 'b1', 'b2')
    expect(b.bench.running()).toEqual(['b1'])
  })

  it('gives back what was held for tasks that a cap of the yard keeps', async () => {
    settings = { ...NO_LIMIT, maxAgents: 3 }
    const a = await openYard(await openProcess(), 'a')
    const b = await openYard(await openProcess(), 'b')
    a.bench.caps = { ...a.bench.caps, executors: { shell: 0 } }
    await addAll(a.bench, 'a1', 'a2', 'a3')
    await addAll(b.bench, 'b1', 'b2', 'b3')
    expect([a.bench.running(), b.bench.running()]).toEqual([[], ['b1', 'b2', 'b3']])
  })

  it('counts the agents that a restart takes up again', async () => {
    settings = { ...NO_LIMIT, maxAgents: 2 }
    const first = await openProcess()
    const a = await openYard(first, 'a')
    await addAll(a.bench, 'a1', 'a2')
    await pass(100)
    a.place.leave()
    const root = yardPaths(join(folder, 'a'))
    for (const id of a.bench.runtime.launched) stage(join(root.agents, id), 'supervisor')
    const b = await openYard(await openProcess(), 'b')
    await addAll(b.bench, 'b1')
    await pass(120_000)
    expect(b.bench.running()).toEqual([])
    const again = first.join(root.root, () => settings)
    again.note(a.bench.runtime.launched.slice(0, 1) as never)
    await pass(2000)
    expect(b.bench.running()).toEqual(['b1'])
  })

  it('waits, and says why, while nobody can be counted', async () => {
    settings = { ...NO_LIMIT, maxAgents: 4 }
    mkdirSync(join(folder, 'machine', 'places-1.db'), { recursive: true })
    const a = await openYard(await openProcess(), 'a')
    await addAll(a.bench, 'a1')
    expect(a.place.hold()?.text).toMatch(/cannot be counted.*places-1\.db/)
    expect(a.bench.running()).toEqual([])
    rmSync(join(folder, 'machine', 'places-1.db'), { recursive: true })
    await pass(1000)
    expect(a.bench.running()).toEqual(['a1'])
  })
})

/** An agent's folder as a supervisor has left it. */
function stage(at: string, kind: 'supervisor' | 'ended' | 'untouched'): void {
  mkdirSync(at, { recursive: true })
  if (kind === 'untouched') return
  // A supervisor that has written the end is gone; beside a living one exit.json is somebody else's.
  writeFileSync(join(at, 'pid'), kind === 'ended' ? '78 s\n' : '77 s\n')
  alive.add(77)
  if (kind === 'ended') writeFileSync(join(at, 'exit.json'), '{"code":0,"signal":null}')
}

describe('a row whose owner is gone', () => {
  it('counts for as long as its agents live, and for a minute where they may be starting', async () => {
    settings = { ...NO_LIMIT, maxAgents: 4 }
    const { agents } = yardPaths(join(folder, 'dead'))
    stage(join(agents, 'agent-1'), 'supervisor')
    stage(join(agents, 'agent-2'), 'ended')
    stage(join(agents, 'agent-3'), 'untouched')
    const book = openSlotBook(join(folder, 'machine', 'places-1.db'), 'boot')
    const ids = ['agent-1', 'agent-2', 'agent-3', 'agent-4']
    book.note(join(folder, 'dead'), { pid: 4242, startTime: 's' }, { agents: ids, at: clock.now() })
    const left = (): readonly string[] => book.rows().flatMap((row) => row.agents)
    const process = await openProcess()
    expect(left()).toEqual(['agent-1', 'agent-3', 'agent-4'])
    const a = await openYard(process, 'a')
    await addAll(a.bench, 'a1', 'a2')
    expect(a.bench.running()).toEqual(['a1'])
    await pass(66_000)
    expect(a.bench.running()).toEqual(['a1', 'a2'])
    alive.delete(77)
    await process.tidy()
    expect(left()).toEqual([...a.bench.runtime.launched])
    book.close()
  })

  it('is left alone while the owner lives', async () => {
    const book = openSlotBook(join(folder, 'machine', 'places-1.db'), 'boot')
    alive.add(4242)
    const owner = { pid: 4242, startTime: 's' }
    book.note('/elsewhere', owner, { agents: ['agent-1'], at: clock.now() - 1e6 })
    const process = await openProcess()
    expect(book.rows()).toHaveLength(1)
    // The pid has come back as another process.
    book.note('/elsewhere', { pid: 4242, startTime: 'earlier' }, { agents: ['agent-1'], at: 0 })
    await process.tidy()
    expect(book.rows()).toEqual([])
    book.close()
  })
})

describe('free memory', () => {
  it('holds new agents back until there is enough again, and says how much', async () => {
    settings = { ...NO_LIMIT, minFreeMemory: 512e6 }
    memory.bytes = 300e6
    const a = await openYard(await openProcess(), 'a')
    await addAll(a.bench, 'a1')
    expect(a.bench.running()).toEqual([])
    expect(a.place.hold()).toEqual({
      kind: 'memory',
      text: 'the machine has 300 MB free of memory; agents wait until 512 MB',
    })
    memory.bytes = 512e6
    await pass(1000)
    expect(a.bench.running()).toEqual(['a1'])
    memory.bytes = 100e6
    await addAll(a.bench, 'a2')
    await pass(3000)
    // Who runs is let be.
    expect(a.bench.running()).toEqual(['a1'])
  })

  it('is judged by what is usual for the machine where nobody says a number; 0 never waits', async () => {
    settings = { ...NO_LIMIT, minFreeMemory: null }
    memory = { bytes: 90e6, usual: 100e6 }
    const a = await openYard(await openProcess(), 'a')
    await addAll(a.bench, 'a1')
    expect(a.bench.running()).toEqual([])
    settings = NO_LIMIT
    await pass(1000)
    expect(a.bench.running()).toEqual(['a1'])
  })

  it('is not asked for by a yard that is paused or has nothing to start', async () => {
    settings = { ...NO_LIMIT, minFreeMemory: 512e6 }
    memory.bytes = 0
    const a = await openYard(await openProcess(), 'a')
    await addAll(a.bench, 'a1')
    expect(a.place.hold()?.kind).toBe('memory')
    await a.bench.send({ type: 'yard.pause' })
    await rest()
    expect(a.place.hold()).toBeNull()
    expect(a.place.retryInMs()).toBeNull()
  })
})
