/** How an executor stands: whether it can start agents here and now, and what would help. Pure. */
import type { FoundCli } from '../../../../contract/start-screen.ts'
import type { BreakerView } from '../../../../contract/view.ts'
import { EXECUTOR_KINDS } from '../../../../domain/settings.ts'
import { isAgentCli, type ExecutorType } from '../../../../domain/settings.ts'
import type { ExecutorView } from '../../../model/session/link.ts'
import { formatKey, keyParts, type ConfigEntry } from '../../../components/config-entry.ts'
import { countText, instantText, plural } from '../../../ui/format.ts'

export interface Standing {
  /** Of a lamp. */
  readonly lamp: 'done' | 'parked' | 'failed' | 'abandoned'
  readonly word: string
  /** Why, in a line; null = nothing to say. */
  readonly reason: string | null
}

export const typeLabel = ({ type }: Pick<ExecutorView, 'type'>): string =>
  EXECUTOR_KINDS[type].label

const NOT_INSTALLED: Standing = { lamp: 'abandoned', word: 'Not installed', reason: null }

export function standingOf(
  view: ExecutorView,
  breakers: readonly BreakerView[],
  isMissing = false,
): Standing {
  if (isMissing) return NOT_INSTALLED
  if (!view.canRun) return { lamp: 'failed', word: 'Cannot run', reason: view.problem }
  const held = heldBy(view, breakers)
  if (!held) return { lamp: 'done', word: 'Ready', reason: null }
  const word = held.kind !== 'provider' ? 'Held' : held.until === null ? 'Signed out' : 'Asleep'
  const until = held.until === null ? '' : ` until ${instantText(held.until)}`
  return { lamp: 'parked', word: `${word}${until}`, reason: held.reason }
}

/** The breaker that keeps it from starting agents now; null = none does. */
export const heldBy = (
  { name, account }: Pick<ExecutorView, 'name' | 'account'>,
  breakers: readonly BreakerView[],
): BreakerView | null =>
  breakers.find(
    ({ kind, subject }) =>
      (kind === 'launch' && subject === name) ||
      (kind === 'provider' && account !== null && subject === account),
  ) ?? null

/** Work that is done elsewhere: nothing is started here for it. */
const ELSEWHERE: ReadonlySet<ExecutorType> = new Set(['http', 'external', 'manual', 'schedule'])

/** `15 profiles, 3 of 11 programs can start here`: people and services start nothing. */
export function countNote(list: readonly Pick<ExecutorView, 'type' | 'canRun'>[]): string {
  const programs = list.filter(({ type }) => !ELSEWHERE.has(type))
  const able = programs.filter(({ canRun }) => canRun).length
  const all = plural(list.length, 'profile')
  if (programs.length === 0) return all
  return `${all}, ${countText(able)} of ${plural(programs.length, 'program')} can start here`
}

/** Types that keep a sign-in, or a key, to look for. */
export const wantsSignIn = ({ type }: Pick<ExecutorView, 'type'>): boolean =>
  isAgentCli(type) || type === 'native'

/** The program found on this machine, if it is the one that the profile uses. */
export const cliOf = (view: ExecutorView, clis: readonly FoundCli[]): FoundCli | null =>
  clis.find(({ type, path }) => type === view.type && path === view.binary) ?? null

/** Null = nobody knows. */
export const versionOf = (view: ExecutorView, clis: readonly FoundCli[]): string | null =>
  view.version ?? (view.binary === null ? null : (cliOf(view, clis)?.version ?? null))

/** What its column Found says: the version where it is known, else the program, else who does the work. */
export function foundText(view: ExecutorView, clis: readonly FoundCli[]): string {
  if (view.type === 'manual') return 'A person'
  return versionOf(view, clis) ?? view.binary ?? ''
}

export interface Fix {
  readonly text: string
  readonly command: string
}

/** Its file names a program of its own. */
export const namesProgram = (name: string, config: readonly ConfigEntry[]): boolean =>
  config.some(({ key }) => {
    const [table, own, field] = keyParts(key)
    return table === 'executors' && own === name && field === 'command'
  })

/** An agent CLI that this machine does not have, and that nobody said it has: no error. */
export const isMissing = (
  view: ExecutorView,
  clis: readonly FoundCli[],
  config: readonly ConfigEntry[],
): boolean =>
  !view.canRun &&
  clis.some(({ type, path }) => type === view.type && path === null) &&
  !namesProgram(view.name, config)

/** What mends a profile that cannot run, as commands for a terminal. `hasProgram`: its file names a program of its own. */
export function fixesOf(
  view: ExecutorView,
  clis: readonly FoundCli[],
  hasProgram: boolean,
): readonly Fix[] {
  if (view.canRun) return []
  const key = formatKey(['executors', view.name, 'command'])
  const install = clis.find(({ type }) => type === view.type)?.install ?? null
  const path = {
    text: hasProgram ? 'Name another program:' : 'Or say where it is:',
    command: `yard config '${key}' '["/path/to/${view.type === 'command' ? 'program' : view.type}"]'`,
  }
  if (hasProgram || install === null) return takesProgram(view) ? [path] : []
  return [{ text: 'Install it:', command: install }, path]
}

const takesProgram = ({ type }: ExecutorView): boolean =>
  isAgentCli(type) || type === 'acp' || type === 'command'
