/** The configuration of an open yard: where it is read from, and how its files are changed. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorText } from '../base/text.ts'
import { ok, orElse, type Result } from '../base/result.ts'
import { editConfig, previewConfig, type ConfigChange, type ConfigEdit } from '../config/edit.ts'
import { withFileLock } from '../config/file-lock.ts'
import { loadConfig, type ConfigSources, type LoadedConfig } from '../config/load.ts'
import { userPaths } from '../config/paths.ts'
import type { Flags } from '../contract/service.ts'
import { fail, failure, type Failure } from '../domain/failure.ts'
import type { Plan } from '../domain/plan.ts'
import type { Settings, TransportSettings } from '../domain/settings.ts'
import { isFinished } from '../domain/task.ts'
import { replaceFile } from '../files/replace-file.ts'
import { recentConfigs } from './start-screen/recent-yards.ts'
import { confirmTrust, isTrusted } from './access/trust.ts'
import { hostName } from './messages/recipients.ts'
import type { OpenYardOptions, YardParts } from './yard.ts'

type Source = Pick<OpenYardOptions, 'paths' | 'env'>

export function readConfig(options: Source, flags: Flags): Result<LoadedConfig, Failure> {
  const loaded = loadConfig(sourcesWith(options, flags))
  if (!loaded.ok) return loaded
  const { settings } = loaded.value
  const transport = withMachine(settings, options.paths.service.machine)
  return ok({ ...loaded.value, settings: { ...settings, transport } })
}

/** Where no name is set, that of the host with four digits: hosts of one name are common, and two yards of one host are two machines. */
function withMachine({ transport, fleet }: Settings, file: string): TransportSettings {
  if (transport.machine !== null) return transport
  const isNamed = transport.type !== 'local' || fleet.listen !== null
  const digits = orElse(() => machineDigits(file, isNamed), null)
  return digits === null ? transport : { ...transport, machine: `${hostName()}-${digits}` }
}

/** They stay once they are made. Throws where the file cannot be had. */
function machineDigits(file: string, isMade: boolean): string | null {
  if (!existsSync(file)) {
    if (!isMade) return null
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    replaceFile(file, `${randomBytes(2).toString('hex')}\n`)
  }
  const text = readFileSync(file, 'utf8').trim()
  return /^[0-9a-f]{4}$/.test(text) ? text : null
}

/** Everything that the configuration is made from while these flags hold. */
function sourcesWith(options: Source, flags: Flags): ConfigSources {
  const named: Record<string, string | number> = {}
  if (flags.maxAgents !== undefined) named['coordinator.max_agents'] = flags.maxAgents
  if (flags.model !== undefined) named['coordinator.model'] = flags.model
  if (flags.executor !== undefined) named['coordinator.executor'] = flags.executor
  if (flags.pollIntervalMs !== undefined)
    named['coordinator.poll_interval'] = `${flags.pollIntervalMs}ms`
  if (flags.retryAfterMs !== undefined) named['messages.retry_after'] = `${flags.retryAfterMs}ms`
  return { ...configSources(options), flags: named }
}

const configSources = ({ paths, env }: Source) => ({
  globalFile: userPaths(env).config,
  projectFile: paths.config,
  env,
})

type Parts = Scene & {
  readonly reload: () => Promise<Result<LoadedConfig, Failure>>
}

type Scene = Pick<YardParts, 'options' | 'current' | 'opened' | 'dataFolder'>

/** Where edits are made, and what they must go with. */
function sceneOf({ options, current, opened, dataFolder }: Scene) {
  return {
    sources: { ...configSources(options), otherProjects: recentConfigs(dataFolder) },
    applied: {
      sources: sourcesWith(options, current.flags),
      refuse: (was: Settings, next: Settings) => stillUsed(opened.plan, was, next),
    },
  }
}

/** What would be in force after these edits of the project's file. */
export function previewEdits(
  parts: Scene,
  edits: readonly ConfigEdit[],
): Result<LoadedConfig, Failure> {
  const { sources, applied } = sceneOf(parts)
  return previewConfig(sources, edits, applied)
}

/** Writes a config file under its lock, and only what can be applied at once. */
export async function configure(
  parts: Parts,
  scope: 'project' | 'global',
  edits: readonly ConfigEdit[],
): Promise<Result<readonly ConfigChange[], Failure>> {
  const { options, dataFolder, reload } = parts
  const { sources, applied } = sceneOf(parts)
  const place = { paths: options.paths, dataFolder }
  const file = scope === 'global' ? sources.globalFile : sources.projectFile
  const written = await underLock(file, () => {
    // Asked of the file as it stands now: what somebody else put there meanwhile is not confirmed along with this.
    const wasTrusted = isTrusted(place)
    const edited = editConfig(sources, scope, edits, applied)
    if (!edited.ok) return edited
    // The person who says what shall stand there has seen it.
    if (wasTrusted && !isTrusted(place)) confirmTrust(place)
    return edited
  })
  if (!written.ok) return written
  const reloaded = await reload()
  return reloaded.ok ? ok(written.value) : reloaded
}

const MOST_TASKS_TOLD = 3

/** Tasks that have not ended and could not start, or go on, without a profile that `next` has no more. */
function stillUsed(plan: Plan, before: Settings, next: Settings): Failure | null {
  const gone = Object.keys(before.executors).filter((name) => !Object.hasOwn(next.executors, name))
  for (const name of gone) {
    const tasks = [...plan.tasks.values()].filter(
      (task) =>
        !isFinished(task) && (task.executor === name || plan.agentOf(task.id)?.executor === name),
    )
    if (tasks.length === 0) continue
    const more = tasks.length - MOST_TASKS_TOLD
    const ids = tasks.slice(0, MOST_TASKS_TOLD).map(({ id }) => id)
    const told = more > 0 ? `${ids.join(', ')} and ${more} more` : ids.join(', ')
    return failure(
      'in-use',
      `executor "${name}" is still used by tasks that have not ended: ${told}`,
      {
        hint: 'give them another executor, or end them first; nothing was changed',
        facts: { tasks: tasks.map(({ id }) => id) },
      },
    )
  }
  return null
}

async function underLock<T>(
  file: string,
  run: () => Result<T, Failure>,
): Promise<Result<T, Failure>> {
  try {
    return await withFileLock(file, run)
  } catch (error) {
    const why = errorText(error)
    return fail('io', `${file} could not be written: ${why}`, {
      hint: 'is its folder writable?',
      facts: { file },
    })
  }
}
