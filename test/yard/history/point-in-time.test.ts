import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskCard } from '../../../src/contract/view.ts'
import { fold } from '../../support/fold-journal.ts'
import { createFold } from '../../../src/yard/history/point-in-time.ts'
import { isoTime } from '../../../src/yard/views/iso-time.ts'
import { addCommand, COORDINATOR, PERSON, taskId } from '../../support/plan-builder.ts'
import { createSeededRandom } from '../../support/seeded-random.ts'
import { policyOf } from '../../support/evaluations.ts'
import { wish } from '../../simulation/clients.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const momentAt = (at: number) => bench.client.page.moment({ at: isoTime(at) })
const shown = (cards: readonly TaskCard[]) => cards.map(({ id, state, fact }) => [id, state, fact])

describe('the yard as it stood', () => {
  it('is told as of then, at every instant of any history, in any order', async () => {
    const random = createSeededRandom(11)
    const { yard } = bench.test
    const snapshots: { at: number; seq: number; tasks: TaskCard[] }[] = []
    for (let count = 0; count < 250; count += 1) {
      const { command, by } = wish(random, yard.plan, {
        now: bench.clock.now(),
        count: count,
        policyOf: () => policyOf('0.7'),
        agentOf: () => null,
      })
      await yard.dispatch(command, by)
      const { seq, tasks } = await bench.view.snapshot()
      snapshots.push({ at: bench.clock.now(), seq, tasks })
      bench.clock.advance(1000)
    }
    for (let n = 0; n < 120; n += 1) {
      const one = snapshots[random.int(0, snapshots.length - 1)]
      if (!one) continue
      const moment = await momentAt(one.at + random.int(0, 900))
      expect(moment.seq).toBe(one.seq)
      expect(shown(moment.tasks)).toEqual(shown(one.tasks))
      expect(moment.tasks.map((t) => [t.after.toSorted(), t.agent, t.costUsd])).toEqual(
        one.tasks.map((t) => [t.after.toSorted(), t.agent, t.costUsd]),
      )
    }
  })

  it('is empty before the first commit, and knows what was removed since', async () => {
    const before = bench.clock.now() - 1
    await bench.run(addCommand('a'))
    const at = bench.clock.now()
    bench.clock.advance(1000)
    await bench.run({ type: 'task.remove', id: taskId('a') })
    expect(await momentAt(before)).toMatchObject({ seq: 0, tasks: [] })
    expect((await momentAt(at)).tasks).toMatchObject([{ id: 'a', state: 'ready' }])
    expect((await momentAt(bench.clock.now())).tasks).toEqual([])
  })

  it('has the costs of then', async () => {
    await bench.run(addCommand('a', { maxAttempts: 5 }))
    await bench.tryTask('a', 1, { code: 1, usage: { costUsd: 0.25 } })
    const first = bench.clock.now()
    bench.clock.advance(60_000)
    await bench.tryTask('a', 2, { usage: { costUsd: 0.5 } })
    expect((await momentAt(bench.clock.now())).tasks[0]?.costUsd).toBe(0.75)
    expect((await momentAt(first)).tasks[0]?.costUsd).toBe(0.25)
    expect((await momentAt(bench.clock.now())).tasks[0]?.costUsd).toBe(0.75)
  })

  it('is not made for somebody who has left', async () => {
    await bench.run(addCommand('a'))
    const { yard } = bench.test
    await expect(yard.past.moment(bench.clock.now(), AbortSignal.abort())).rejects.toThrow('abort')
    expect((await yard.past.moment(bench.clock.now())).tasks).toHaveLength(1)
  })

  it('is asked by many at once, and each gets its own', async () => {
    const times: number[] = []
    for (const id of ['a', 'b', 'c']) {
      await bench.run(addCommand(id))
      times.push(bench.clock.now())
      bench.clock.advance(10)
    }
    const order = [2, 0, 1, 0, 2]
    const moments = await Promise.all(order.map((n) => momentAt(times[n] ?? 0)))
    expect(moments.map((m) => m.tasks.length)).toEqual(order.map((n) => n + 1))
  })
})

describe('a fold', () => {
  it('gives back exactly what it took in', async () => {
    const random = createSeededRandom(5)
    const { yard } = bench.test
    for (let count = 0; count < 150; count += 1) {
      const { command } = wish(random, yard.plan, {
        now: bench.clock.now(),
        count: count,
        policyOf: () => policyOf('0.7'),
        agentOf: () => null,
      })
      await yard.dispatch(command, random.chance(0.5) ? PERSON : COORDINATOR)
    }
    const rows = yard.store.journal(0, 100_000)
    const all = createFold()
    for (const row of rows) all.put(row)
    for (const seq of [Math.floor(rows.length / 2), 1, 0]) {
      while (all.stepBack(seq));
      const tasks = fold(rows.slice(0, seq)).get('task') ?? new Map()
      expect([...all.plan.tasks.values()].map((t) => t.id).toSorted()).toEqual(
        [...tasks.keys()].toSorted(),
      )
      for (const task of all.plan.tasks.values()) expect(task).toEqual(tasks.get(task.id))
    }
    expect(all.plan.agents.size + all.plan.breakers.size + all.plan.startable.size).toBe(0)
  })
})
