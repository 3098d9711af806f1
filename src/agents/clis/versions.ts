/** Versions of programs, each asked once until the program changes. */
import { statSync } from 'node:fs'
import type { Environment } from '../executors/executor.ts'
import { runBriefly } from './run-briefly.ts'

const PATIENCE_MS = 5000

export interface Versions {
  /** Null when the program does not say one in time. Never throws. */
  of(binary: string): Promise<string | null>
}

export function createVersions(env: Environment): Versions {
  const known = new Map<string, Promise<string | null>>()
  return {
    of(binary) {
      const key = `${binary} ${changedAt(binary)}`
      let version = known.get(key)
      if (!version) known.set(key, (version = ask(binary, env)))
      return version
    },
  }
}

function changedAt(path: string): number {
  try {
    return statSync(path).mtimeMs
  } catch {
    return 0 // gone meanwhile
  }
}

async function ask(binary: string, env: Environment): Promise<string | null> {
  const ended = await runBriefly({
    command: binary,
    args: ['--version'],
    env,
    timeoutMs: PATIENCE_MS,
  })
  return ended.kind === 'ended' && ended.code === 0 ? versionIn(ended.stdout) : null
}

/** The first thing in a text that looks like a version. */
export const versionIn = (text: string): string | null =>
  /\d+\.\d+(?:\.\d+)?[\w.+-]{0,40}/.exec(text)?.[0] ?? null
