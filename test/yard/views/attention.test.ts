import { expect, it } from 'vitest'
import { yardAttention } from '../../../src/yard/views/attention.ts'
import { COORDINATOR, createBench } from '../../support/plan-builder.ts'

it('a silent agent is shown with its task', () => {
  const bench = createBench()
  bench.add('a')
  bench.claim('a', 1)
  const breaker = { key: 'silence:agent-1', kind: 'silence', subject: 'agent-1' } as const
  const reason = 'task a: agent-1 has shown no sign of life for 5m'
  bench.must({ type: 'breaker.trip', ...breaker, reason, until: null }, COORDINATOR)
  const yard = { plan: bench.plan, isTrusted: () => true, readOnly: () => null, openedAt: 0 }
  expect(yardAttention(yard)).toMatchObject([
    { kind: 'silence', task: 'a', agent: 'agent-1', text: `agent-1: ${reason}` },
  ])
})
