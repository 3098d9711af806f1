import { expect, it } from 'vitest'
import type { JudgeIssue } from '../../../src/domain/judging/judgement.ts'
import type { EndpointState } from '../../../src/yard/fleet/open-fleet.ts'
import { yardAttention } from '../../../src/yard/views/attention.ts'
import { COORDINATOR, createBench, type Bench } from '../../support/plan-builder.ts'

const yardOf = (
  { plan }: Pick<Bench, 'plan'>,
  issues: readonly JudgeIssue[],
  canaries: 'ask' | 'auto' | 'off' = 'ask',
) => ({
  fleet: { endpoint: (): EndpointState | null => null },
  mail: { alerts: () => [] },
  plan,
  isTrusted: () => true,
  readOnly: () => null,
  openedAt: 0,
  now: () => 0,
  judging: { judgeIssues: () => issues },
  config: () => ({
    settings: { judging: { canaries }, evaluation: { onFailure: 'hold' as const } },
  }),
})

it('a silent agent is shown with its task', () => {
  const bench = createBench()
  bench.add('a')
  bench.claim('a', 1)
  const breaker = { key: 'silence:agent-1', kind: 'silence', subject: 'agent-1' } as const
  const reason = 'task a: agent-1 has shown no sign of life for 5m'
  bench.must({ type: 'breaker.trip', ...breaker, reason, until: null }, COORDINATOR)
  const yard = yardOf(bench, [])
  expect(yardAttention(yard)).toMatchObject([
    { kind: 'silence', task: 'a', agent: 'agent-1', text: `agent-1: ${reason}` },
  ])
})

const UNMEASURED: JudgeIssue = {
  executor: 'claude',
  model: 'sonnet',
  prompt: 'v2',
  kind: 'unmeasured',
  flag: null,
  measuredAt: null,
  canaries: ['one', 'two'],
  costUsd: 0.42,
  isUnderWay: false,
  isDue: false,
  hold: null,
}

it('a judge that was not measured is told with the command that measures it, and its price', () => {
  const told = yardAttention(yardOf(createBench(), [UNMEASURED]))
  expect(told).toMatchObject([
    {
      kind: 'judge',
      task: null,
      judge: { name: 'claude/sonnet', issue: 'unmeasured', calls: 2, costUsd: 0.42 },
    },
  ])
  expect(told[0]?.text).toBe(
    'judge claude/sonnet: its scores decide results, and it was never measured: yard evaluators check claude/sonnet (2 calls, about $0.42)',
  )
  const issue = { ...UNMEASURED, costUsd: null }
  expect(yardAttention(yardOf(createBench(), [issue]))[0]?.reason).toContain(
    'a price that is not known',
  )
  expect(yardAttention(yardOf(createBench(), [UNMEASURED], 'off'))).toEqual([])
})

it('a flagged judge is told with what that means and the way out, whatever the setting', () => {
  const flag = { code: 'lenient', text: 'bad work is scored 0.20 too high' } as const
  const issue: JudgeIssue = { ...UNMEASURED, kind: 'flagged', flag, measuredAt: 5000 }
  const [told] = yardAttention(yardOf(createBench(), [issue], 'off'))
  expect(told).toMatchObject({ judge: { issue: 'flagged' }, since: expect.stringMatching(/:05/) })
  expect(told?.reason).toMatch(
    /decide nothing, for bad work is scored 0\.20 too high; .* wait for a person \(evaluation\.on_failure\).*judging\.executor.*yard evaluators check claude\/sonnet/,
  )
})

it('an endpoint that cannot be opened is shown with why', () => {
  const state = { listen: '0.0.0.0:7443', url: null, pin: null, since: 5000 }
  const yard = (problem: string | null) => ({
    ...yardOf(createBench(), []),
    fleet: { endpoint: () => ({ ...state, problem }) },
  })
  expect(yardAttention(yard('port 7443 is taken'))).toMatchObject([
    { kind: 'endpoint', task: null, reason: expect.stringContaining('port 7443 is taken') },
  ])
  expect(yardAttention(yard(null))).toEqual([])
})
