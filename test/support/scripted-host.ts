/** A host with a scripted yard behind the real contract: what the page asks for is answered from here, and news is pushed by hand. */
import { implement, ORPCError } from '@orpc/server'
import { contract } from '../../src/contract/contract.ts'
import { CONTRACT_VERSION } from '../../src/contract/version.ts'
import type { AgentView, Patch, Snapshot, Summary, TaskCard } from '../../src/contract/view.ts'

export const cardOf = (id: string, more: Partial<TaskCard> = {}): TaskCard => ({
  id,
  title: `Task ${id}`,
  status: 'open',
  state: 'ready',
  fact: null,
  reason: null,
  isDraft: false,
  stuck: null,
  priority: 'normal',
  after: [],
  tags: [],
  executor: 'shell',
  model: null,
  agent: null,
  attempts: 0,
  maxAttempts: 3,
  attemptsAllowed: 3,
  createdAt: '2026-11-20T09:00:00.000+00:00',
  startedAt: null,
  completedAt: null,
  notBefore: null,
  repeats: false,
  costUsd: null,
  ...more,
})

export const summaryOf = (more: Partial<Summary> = {}): Summary => ({
  name: 'atlas',
  folder: '~/src/atlas',
  host: 'service',
  version: '0.1.0',
  paused: false,
  readOnly: null,
  trusted: true,
  agents: { alive: 0, max: 4 },
  pausedAt: null,
  pausedBy: null,
  machine: { cores: 8, cpuPercent: null, memoryBytes: 16e9, memoryUsedBytes: 4e9, hold: null },
  today: { costUsd: null, tokens: null },
  dayCap: { usd: null, tokens: null },
  tasks: {},
  breakers: [],
  attention: [],
  membersDue: 0,
  mail: { open: 0, dead: 0 },
  ...more,
})

export const snapshotOf = (
  seq: number,
  tasks: TaskCard[],
  more: Partial<Snapshot> = {},
): Snapshot => ({
  seq,
  tasks,
  agents: [],
  summary: summaryOf(),
  positions: {},
  ...more,
})

export const patchOf = (from: number, seq: number, more: Partial<Patch> = {}): Patch => ({
  from,
  seq,
  tasks: [],
  removed: [],
  agents: [],
  summary: null,
  positions: null,
  topics: [],
  ...more,
})

export const agentOf = (id: string, task: string, more: Partial<AgentView> = {}): AgentView => ({
  id,
  task,
  executor: 'shell',
  executorType: 'shell',
  by: 'process',
  said: null,
  model: null,
  modelId: null,
  identity: null,
  status: 'working',
  stopReason: null,
  stoppingSince: null,
  outcome: null,
  failure: null,
  pid: 4112,
  claimedAt: '2026-11-20T10:00:00.000+00:00',
  startedAt: '2026-11-20T10:00:00.000+00:00',
  endedAt: null,
  lastHeardAt: null,
  doing: null,
  outputBytes: 0,
  isBusy: null,
  cpuPercent: null,
  memoryBytes: null,
  processes: null,
  timeoutMs: null,
  generation: 1,
  exitCode: null,
  usage: null,
  costSource: null,
  conversation: null,
  resumed: false,
  claimedBy: null,
  choice: null,
  triage: null,
  provenance: { executor: 'task', model: 'executor' },
  cwd: null,
  branch: null,
  baseCommit: null,
  changes: null,
  folder: `/yard/.yard/agents/${id}`,
  ...more,
})

export interface ScriptedHost {
  /** What `snapshot` answers from now on. */
  snapshot: Snapshot
  contractVersion: string
  /** Names of the procedures that were asked for, in order. */
  readonly asked: readonly string[]
  push(patch: Patch): void
  /** Any router of oRPC's handlers. */
  readonly router: ReturnType<typeof createRouter>
}

export function createScriptedHost(snapshot: Snapshot): ScriptedHost {
  const asked: string[] = []
  const followers = new Set<(patch: Patch) => void>()
  const host: ScriptedHost = {
    snapshot,
    contractVersion: CONTRACT_VERSION,
    asked,
    push: (patch) => followers.forEach((take) => take(patch)),
    get router() {
      return createRouter(host, asked, followers)
    },
  }
  return host
}

function createRouter(host: ScriptedHost, asked: string[], followers: Set<(patch: Patch) => void>) {
  const os = implement(contract)
  return {
    service: {
      hello: os.service.hello.handler(() => {
        asked.push('hello')
        return { contract: host.contractVersion, version: '0.1.0', pid: 1, root: '/yard' }
      }),
      snapshot: os.service.snapshot.handler(() => {
        asked.push('snapshot')
        return host.snapshot
      }),
      follow: os.service.follow.handler(({ signal }) => follow(host, followers, signal)),
      pause: os.service.pause.handler(() => {
        asked.push('pause')
        return { paused: true }
      }),
    },
    task: {
      edit: os.task.edit.handler(() => {
        asked.push('edit')
        const data = {
          kind: 'cycle',
          message: 'a → b → a would close a cycle',
          hint: 'Remove one',
        }
        throw new ORPCError('CONFLICT', { message: data.message, data })
      }),
    },
  }
}

async function* follow(
  host: ScriptedHost,
  followers: Set<(patch: Patch) => void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Patch> {
  const waiting: Patch[] = [patchOf(host.snapshot.seq, host.snapshot.seq)]
  let wake = (): void => {}
  const take = (patch: Patch): void => {
    waiting.push(patch)
    wake()
  }
  followers.add(take)
  signal?.addEventListener('abort', () => wake())
  try {
    while (!signal?.aborted) {
      for (let patch = waiting.shift(); patch; patch = waiting.shift()) yield patch
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    followers.delete(take)
  }
}
