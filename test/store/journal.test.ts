/** tables == folded journal == plan, after any commands and any failed commit; and the past can be read back. */
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createYardBench, type YardBench } from '../coordinator/yard-bench.ts'
import { fold } from '../support/fold-journal.ts'
import type { Command } from '../../src/domain/command.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import { createPlan } from '../../src/domain/graph/create-plan.ts'
import { PERSON, taskId, addCommand, claimOf, COORDINATOR } from '../support/plan-builder.ts'
import { policyOf } from '../support/evaluations.ts'
import { wish } from '../simulation/clients.ts'
import { START_AT } from '../support/manual-clock.ts'

let bench: YardBench | null = null
afterEach(() => bench?.close())

const failing = { isOn: false }
const fallible = (opened: OpenStore): OpenStore => ({
  ...opened,
  writer: {
    ...opened.writer,
    commit() {
      if (failing.isOn) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
      opened.writer.commit()
    },
  },
})

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const byId = (all: Iterable<{ id: string }>): unknown =>
  plain([...all].toSorted((a, b) => (a.id < b.id ? -1 : 1)))

/** What journal and plan say, in one shape; what `agents` says is of the tables. */
function agree({ opened: { store, plan } }: YardBench): void {
  const folded = fold(store.journal(0, 1_000_000))
  const rows = (entity: string): { id: string }[] =>
    [...(folded.get(entity)?.values() ?? [])] as { id: string }[]
  expect(byId(plan.tasks.values())).toEqual(byId(rows('task')))
  expect(byId(store.agents({ which: 'all' }))).toEqual(byId(rows('agent')))
  expect(byId(store.agents({ which: 'alive' }))).toEqual(byId(plan.agents.values()))
  expect(byId(plan.breakers.values())).toEqual(byId(rows('breaker')))
  const edges = [...plan.tasks.keys()].flatMap((dependent) =>
    [...plan.blockersOf(dependent)].map((blocker) => ({
      id: `${blocker}>${dependent}`,
      blocker,
      dependent,
    })),
  )
  expect(byId(edges)).toEqual(byId(rows('dependency')))
  for (const id of plan.tasks.keys()) {
    expect(byId(store.logOf(id))).toEqual(
      byId(rows('log').filter((row) => 'taskId' in row && row.taskId === id)),
    )
    expect(byId(store.artifactsOf(id))).toEqual(
      byId(rows('artifact').filter((row) => 'taskId' in row && row.taskId === id)),
    )
  }
}

describe('tables, journal and plan', () => {
  it('say the same after any commands, in any batches, with commits that fail', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (seed) => {
        const random = createSeededRandom(seed)
        const yard = await createYardBench({ wrap: fallible })
        for (let count = 0; count < 60;) {
          failing.isOn = random.chance(0.2)
          const before = byId(yard.opened.plan.tasks.values())
          const seq = yard.opened.store.seq
          const size = random.int(1, 5)
          for (let i = 0; i < size; i += 1) {
            const { command, by } = wish(random, yard.opened.plan, {
              now: START_AT,
              count: (count += 1),
              policyOf: () => policyOf('0.7'),
              agentOf: () => null,
            })
            void yard.dispatcher.dispatch(command, by)
            if (random.chance(0.5))
              void yard.dispatcher.dispatch(
                { type: 'agents.claim', claims: [claimOf(`t${random.int(1, count)}`, count)] },
                COORDINATOR,
              )
          }
          await yard.turns.idle()
          const { plan, store } = yard.opened
          const isSame = store.seq === seq && isDeepStrictEqual(byId(plan.tasks.values()), before)
          expect(isSame || !failing.isOn).toBe(true)
        }
        agree(yard)
        yard.opened.close()
      }),
      { numRuns: 40 },
    )
  })

  it('say the same when one command of a batch is refused and one breaks inside', async () => {
    bench = await createYardBench()
    const { dispatcher, turns } = bench
    const broken = { type: 'task.log', id: taskId('a'), text: 5n as never } as unknown as Command
    const replies = Promise.all([
      dispatcher.dispatch(addCommand('a'), PERSON),
      dispatcher.dispatch(broken, PERSON),
      dispatcher.dispatch(addCommand('a'), PERSON),
      dispatcher.dispatch(addCommand('b', { after: [taskId('a')] }), PERSON),
    ])
    await turns.idle()
    expect((await replies).map((reply) => (reply.ok ? 'ok' : reply.error.kind))).toEqual([
      'ok',
      'internal',
      'id-taken',
      'ok',
    ])
    agree(bench)
  })
})

describe('the journal', () => {
  it('rebuilds every moment of the past', async () => {
    bench = await createYardBench()
    const seen: { seq: number; tasks: unknown }[] = []
    await bench.start()
    for (const id of ['a', 'b', 'c']) {
      await bench.add(id, id === 'c' ? { after: [taskId('a')] } : {})
      seen.push({ seq: bench.opened.store.seq, tasks: byId(bench.opened.plan.tasks.values()) })
    }
    await bench.end('a')
    await bench.send({ type: 'task.remove', id: taskId('b') })
    seen.push({ seq: bench.opened.store.seq, tasks: byId(bench.opened.plan.tasks.values()) })
    for (const { seq, tasks } of seen) {
      const past = bench.opened.store.journal(0, seq)
      expect(past.at(-1)?.seq).toBe(seq)
      expect(byId((fold(past).get('task')?.values() ?? []) as Iterable<{ id: string }>)).toEqual(
        tasks,
      )
    }
  })

  it('gives a client what it missed, in order and without gaps', async () => {
    bench = await createYardBench()
    await bench.add('a')
    const since = bench.opened.store.seq
    await bench.add('b')
    await bench.add('c')
    const rows = bench.opened.store.journal(since, 100)
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, i) => since + 1 + i))
    expect(rows.map((row) => row.id)).toEqual(['b', 'c'])
    expect(bench.opened.store.journal(since, 1)).toHaveLength(1)
  })

  it('holds only the fields that changed', async () => {
    bench = await createYardBench()
    await bench.add('a', { description: 'x'.repeat(10_000) })
    await bench.send({ type: 'task.hold', id: taskId('a') })
    expect(bench.opened.store.journal(1, 10)).toMatchObject([
      { event: 'task.held', by: 'ada', set: { held: true }, unset: [] },
    ])
    expect(Object.keys(bench.opened.store.journal(1, 10)[0]?.set ?? {})).toEqual(['held'])
  })
})

describe('a command id', () => {
  it('has one effect, in one batch, later and after a restart', async () => {
    const opened = await openMemoryStore()
    bench = await createYardBench({ opened })
    const first = bench.dispatcher.dispatch(addCommand('a'), PERSON, 'k1')
    const twin = bench.dispatcher.dispatch(addCommand('a'), PERSON, 'k1')
    await bench.turns.idle()
    expect(await twin).toEqual(await first)
    expect(await bench.send(addCommand('a'), PERSON, 'k1')).toEqual(await first)
    expect(await bench.send(addCommand('a'), PERSON, 'k2')).toMatchObject({ ok: false })
    const second = await createYardBench({ opened: { ...opened, plan: createPlan() } })
    expect(await second.send(addCommand('a'), PERSON, 'k1')).toEqual(await first)
    expect(opened.store.journal(0, 100)).toHaveLength(1)
  })

  it('of one sender says nothing to another', async () => {
    const opened = await openMemoryStore()
    bench = await createYardBench({ opened })
    await bench.send(addCommand('a'), PERSON, 'k1')
    const stranger = {
      kind: 'agent',
      agentId: agentIdOf(1),
      taskId: taskId('b'),
      generation: 1,
      subtasks: 'own',
      maxSubtasks: 10,
    } as const
    const reply = await bench.send({ type: 'task.hold', id: taskId('a') }, stranger, 'k1')
    expect(reply).toMatchObject({ ok: false, error: { kind: 'unauthorized' } })
  })
})
