/** Whether a profile could run here: its key, and its program by the PATH that agents get. */
import { isAbsolute } from 'node:path'
import { createVersions, credentialsOf } from '../../agents/clis/find-clis.ts'
import { missingKey } from '../../agents/executors/launch/environment.ts'
import { missingNativeKey } from '../../agents/executors/native.ts'
import { which } from '../../agents/runtime/stages/launch-stage.ts'
import type { Clock } from '../../base/clock.ts'
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import type { Agent } from '../../domain/agent.ts'
import type { WorkFailure } from '../../domain/failure.ts'
import { modelFor, profileModelOf } from '../../domain/routing/models.ts'
import { generalModel, profileOf } from '../../domain/routing/resolve.ts'
import {
  isAgentCli,
  type ExecutorType,
  type Profile,
  type Settings,
} from '../../domain/settings.ts'
import type { StoreReader } from '../../store/store.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** For the model that is named, else for what the profile would take. */
export function probe(
  settings: Settings,
  name: string,
  parts: { env: Environment; paths: { root: string } },
  model: string | null = null,
): { binary: string | null; problem: string | null } {
  const profile = profileOf(settings, name)
  if (!profile) return { binary: null, problem: `there is no executor ${name}` }
  if (NO_PROGRAM.has(profile.type)) return { binary: null, problem: null }
  if (profile.type === 'http') return { binary: null, problem: serviceProblem(profile, parts.env) }
  // Its program is a part of Yardmaster.
  if (profile.type === 'native')
    return { binary: null, problem: nativeProblem(settings, profile, model, parts.env) }
  const keyless = missingKey(profile, parts.env)
  if (keyless) return { binary: null, problem: keyless.reason }
  const program = programOf(profile)
  if (program === null) return { binary: null, problem: `executors.${name}.command is not set` }
  const binary = which(program, parts.env, parts.paths.root)
  return { binary, problem: binary === null ? notFound(profile, program) : null }
}

/** The absolute path of a program by name; null when it is not on this machine. */
type FindProgram = (program: string) => string | null

export const programsOn =
  ({ env, root }: { readonly env: Environment; readonly root: string }): FindProgram =>
  (program) =>
    which(program, env, root)

/** Answers of `find` that are at most `CACHED_MS` old: every card of a ready task asks. */
export function cachedPrograms(find: FindProgram, clock: Pick<Clock, 'monotonic'>): FindProgram {
  const known = new Map<string, { readonly path: string | null; readonly at: number }>()
  return (program) => {
    const now = clock.monotonic()
    let entry = known.get(program)
    if (!entry || now - entry.at > CACHED_MS)
      known.set(program, (entry = { path: find(program), at: now }))
    return entry.path
  }
}
const CACHED_MS = 2000

/**
 * Why an agent of this profile would be refused on this machine before it starts: its key or its program is missing. That says
 * nothing of its provider, so it holds back this profile alone. Null when nothing is missing.
 */
export function hostProblem(
  settings: Settings,
  { executor, model }: { readonly executor: string; readonly model: string | null },
  machine: { readonly env: Environment; readonly find: FindProgram },
): string | null {
  const profile = profileOf(settings, executor)
  if (!profile) return null
  if (profile.type === 'native')
    return model === null ? null : nativeProblem(settings, profile, model, machine.env)
  const keyless = isAgentCli(profile.type) ? missingKey(profile, machine.env) : null
  return keyless?.reason ?? missingProgram(profile, machine.find)
}

/** A relative path is looked up in the folder of each agent, so only its launch can tell. */
function missingProgram(profile: Profile, find: FindProgram): string | null {
  if (!isAgentCli(profile.type) && !isNamed(profile.type)) return null
  const program = programOf(profile)
  if (program === null || (/[/\\]/.test(program) && !isAbsolute(program))) return null
  return find(program) === null ? notFound(profile, program) : null
}

const notFound = ({ name }: Profile, program: string): string =>
  `${program} was not found on the PATH: install it, or name its binary in executors.${name}.command`

/** Without a model of its own it can run here as long as there is a key for one of those that it knows. */
function nativeProblem(
  settings: Settings,
  profile: Profile,
  model: string | null,
  env: Environment,
): string | null {
  const word = model ?? profile.model ?? generalModel(settings, profile)?.name ?? null
  const named = word === null ? null : modelFor(settings, profile, word)
  const known = named?.ok
    ? [named.value.entry]
    : Object.values(settings.models).filter(({ name }) => modelFor(settings, profile, name).ok)
  let first: string | null = null
  for (const entry of known) {
    const problem = missingNativeKey(profile, entry, {
      inherited: env,
      profileModel: profileModelOf(settings, profile),
    })
    if (problem === null) return null
    first ??= problem
  }
  return first
}

const programOf = ({ type, command }: Profile): string | null =>
  type === 'shell' ? shellOf(process.platform) : (command?.[0] ?? (isNamed(type) ? null : type))

/** Its program is the one that its command names. */
const isNamed = (type: ExecutorType): boolean => type === 'command' || type === 'acp'

/** Somebody else does the work, or another executor. */
const NO_PROGRAM: ReadonlySet<ExecutorType> = new Set(['manual', 'external', 'schedule'])

function serviceProblem(
  { name, url, headers }: Profile,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (url === null)
    return name === 'http'
      ? 'it has no address of its own: set executors.http.url, or name an address as the executor of a task'
      : `executors.${name}.url is not set`
  const variable = Object.values(headers)
    .flatMap((value) => (typeof value === 'string' ? [] : [value.from]))
    .find((from) => !env[from])
  return variable === undefined ? null : `${variable} is not set: it holds a header`
}

const shellOf = (platform: NodeJS.Platform): string =>
  platform === 'win32' ? 'powershell.exe' : '/bin/sh'

/** How each profile stands on this machine: its program, its sign-in, and how its agents fared last. */
interface LastFailure {
  readonly agent: string
  readonly at: number
  readonly failure: WorkFailure
}

export type ExecutorHealth = ReturnType<typeof createExecutorHealth>

/** So far is looked back when it is first asked. */
const LOOK_BACK = 500

export function createExecutorHealth(
  env: Readonly<Record<string, string | undefined>>,
  store: Pick<StoreReader, 'agents'>,
) {
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
    /** Null for a program that was not found, or has no version to tell. */
    version: async (profile: Profile, binary: string | null): Promise<string | null> =>
      binary === null || !(isAgentCli(profile.type) || profile.type === 'acp')
        ? null
        : versions.of(binary),
    credentials: (profile: Profile): string | null => credentialsOf(profile, env),
    /** Of its last agent that failed for a reason of its own; null after one that was done, or when there was none. */
    lastFailure: (name: string): LastFailure | null => all().get(name) ?? null,
    note({ changes }: CommittedBatch): void {
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
