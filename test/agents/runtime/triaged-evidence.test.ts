/** What an agent that was lost has left is verified only where a model is asked whether it had finished. */
import { expect, it } from 'vitest'
import { EMPTY_SUMMARY } from '../../../src/agents/executors/executor.ts'
import type { GitGuard } from '../../../src/agents/git/git-guard.ts'
import { settledEnd } from '../../../src/agents/runtime/evidence.ts'
import type { LineStages } from '../../../src/agents/runtime/stages/line-stage.ts'
import {
  createTracked,
  type LocalRuntimeOptions,
} from '../../../src/agents/runtime/tracked-agent.ts'
import type { StopOptions } from '../../../src/domain/executor.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { launchOrder } from '../executors/launch-order.ts'
import { project, sandbox } from '../git/git-sandbox.ts'

interface Lost {
  readonly triages: boolean
  readonly stop?: StopOptions
  readonly deliverables?: string[]
  readonly type?: 'claude' | 'shell'
}

/** How often its verify line is run. */
async function verified({ triages, stop, deliverables = [], type = 'claude' }: Lost) {
  const box = sandbox()
  project(box)
  const clock = createManualClock()
  const workplace = { cwd: box.root, branch: null, baseCommit: null }
  const task = { verify: 'true', deliverables }
  const order = launchOrder(type, { agent: { workplace }, task })
  const tracked = createTracked(order, { agents: box.root, clock })
  tracked.stop = stop ?? null
  let runs = 0
  const stages = {
    async run() {
      runs += 1
      return { code: 0, signal: null, endedAt: 0 }
    },
  } as unknown as LineStages
  const options = {
    root: box.root,
    clock,
    env: {},
    triages: () => triages,
    tail: {
      finish: async () => ({ summary: EMPTY_SUMMARY, stderrTail: '' }),
      forget: () => {},
    },
    hasLogged: () => false,
    reportOf: () => null,
    agentVariables: () => ({}),
    log: { warn: () => {} },
  } as unknown as LocalRuntimeOptions
  const guard: GitGuard = { file: `${box.home}/settings`, marker: 'm', isQuiet: () => true }
  const end = await settledEnd(
    tracked,
    { kind: 'lost', isFolderGone: false },
    { options, guard, stages },
  )
  return { runs, verify: end.evidence.verify }
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
