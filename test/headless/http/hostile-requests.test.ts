/**
 * No request breaks the yard. What is accepted can be shown, exported, imported and followed from then on; what is not is refused
 * with a status that says why, and never as a fault of the program.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inputOf, ODD_VALUES, TASKS, type Procedure } from './hostile-values.ts'
import { called, named, readAll, rest, rpc, type Request } from '../read-every-view.ts'
import { openServedYard } from '../served-yard.ts'

const namesOf = (list: readonly Procedure[]): string[] => list.map(({ name }) => name)
const CHANGING = called.filter(({ method }) => method !== 'GET')

const requestTo = (call: string): fc.Arbitrary<Request> =>
  inputOf(named(call)).map((input) => ({ call, input }))
/** Tasks first of all: what they hold is read by every view. */
const request = fc.oneof(
  { weight: 4, arbitrary: requestTo('task.add') },
  { weight: 3, arbitrary: requestTo('task.edit') },
  { weight: 2, arbitrary: requestTo('task.import') },
  { weight: 2, arbitrary: requestTo('task.complete') },
  { weight: 8, arbitrary: fc.constantFrom(...namesOf(CHANGING)).chain(requestTo) },
  { weight: 3, arbitrary: fc.constantFrom(...namesOf(called)).chain(requestTo) },
)

/** Answers patches until one is as new as the journal. */
async function followTo(
  patches: AsyncIterator<{ readonly seq: number }>,
  seq: () => number,
): Promise<void> {
  for (;;) {
    const next = await patches.next()
    if (next.done || next.value.seq >= seq()) return
  }
}

describe('accepted requests', () => {
  it('leave every view, export and stream readable', async () => {
    expect(CHANGING.length).toBeGreaterThan(30)
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 15, maxLength: 30 }), async (requests) => {
        const host = await openServedYard()
        try {
          for (const id of TASKS.slice(0, 2))
            await host.call('/api/task', { method: 'POST', body: { id, title: id, exec: 'true' } })
          const patches = host.served.view.follow()
          for (const [index, one] of requests.entries()) {
            const answer = await (index % 2 === 0 ? rpc(host, one) : rest(host, one))
            if (answer.status >= 500) throw new Error(`${answer.status} ${answer.text}`)
          }
          await host.call('/api/task', { method: 'POST', body: { title: 'The last' } })
          await followTo(patches, () => host.yard.store.seq)
          await readAll(host)
        } finally {
          await host.close()
        }
      }),
      { numRuns: 3, endOnFailure: true },
    )
  })
})

describe('any request', () => {
  it('is answered, and never as a fault of the program', async () => {
    const host = await openServedYard()
    const anything = fc.record({
      procedure: fc.constantFrom(...called),
      body: ODD_VALUES,
      id: fc.constantFrom(
        't0',
        '%00',
        '%ff',
        '..%2f..',
        'agent-1',
        '%F0%9F%98%80',
        'x'.repeat(3000),
      ),
      query: fc.constantFrom(
        '',
        '?limit=-1',
        '?limit=1e9',
        '?a[b][c]=1',
        '?id[]=1&id[]=2',
        '?%00=%00',
      ),
      isRpc: fc.boolean(),
    })
    await host.call('/api/task', { method: 'POST', body: { id: 't0', title: 't0', exec: 'true' } })
    try {
      await fc.assert(
        fc.asyncProperty(anything, async ({ procedure, body, id, query, isRpc }) => {
          const { method } = procedure
          const path = procedure.path.replaceAll(/\{\w+\}/g, id)
          const answer = isRpc
            ? await host.call(`/rpc/${procedure.name.replace('.', '/')}`, {
                method: 'POST',
                body: { json: body, meta: [[1, 'x']] },
              })
            : await host.call(
                `/api${path}${query}`,
                method === 'GET' ? { method } : { method, body },
              )
          if (answer.status >= 500) throw new Error(`${answer.status} ${answer.text}`)
          expect(answer.status).toBeGreaterThanOrEqual(200)
        }),
        { numRuns: 120 },
      )
      await readAll(host)
    } finally {
      await host.close()
    }
  })
})
