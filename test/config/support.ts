/** Config sources over files in a folder of their own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { loadConfig, type ConfigSources, type LoadedConfig } from '../../src/config/load.ts'
import type { Result } from '../../src/base/result.ts'
import type { Failure } from '../../src/domain/failure.ts'

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'yard-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface Given {
  readonly project?: string
  readonly global?: string
  readonly env?: Record<string, string>
  readonly flags?: Record<string, string | number>
}

export function sourcesOf(given: Given): ConfigSources & { readonly projectFile: string } {
  const folder = temporaryFolder()
  const projectFile = join(folder, '.yard', 'config.toml')
  const globalFile = join(folder, 'user', 'config.toml')
  mkdirSync(join(folder, '.yard'))
  mkdirSync(join(folder, 'user'))
  if (given.project !== undefined) writeFileSync(projectFile, given.project)
  if (given.global !== undefined) writeFileSync(globalFile, given.global)
  return { globalFile, projectFile, env: given.env ?? {}, flags: given.flags ?? {} }
}

export const load = (given: Given): LoadedConfig => valueOf(loadConfig(sourcesOf(given)))
export const refusal = (given: Given): Failure => errorOf(loadConfig(sourcesOf(given)))

export function valueOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`)
  return result.value
}

export function errorOf<E>(result: Result<unknown, E>): E {
  if (result.ok) throw new Error('it was not refused')
  return result.error
}

export const textOf = (file: string): string => readFileSync(file, 'utf8')
