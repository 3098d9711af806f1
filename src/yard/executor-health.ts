/** How each profile stands on this machine: its program, its sign-in, and how its agents fared last. */
import { credentialsOf } from '../agents/clis/credentials.ts'
import { createVersions } from '../agents/clis/find-clis.ts'
import type { CommittedBatch } from '../coordinator/dispatch.ts'
import type { Agent } from '../domain/agent.ts'
import type { WorkFailure } from '../domain/failure.ts'
import { isAgentCli, type Profile } from '../domain/settings.ts'
import type { StoreReader } from '../store/store.ts'

export interface LastFailure {
  readonly agent: string
  readonly at: number
  readonly failure: WorkFailure
}

export interface ExecutorHealth {
  /** Null for a program that was not found, or has no version to tell. */
  version(profile: Profile, binary: string | null): Promise<string | null>
  credentials(profile: Profile): string | null
  /** Of its last agent that failed for a reason of its own; null after one that was done, or when there was none. */
  lastFailure(name: string): LastFailure | null
  note(batch: CommittedBatch): void
}

/** So far is looked back when it is first asked. */
const LOOK_BACK = 500

export function createExecutorHealth(
  env: Readonly<Record<string, string | undefined>>,
  store: Pick<StoreReader, 'agents'>,
): ExecutorHealth {
  const versions = createVersions(env)
  let known: Map<string, LastFailure | null> | null = null
  const all = (): Map<string, LastFailure | null> => {
    if (known) return known
    known = new Map()
    const last = store.agents({ which: 'dead', limit: LOOK_BACK })
    for (const agent of last.toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0)))
      noteEnd(known, agent)
    return known
  }
  return {
    version: async (profile, binary) =>
      binary === null || !(isAgentCli(profile.type) || profile.type === 'acp')
        ? null
        : versions.of(binary),
    credentials: (profile) => credentialsOf(profile, env),
    lastFailure: (name) => all().get(name) ?? null,
    note({ changes }) {
      if (!known) return
      for (const change of changes)
        if (change.entity === 'agent' && change.after && change.before?.state.kind !== 'ended')
          noteEnd(known, change.after)
    },
  }
}

/** A kill, a loss of the race or a limit says nothing of the executor. */
const OWN_FAULT: ReadonlySet<WorkFailure['class']> = new Set([
  'quota',
  'rate-limit',
  'overload',
  'auth',
  'bad-model',
  'crash',
  'lost',
  'launch',
  'missing-program',
])

function noteEnd(known: Map<string, LastFailure | null>, agent: Agent): void {
  if (agent.state.kind !== 'ended') return
  const { outcome, failure } = agent.state
  if (outcome === 'done') known.set(agent.executor, null)
  else if (failure && OWN_FAULT.has(failure.class))
    known.set(agent.executor, { agent: agent.id, at: agent.endedAt ?? 0, failure })
}
