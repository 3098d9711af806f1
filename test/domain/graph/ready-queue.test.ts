/** The ready queue against a sort of everything. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TaskId } from '../../../src/domain/ids.ts'
import { createReadyQueue, RISE_MS, type Waiting } from '../../../src/domain/graph/ready-queue.ts'
import { taskId } from '../../support/plan-builder.ts'

const id = fc.constantFrom(...'abcdefgh').map(taskId)

describe('the ready queue', () => {
  const waiting = fc.record({
    id,
    bucket: fc.constantFrom('x', 'y', 'z'),
    priority: fc.integer({ min: 0, max: 4 }),
    length: fc.integer({ min: 1, max: 3 }),
    readySince: fc.integer({ min: 0, max: 4 * RISE_MS }),
    order: fc.integer({ min: 0, max: 1000 }),
  })
  const act = fc.oneof(
    { weight: 4, arbitrary: waiting.map((one) => ({ put: one })) },
    { weight: 1, arbitrary: id.map((one) => ({ drop: one })) },
    {
      weight: 2,
      arbitrary: fc
        .record({
          afterMs: fc.integer({ min: 0, max: RISE_MS }),
          full: fc.subarray(['x', 'y', 'z'], { maxLength: 2 }),
        })
        .map((take) => ({ take })),
    },
  )

  it('gives what a sort of everything would give, rises and full buckets included', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const queue = createReadyQueue()
        const model = new Map<TaskId, Waiting>()
        let now = 4 * RISE_MS
        const seen: unknown[] = []
        const expected: unknown[] = []
        for (const one of acts) {
          if ('put' in one) {
            queue.put(one.put, now)
            model.set(one.put.id, one.put)
          } else if ('drop' in one) {
            queue.drop(one.drop)
            model.delete(one.drop)
          } else {
            now += one.take.afterMs
            const may = (bucket: string): boolean => !one.take.full.includes(bucket)
            const rank = (w: Waiting): number =>
              w.priority - Math.floor((now - w.readySince) / RISE_MS)
            const key = (w: Waiting): number[] => [rank(w), -w.length, w.readySince, w.order]
            const [best] = [...model.values()]
              .filter((w) => may(w.bucket))
              .toSorted((a, b) => compare(key(a), key(b)))
            const taken = queue.take(now, may)
            seen.push(taken && key(taken))
            expected.push(best ? key(best) : null)
            if (taken) model.delete(taken.id)
          }
          expect(queue.size).toBe(model.size)
        }
        expect(seen).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((x, i) => x !== b[i])
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0)
}
