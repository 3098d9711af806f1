/** An identity that an agent is asked to be is kept once, and the agent bears it. */
import { expect, it } from 'vitest'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { SHIPPED_IDENTITIES } from '../../../src/judging/identity.ts'
import { claimOf, COORDINATOR, createBench, taskId } from '../../support/plan-builder.ts'

const [first, second] = SHIPPED_IDENTITIES
if (!first || !second) throw new Error('none are shipped')

it('is recorded before its first agent, not again, and comes with each of its agents', () => {
  const bench = createBench()
  for (const id of ['a', 'b', 'c', 'd']) bench.add(id)
  const claims = [
    claimOf('a', 1, { identity: first }),
    claimOf('b', 2, { identity: first }),
    claimOf('c', 3),
  ]
  bench.must({ type: 'agents.claim', claims }, COORDINATOR)
  bench.claim('d', 4, { identity: second })
  const known = bench.changes.filter(({ entity }) => entity === 'identity')
  expect(known.map(({ after }) => after)).toEqual([first, second])
  expect([...bench.plan.identities]).toEqual([first.id, second.id])
  const of = (number: number) => bench.plan.agents.get(agentIdOf(number))?.identity
  expect(of(2)).toEqual({ id: first.id, name: first.name })
  expect([of(3), of(4)?.id]).toEqual([null, second.id])
  const [change] = known
  if (change?.entity === 'identity') bench.plan.put({ ...change, before: first, after: null })
  expect(bench.plan.identities.has(first.id)).toBe(false)
})

it('of a pilot is kept, too', () => {
  const bench = createBench()
  bench.add('a')
  bench.must({ type: 'task.pilot', claim: claimOf('a', 1, { identity: first }) })
  expect(bench.plan.identities.has(first.id)).toBe(true)
  expect(bench.task('a').id).toBe(taskId('a'))
})
