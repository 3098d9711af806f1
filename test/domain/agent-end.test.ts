/** The completion table, the reasons for which an agent is stopped, and what both mean for its task. */
import { describe, expect, it } from 'vitest'
import type { Agent, StopReason } from '../../src/domain/agent.ts'
import { judge, type Evidence } from '../../src/domain/completion.ts'
import {
  FAILURE_CLASSES,
  VERDICTS,
  workFailure,
  type FailureClass,
} from '../../src/domain/failure.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import {
  asAgent,
  COORDINATOR,
  createBench,
  endCommand,
  evidenceOf,
  taskId,
  type Bench,
} from '../support/plan-builder.ts'

const exit = (code: number | null, signal: string | null = null) => ({ exit: { code, signal } })
const saidDone: Agent['report'] = { kind: 'done' }
const saidFail: Agent['report'] = { kind: 'fail', failure: workFailure('reported', 'I cannot') }
const fine = { finalExpected: true, final: { ok: true, text: 'All done.' } }
const wrong = { finalExpected: true, final: { ok: false, text: 'API error' } }
const mute = { finalExpected: true, final: null }
const empty = { finalExpected: true, final: { ok: true, text: '  ' } }
const quota = { failure: workFailure('quota', 'limit reached') }
const logged = { hasLogged: true } as const
const noWork = { needsWork: true, work: 'none' } as const

type Row = readonly [string, string, Agent['report'], Partial<Evidence>, string]
/** what happened · type of executor · what it said · what is known · verdict */
const ROWS: readonly Row[] = [
  ['a shell exits with 0', 'shell', null, {}, 'done'],
  ['a shell exits with 3', 'shell', null, exit(3), 'failed exit'],
  ['a shell is not found (127)', 'shell', null, exit(127), 'failed exit'],
  ['a shell is ended by a signal', 'shell', null, exit(null, 'SIGKILL'), 'failed exit'],
  ['a shell says done and exits with 3', 'shell', saidDone, exit(3), 'failed exit'],
  ['a shell says done and exits with 0', 'shell', saidDone, {}, 'done'],
  ['a shell says fail and exits with 0', 'shell', saidFail, {}, 'failed reported'],
  ['a command exits with 1', 'command', null, exit(1), 'failed exit'],
  ['a command is not found (127)', 'command', null, exit(127), 'failed missing-program'],
  ['a CLI exits with 0 and a good answer', 'claude', null, fine, 'done'],
  ['a CLI exits with 0 and an error as its answer', 'claude', null, wrong, 'failed crash'],
  [
    'a CLI exits with 0 and an error of a known class',
    'claude',
    null,
    { ...wrong, ...quota },
    'failed quota',
  ],
  ['a CLI exits with 0 and no answer at all', 'claude', null, mute, 'failed crash'],
  [
    'a CLI exits with 0 and no answer, and a known error',
    'claude',
    null,
    { ...mute, ...quota },
    'failed quota',
  ],
  ['a CLI exits with 0, an empty answer and no work', 'claude', null, empty, 'failed no-work'],
  [
    'a CLI exits with 0, an empty answer and work',
    'claude',
    null,
    { ...empty, work: 'found' },
    'done',
  ],
  [
    'a CLI exits with 0, an empty answer and a log line',
    'native',
    null,
    { ...empty, ...logged },
    'done',
  ],
  [
    'a CLI exits with 0, a short answer and no work',
    'native',
    null,
    { ...fine, work: 'none' },
    'done',
  ],
  [
    'work is needed and there is only a log line',
    'native',
    null,
    { ...fine, ...noWork, ...logged },
    'failed no-work',
  ],
  ['a CLI exits with 1 and a good answer', 'claude', null, { ...fine, ...exit(1) }, 'failed crash'],
  [
    'a CLI exits with 1 and a known error',
    'codex',
    null,
    { ...mute, ...exit(1), ...quota },
    'failed quota',
  ],
  [
    'a CLI exits with 0, a good answer and a passing error before',
    'claude',
    null,
    { ...fine, ...quota },
    'done',
  ],
  ['a CLI is not found (127)', 'codex', null, { ...mute, ...exit(127) }, 'failed missing-program'],
  [
    'a CLI is ended by a signal',
    'claude',
    null,
    { ...mute, ...exit(null, 'SIGSEGV') },
    'failed crash',
  ],
  ['a CLI says done and exits with 1', 'claude', saidDone, { ...mute, ...exit(1) }, 'done'],
  ['a CLI says done and its answer is an error', 'claude', saidDone, wrong, 'done'],
  ['a CLI says fail and exits with 0', 'claude', saidFail, fine, 'failed reported'],
  ['work is needed and there is none', 'claude', null, { ...fine, ...noWork }, 'failed no-work'],
  ['work is needed and found', 'claude', null, { ...fine, needsWork: true, work: 'found' }, 'done'],
  ['work is needed and nobody can tell', 'claude', null, { ...fine, needsWork: true }, 'done'],
  [
    'work is needed, there is none, and it says done',
    'claude',
    saidDone,
    { ...fine, ...noWork },
    'done',
  ],
  [
    'a merge is left unfinished, although it says done',
    'claude',
    saidDone,
    { ...fine, unfinished: 'merge' },
    'failed no-work',
  ],
  ['a deliverable is missing', 'shell', null, { missingDeliverables: ['a.txt'] }, 'failed no-work'],
  [
    'a deliverable is missing although it says done',
    'claude',
    saidDone,
    { missingDeliverables: ['a.txt'] },
    'failed no-work',
  ],
  [
    'its verify command fails',
    'claude',
    null,
    { ...fine, verify: { code: 1, tail: 'x' } },
    'failed verify',
  ],
  [
    'its verify command fails although it says done',
    'claude',
    saidDone,
    { ...fine, verify: { code: 1, tail: 'x' } },
    'failed verify',
  ],
  ['its verify command passes', 'shell', null, { verify: { code: 0, tail: '' } }, 'done'],
  ['it vanished', 'claude', null, { how: 'lost', exit: null }, 'lost lost'],
  ['it vanished after it said done', 'claude', saidDone, { how: 'lost', exit: null }, 'done'],
  [
    'it vanished after it said done, without its deliverable',
    'claude',
    saidDone,
    { how: 'lost', exit: null, missingDeliverables: ['a'] },
    'failed no-work',
  ],
  [
    'it vanished after it said fail',
    'claude',
    saidFail,
    { how: 'lost', exit: null },
    'failed reported',
  ],
  ['it never ran', 'shell', null, { how: 'never-ran', exit: null }, 'lost lost free'],
  ['it could not be launched', 'shell', null, { how: 'not-launched', exit: null }, 'failed launch'],
  [
    'it could not be isolated',
    'claude',
    null,
    { how: 'not-launched', exit: null, failure: workFailure('isolation', 'no worktree') },
    'failed isolation',
  ],
]

describe('the completion table', () => {
  it.each(ROWS)('%s (%s)', (...row) => {
    const [, type, report, evidence, expected] = row
    const { outcome, failure, isFree } = judge(evidenceOf(evidence), report, type)
    expect([outcome, failure?.class, isFree ? 'free' : ''].filter(Boolean).join(' ')).toBe(expected)
  })
})

const ENDS = {
  well: {},
  badly: exit(1),
  vanished: { how: 'lost', exit: null },
  'never ran': { how: 'never-ran', exit: null },
  'not launched': { how: 'not-launched', exit: null },
} as const satisfies Record<string, Partial<Evidence>>
type End = keyof typeof ENDS

/** Outcome of the agent · state of its task · attempts, and `held` when it reopens paused. A task asks for two attempts. */
const STOPS: Record<StopReason | 'none', Record<End, string>> = {
  none: {
    well: 'done · done · 0',
    badly: 'failed · open · 1',
    vanished: 'lost · open · 1',
    'never ran': 'lost · open · 0',
    'not launched': 'failed · open · 1',
  },
  killed: {
    well: 'killed · open · 0 held',
    badly: 'killed · open · 0 held',
    vanished: 'killed · open · 0 held',
    'never ran': 'killed · open · 0 held',
    'not launched': 'killed · open · 0 held',
  },
  redispatch: {
    well: 'killed · open · 0',
    badly: 'killed · open · 0',
    vanished: 'killed · open · 0',
    'never ran': 'killed · open · 0',
    'not launched': 'killed · open · 0',
  },
  timeout: {
    well: 'failed · open · 1',
    badly: 'failed · open · 1',
    vanished: 'failed · open · 1',
    'never ran': 'failed · open · 1',
    'not launched': 'failed · open · 1',
  },
  silent: {
    well: 'lost · open · 1',
    badly: 'lost · open · 1',
    vanished: 'lost · open · 1',
    'never ran': 'lost · open · 1',
    'not launched': 'lost · open · 1',
  },
  // Nobody has answered: as any silent one.
  triaged: {
    well: 'lost · open · 1',
    badly: 'lost · open · 1',
    vanished: 'lost · open · 1',
    'never ran': 'lost · open · 1',
    'not launched': 'lost · open · 1',
  },
  // Its report counts, whatever its program made of the stop.
  reported: {
    well: 'done · done · 0',
    badly: 'done · done · 0',
    vanished: 'lost · open · 1',
    'never ran': 'lost · open · 0',
    'not launched': 'failed · open · 1',
  },
  budget: {
    well: 'done · done · 0',
    badly: 'killed · waiting · 0',
    vanished: 'killed · waiting · 0',
    'never ran': 'killed · waiting · 0',
    'not launched': 'killed · waiting · 0',
  },
  'taken-back': {
    well: 'superseded · open · 0',
    badly: 'superseded · open · 0',
    vanished: 'lost · open · 0',
    'never ran': 'lost · open · 0',
    'not launched': 'failed · open · 0',
  },
  superseded: {
    well: 'superseded · done · 0',
    badly: 'superseded · done · 0',
    vanished: 'superseded · done · 0',
    'never ran': 'superseded · done · 0',
    'not launched': 'superseded · done · 0',
  },
  abandoned: {
    well: 'killed · abandoned · 0',
    badly: 'killed · abandoned · 0',
    vanished: 'killed · abandoned · 0',
    'never ran': 'killed · abandoned · 0',
    'not launched': 'killed · abandoned · 0',
  },
}

function stop(bench: Bench, reason: StopReason | 'none'): void {
  const id = taskId('a')
  if (reason === 'none') return
  if (reason === 'superseded')
    bench.must({
      type: 'task.complete',
      id,
      agentId: null,
      generation: null,
      artifacts: [],
      force: false,
      nextFireAt: null,
    })
  else if (reason === 'abandoned') bench.must({ type: 'task.abandon', id, withDependents: false })
  else bench.must({ type: 'agent.stop', agentId: agentIdOf(1), reason, force: false }, COORDINATOR)
}

const told = (bench: Bench): string => {
  const agent = bench.changes.findLast((change) => change.entity === 'agent')?.after
  const outcome =
    agent && 'claimedAt' in agent && agent.state.kind === 'ended' ? agent.state.outcome : '?'
  const { state, attempts, held } = bench.task('a')
  return `${outcome} · ${state.kind} · ${attempts}${held ? ' held' : ''}`
}

describe('an end after a stop', () => {
  const cells = Object.entries(STOPS).flatMap(([reason, row]) =>
    Object.entries(row).map(
      ([end, expected]) => [reason as StopReason, end as End, expected] as const,
    ),
  )
  it.each(cells)('for %s that went %s: %s', (reason, end, expected) => {
    const bench = createBench()
    bench.add('a', { maxAttempts: 2 })
    bench.claim('a', 1)
    stop(bench, reason)
    bench.end(1, 1, ENDS[end])
    expect(told(bench)).toBe(expected)
  })

  it.each(['timeout', 'silent'] as const)('for %s is success when it had said done', (reason) => {
    const bench = createBench()
    bench.add('a')
    bench.claim('a', 1)
    const id = taskId('a')
    bench.must(
      {
        type: 'task.complete',
        id,
        agentId: agentIdOf(1),
        generation: 1,
        artifacts: [],
        force: false,
        nextFireAt: null,
      },
      asAgent(1, 'a'),
    )
    stop(bench, reason)
    bench.end(1, 1, { how: 'lost', exit: null })
    expect(told(bench)).toBe('done · done · 0')
  })
})

describe('an end before the stop was asked for, which nobody knew yet', () => {
  const endOf = (bench: Bench, evidence: Partial<Evidence>, endedAt: number): string => {
    const nothing = { usage: null, conversation: null, changes: null, nextFireAt: null }
    const end = { ...nothing, evidence: evidenceOf(evidence), artifacts: [], jitter: 0.5, endedAt }
    bench.must({ type: 'agent.end', agentId: agentIdOf(1), generation: 1, ...end }, COORDINATOR)
    return told(bench)
  }
  const stoppedAt = (reason: StopReason): Bench => {
    const bench = createBench()
    bench.add('a', { maxAttempts: 2 })
    bench.claim('a', 1)
    bench.at += 20_000
    stop(bench, reason)
    return bench
  }

  it.each([
    ['timeout', 'done · done · 0'],
    ['silent', 'done · done · 0'],
    ['budget', 'done · done · 0'],
    ['killed', 'done · done · 0'],
    ['redispatch', 'done · done · 0'],
    ['abandoned', 'killed · abandoned · 0'],
  ] as const)('counts as what it was: %s, %s', (reason, expected) => {
    const bench = stoppedAt(reason)
    expect(endOf(bench, {}, bench.at - 16_000)).toBe(expected)
  })

  it.each([
    ['by a signal, is that of the stop', exit(null, 'SIGTERM')],
    [
      'whose verify command the stop cut short, is not believed',
      { verify: { code: 75, tail: '' } },
    ],
  ] as const)('%s', (_, evidence) => {
    const bench = stoppedAt('timeout')
    endOf(bench, evidence, bench.at - 16_000)
    expect(bench.task('a').lastFailure?.class).toBe('timeout')
  })

  it('counts where the clock was set back after its claim, too', () => {
    const bench = createBench()
    bench.at += 3_600_000
    bench.add('a', { maxAttempts: 2 })
    bench.claim('a', 1)
    bench.at -= 3_500_000
    stop(bench, 'timeout')
    expect(endOf(bench, {}, bench.at - 16_000)).toBe('done · done · 0')
  })

  it('is told from one after it, however often the stop is asked for', () => {
    const bench = stoppedAt('killed')
    const endedAt = bench.at + 500
    bench.at += 5000
    bench.must({ type: 'agent.stop', agentId: agentIdOf(1), reason: 'killed', force: true })
    expect(endOf(bench, {}, endedAt)).toBe('killed · open · 0 held')
  })
})

describe('the class of a failure', () => {
  const EXPECTED: Record<(typeof VERDICTS)[FailureClass], string> = {
    park: 'open · 0 parked',
    'back-off': 'open · 0 delayed',
    ask: 'waiting · 0',
    fail: 'failed · 1',
    retry: 'open · 1 delayed',
    'retry-if-asked': 'failed · 1',
  }
  it.each(FAILURE_CLASSES)('%s sets what becomes of the task', (name) => {
    const bench = createBench()
    bench.add('a', { exec: null })
    bench.claim('a', 1, { executor: 'claude', executorType: 'claude', provider: 'anthropic' })
    bench.end(1, 1, { ...exit(1), failure: workFailure(name, name) })
    const { state, attempts } = bench.task('a')
    const wait =
      state.kind !== 'open' ? '' : state.park ? ' parked' : state.notBefore ? ' delayed' : ''
    expect(`${state.kind} · ${attempts}${wait}`).toBe(EXPECTED[VERDICTS[name]])
    const sleeps = VERDICTS[name] === 'park' || name === 'auth'
    expect(bench.plan.breakers.size).toBe(sleeps ? 1 : 0)
  })

  it('of a repeating task brings its next time, not a failed task', () => {
    const bench = createBench()
    const schedule = { spec: '09:00', tz: null }
    bench.must({
      type: 'task.add',
      task: { id: taskId('a'), title: 'a', exec: 'true', schedule },
      nextFireAt: null,
    })
    bench.claim('a', 1)
    bench.must(endCommand(1, 1, exit(2), { nextFireAt: bench.at + 1000 }), COORDINATOR)
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: bench.at + 1000 },
      firstSuccessAt: null,
      lastFailure: { class: 'exit' },
    })
  })
})

describe('a person’s fail', () => {
  it('of a repeating task brings its next time too', () => {
    const bench = createBench()
    const schedule = { spec: '09:00', tz: null }
    const id = taskId('a')
    bench.must({
      type: 'task.add',
      task: { id, title: 'a', exec: 'true', schedule },
      nextFireAt: null,
    })
    bench.claim('a', 1)
    bench.must({
      type: 'task.fail',
      id,
      agentId: null,
      generation: null,
      reason: 'no',
      class: 'reported',
      nextFireAt: bench.at + 1000,
    })
    expect(bench.task('a')).toMatchObject({
      state: { kind: 'open', notBefore: bench.at + 1000 },
      firstSuccessAt: null,
      lastFailure: { reason: 'no' },
    })
  })
})

it('keeps that what it used is a lower bound', () => {
  const bench = createBench()
  bench.add('a')
  bench.claim('a', 1)
  const usage = {
    inputTokens: 10,
    outputTokens: 2,
    cachedTokens: null,
    reasoningTokens: null,
    costUsd: null,
    atLeast: true as const,
  }
  const nothing = { conversation: null, changes: null, nextFireAt: null, artifacts: [] }
  const decided = bench.run(
    {
      type: 'agent.end',
      agentId: agentIdOf(1),
      generation: 1,
      jitter: 0.5,
      endedAt: bench.at,
      evidence: evidenceOf({}),
      usage,
      ...nothing,
    },
    COORDINATOR,
  )
  const events = decided.ok ? decided.value.events : []
  expect(events.find(({ type }) => type === 'agent.ended')).toMatchObject({ usage })
})
