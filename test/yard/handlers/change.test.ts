/** Several changes as one command: one commit, or none. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskChange } from '../../../src/contract/task.ts'
import { addCommand, asAgent, claimOf, COORDINATOR } from '../../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
  for (const id of ['a', 'b', 'c']) await bench.run(addCommand(id))
})
afterEach(() => bench.close())

const titles = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await bench.client.task.list({})).map(({ id, title }) => [id, title]))
const edit = (id: string, title: string) => ({ do: 'edit', id, edit: { title } }) as const
function commits(): number[] {
  const seen: number[] = []
  bench.test.yard.onCommitted(({ changes }) => seen.push(changes.length))
  return seen
}

describe('several changes', () => {
  it('are one commit, and the same id has one effect', async () => {
    const seen = commits()
    const changes: TaskChange[] = [
      edit('a', 'A'),
      { do: 'hold', id: 'b' },
      { do: 'add', task: { id: 'd', title: 'D', after: ['a'] } },
      { do: 'remove', id: 'c' },
    ]
    const wanted = { changes, commandId: 'once' }
    const ids = [['a'], ['b'], ['d'], ['c']]
    expect(await bench.client.task.change(wanted)).toEqual({ ids })
    expect(await bench.client.task.change(wanted)).toEqual({ ids })
    expect(await titles()).toEqual({ a: 'A', b: 'b', d: 'D' })
    expect(seen).toHaveLength(1)
  })

  it('are taken back whole when one is refused, and later commands find nothing of them', async () => {
    const { yard } = bench.test
    const seen = commits()
    const seq = yard.store.seq
    await bench.run({ type: 'agents.claim', claims: [claimOf('c', 1)] }, COORDINATOR)
    const failure = await failureOf(
      bench.client.task.change({
        changes: [edit('a', 'A'), { do: 'remove', id: 'b' }, { do: 'remove', id: 'c' }],
      }),
    )
    expect(failure).toMatchObject({ kind: 'in-use', facts: { id: 'c', change: 2 } })
    expect(await titles()).toEqual({ a: 'a', b: 'b', c: 'c' })
    expect(seen).toHaveLength(1)
    await bench.client.task.edit({ id: 'b', title: 'B' })
    expect(await titles()).toEqual({ a: 'a', b: 'B', c: 'c' })
    expect(yard.store.seq).toBeGreaterThan(seq)
  })

  it('are a person’s alone', async () => {
    await bench.run({ type: 'agents.claim', claims: [claimOf('a', 1)] }, COORDINATOR)
    const agent = bench.clientOf(asAgent(1, 'a'))
    expect(await failureOf(agent.task.change({ changes: [edit('a', 'A')] }))).toMatchObject({
      kind: 'not-allowed',
    })
    const command = { type: 'tasks.change', commands: [{ type: 'task.release', id: 'a' }] } as never
    await expect(bench.run(command, asAgent(1, 'a'))).rejects.toThrow('may not')
  })

  it('never name an executor that is not there', async () => {
    const changes = [edit('a', 'A'), { do: 'edit', id: 'b', edit: { executor: 'nobody' } }] as const
    expect(await failureOf(bench.client.task.change({ changes: [...changes] }))).toMatchObject({
      kind: 'unknown-executor',
    })
    expect(await titles()).toMatchObject({ a: 'a' })
  })
})

it('several tasks are removed with one command, and what waited for them is joined', async () => {
  await bench.client.task.edit({ id: 'b', addAfter: ['a'] })
  await bench.client.task.edit({ id: 'c', addAfter: ['b'] })
  const seen = commits()
  const wanted = { ids: ['b'], dependents: 'join', commandId: 'once' } as const
  for (const _ of [1, 2])
    expect(await bench.client.task.removeAll({ ...wanted, ids: ['b'] })).toEqual({ removed: ['b'] })
  expect(await bench.client.task.get({ id: 'c' })).toMatchObject({ after: ['a'] })
  expect(seen).toHaveLength(1)
})
