/** What an agent that was lost or ran out of time has left is verified only where a model is asked whether it had finished. */
import { expect, it } from 'vitest'
import { EMPTY_SUMMARY } from '../../../src/agents/executors/executor.ts'
import type { GitGuard } from '../../../src/agents/git/git-guard.ts'
import { settledEnd, type ObservedEnd } from '../../../src/agents/runtime/evidence.ts'
import type { LineStages } from '../../../src/agents/runtime/stages/line-stage.ts'
import {
  createTracked,
  type LocalRuntimeOptions,
  type TrackedAgent,
} from '../../../src/agents/runtime/tracked-agent.ts'
import type { Agent } from '../../../src/domain/agent.ts'
import type { StopOptions } from '../../../src/domain/executor.ts'
import { workFailure } from '../../../src/domain/failure.ts'
import type { CheckSettings } from '../../../src/domain/judging/judging-settings.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { launchOrder } from '../executors/launch-order.ts'
import { project, sandbox } from '../git/git-sandbox.ts'

interface Lost {
  readonly triages: boolean
  readonly stop?: StopOptions
  readonly deliverables?: string[]
  readonly type?: 'claude' | 'shell'
  readonly observed?: ObservedEnd
  readonly reports?: Agent['report']
  /** Lines of `[evaluation.checks]`; each ends with 0. */
  readonly checks?: readonly CheckSettings[]
  /** What happens while a line runs. */
  readonly during?: (tracked: TrackedAgent) => void
}

/** How often its verify line is run. */
async function verified(lost: Lost) {
  const { runs, verify } = await settled(lost)
  return { runs, verify }
}

async function settled(lost: Lost) {
  const { triages, stop, deliverables = [], type = 'claude', reports = null } = lost
  const box = sandbox()
  project(box)
  const clock = createManualClock()
  const workplace = { cwd: box.root, branch: null, baseCommit: null }
  const task = { verify: lost.checks ? null : 'true', deliverables }
  const order = launchOrder(type, { agent: { workplace }, task })
  const tracked = createTracked(order, { agents: box.root, clock })
  tracked.stop = stop ?? null
  let runs = 0
  const stages = {
    async run() {
      runs += 1
      lost.during?.(tracked)
      return { code: 0, signal: null, endedAt: 0 }
    },
  } as unknown as LineStages
  const options = {
    root: box.root,
    clock,
    env: {},
    triages: () => triages,
    checksOf: () => lost.checks ?? [],
    tail: {
      finish: async () => ({ summary: EMPTY_SUMMARY, stderrTail: '' }),
      forget: () => {},
    },
    hasLogged: () => false,
    reportOf: () => reports,
    agentVariables: () => ({}),
    log: { warn: () => {} },
  } as unknown as LocalRuntimeOptions
  const guard: GitGuard = { file: `${box.home}/settings`, marker: 'm', isQuiet: () => true }
  const end = await settledEnd(tracked, lost.observed ?? { kind: 'lost', isFolderGone: false }, {
    options,
    guard,
    stages,
  })
  return { runs, verify: end.evidence.verify, checks: end.evidence.checks }
}

const STOP: StopOptions = { graceMs: 0, force: false }

it('is verified where a model is asked', async () => {
  expect(await verified({ triages: true })).toMatchObject({ runs: 1, verify: { code: 0 } })
})

it.each<[string, Lost]>([
  ['none is asked', { triages: false }],
  ['it was stopped', { triages: true, stop: STOP }],
  ['a deliverable is missing', { triages: true, deliverables: ['missing.txt'] }],
  ['it is a shell line', { triages: true, type: 'shell' }],
])('is not where %s', async (_, lost) => {
  expect(await verified(lost)).toEqual({ runs: 0, verify: null })
})

it('is where a verdict has stopped it for its result', async () => {
  const stop = { ...STOP, keepsResult: true }
  expect(await verified({ triages: false, stop })).toMatchObject({ runs: 1, verify: { code: 0 } })
})

const ended = (code: number, signal: NodeJS.Signals | null): ObservedEnd => ({
  kind: 'exited',
  exit: { code, signal, endedAt: 0 },
})

it.each([
  ['by the polite signal', ended(143, 'SIGTERM')],
  ['with a code of its own', ended(143, null)],
  ['as if all were well', ended(0, null)],
])('is where a watch has ended it, it ended %s, and a model is asked', async (_, observed) => {
  const stop = { ...STOP, keepsResult: true }
  const verify = { code: 0 }
  expect(await verified({ triages: true, stop, observed })).toMatchObject({ runs: 1, verify })
})

it('is not where it has said itself that it failed', async () => {
  const stop = { ...STOP, keepsResult: true }
  const reports = { kind: 'fail', failure: workFailure('reported', 'I cannot') } as const
  const observed = ended(143, 'SIGTERM')
  expect(await verified({ triages: true, stop, observed, reports })).toMatchObject({ runs: 0 })
})

const check = (name: string): CheckSettings => ({
  name,
  line: `run ${name}`,
  gates: true,
  timeoutMs: 1000,
})
const checks = [check('lint'), check('test')]
const cut = { ok: false, isCut: true }

it('is said to be unchecked where nothing was run, as nobody is asked', async () => {
  const said = await settled({ triages: false, checks })
  expect(said).toMatchObject({ runs: 0, checks: [cut, cut] })
})

it('is said to be unchecked by those that a stop came before', async () => {
  const during = (tracked: TrackedAgent): void => void (tracked.stop = STOP)
  const said = await settled({ triages: true, checks, during })
  expect(said).toMatchObject({
    runs: 1,
    checks: [
      { name: 'lint', ok: true },
      { name: 'test', ...cut },
    ],
  })
})
