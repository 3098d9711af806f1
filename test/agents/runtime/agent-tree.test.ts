/** What counts as progress of an agent whose output says nothing, by what the launcher tells of its processes. */
import { beforeEach, describe, expect, it } from 'vitest'
import { measureTrees } from '../../../src/agents/runtime/agent-tree.ts'
import { createTracked, type TrackedAgent } from '../../../src/agents/runtime/tracked-agent.ts'
import type { TreeCpu } from '../../../src/agents/process/host/process-tree.ts'
import { silentLog } from '../../../src/base/log.ts'
import { ok } from '../../../src/base/result.ts'
import { createProfile } from '../../../src/config/models.ts'
import type { LaunchOrder } from '../../../src/domain/executor.ts'
import type { ExecutorType } from '../../../src/domain/settings.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'

const MINUTE = 60_000
const tool = (pid: number, cpuMs: number) => ({ pid, startTime: String(pid), cpuMs })
const QUIET: TreeCpu = { cpuMs: 900, count: 2, memoryBytes: null, tools: [], ioBytes: 5_000_000 }

let clock: ManualClock
let tree: TreeCpu
let one: TrackedAgent
beforeEach(() => {
  clock = createManualClock()
  tree = QUIET
})

function hold(type: ExecutorType): void {
  const profile = createProfile(type, type, { permissions: 'workspace', stdin: 'none' })
  // Only what is looked at here: the rest of an order has no part in this.
  const agent = { id: 'agent-1', workplace: null }
  one = createTracked({ agent, profile } as unknown as LaunchOrder, { agents: '/nowhere', clock })
  one.leader = { pid: 10, startTime: '10' }
}

const launcher = { treeCpu: async () => ok([tree]) } as unknown as Parameters<
  typeof measureTrees
>[1]['launcher']

/** Two looks, a minute apart. */
async function isBusyAfter(
  change: Partial<TreeCpu>,
  before: Partial<TreeCpu> = {},
): Promise<boolean> {
  const options = { launcher, clock, log: silentLog, host: {} as never }
  tree = { ...QUIET, ...before }
  await measureTrees([one], options)
  clock.advance(MINUTE)
  tree = { ...tree, ...change }
  await measureTrees([one], options)
  return one.isBusy
}

describe('an agent CLI', () => {
  beforeEach(() => hold('claude'))

  it.each([30, 290])('that hangs and uses %i ms of CPU a minute makes no progress', async (ms) => {
    expect(await isBusyAfter({ cpuMs: QUIET.cpuMs + ms, ioBytes: 5_000_400 })).toBe(false)
  })

  it('that spins makes none either: only its tools count', async () => {
    expect(await isBusyAfter({ cpuMs: QUIET.cpuMs + MINUTE })).toBe(false)
  })

  it('makes progress when it starts a tool', async () => {
    expect(await isBusyAfter({ tools: [tool(20, 0)] })).toBe(true)
  })

  it('makes progress when a tool ends, or gives way to another', async () => {
    expect(await isBusyAfter({ tools: [] }, { tools: [tool(20, 0)] })).toBe(true)
    expect(await isBusyAfter({ tools: [tool(21, 0)] }, { tools: [tool(20, 0)] })).toBe(true)
  })

  it('makes progress while a tool works, such as a long quiet build', async () => {
    expect(await isBusyAfter({ tools: [tool(20, 9000)] }, { tools: [tool(20, 100)] })).toBe(true)
  })

  it('makes none while its tool only waits', async () => {
    expect(await isBusyAfter({ tools: [tool(20, 390)] }, { tools: [tool(20, 100)] })).toBe(false)
  })

  it('makes progress when it reads and writes files, or an answer comes in', async () => {
    expect(await isBusyAfter({ ioBytes: 5_020_000 })).toBe(true)
  })

  it('is told by its whole tree where nobody can tell its tools apart', async () => {
    expect(await isBusyAfter({ cpuMs: QUIET.cpuMs + 290, tools: null })).toBe(false)
    expect(await isBusyAfter({ cpuMs: QUIET.cpuMs + 9000, tools: null })).toBe(true)
  })
})

it('codex, which writes a journal while it hangs, makes progress by more than that', async () => {
  hold('codex')
  expect(await isBusyAfter({ ioBytes: 5_000_000 + 60 * 8000 })).toBe(false)
  expect(await isBusyAfter({ ioBytes: 5_000_000 + 60 * 20_000 })).toBe(true)
})

describe('a shell line', () => {
  it('is its own work', async () => {
    hold('shell')
    expect(await isBusyAfter({ cpuMs: QUIET.cpuMs + 9000 })).toBe(true)
    expect(await isBusyAfter({})).toBe(false)
  })
})
