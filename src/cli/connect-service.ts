/** Starts the headless host in the background. It is on its own: nothing of it is tied to the caller's terminal, pipes or life. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { err, ok, type Result } from '../base/result.ts'
import type { YardPaths } from '../config/paths.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { findOwner, type Owner } from './owner.ts'

/** A yard of 100,000 tasks opens in a second; a machine under load takes its time. */
const START_PATIENCE_MS = 30_000
const LOOK_MS = 40

export interface StartOrder {
  readonly paths: YardPaths
  readonly headlessEntry: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** The owner that answers: the one started here, or another that was faster. */
export async function startService(order: StartOrder): Promise<Result<Owner, Failure>> {
  const folder = mkdtempSync(join(tmpdir(), 'yard-start-'))
  const words = join(folder, 'stderr')
  try {
    const child = spawnDetached(order, words)
    return await untilAnswer(order.paths, child, () => lastLine(words))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function spawnDetached(
  { headlessEntry, args, env, paths }: StartOrder,
  words: string,
): ChildProcess {
  const stderr = openSync(words, 'w', 0o600)
  try {
    const child = spawn(process.execPath, [headlessEntry, ...args], {
      cwd: paths.root,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'ignore', stderr],
      env: strangerEnvironment(env),
    })
    child.unref()
    return child
  } finally {
    closeSync(stderr)
  }
}

/** A host is nobody's agent, and has no terminal. */
function strangerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { YARD_URL: _url, YARD_DIR: _dir, YARD_HANDED_OVER: _handed, ...own } = env
  return own
}

async function untilAnswer(
  paths: YardPaths,
  child: ChildProcess,
  lastWords: () => string,
): Promise<Result<Owner, Failure>> {
  let failed: string | null = null
  child.once('error', (error) => (failed = error.message))
  child.once('exit', () => (failed ??= lastWords()))
  const giveUpAt = performance.now() + START_PATIENCE_MS
  for (let looksAfterEnd = 0; performance.now() < giveUpAt;) {
    const owner = await findOwner(paths, { kind: 'person' })
    if (owner) return ok(owner)
    // The one who was faster holds the lock before it answers.
    if (failed !== null && ++looksAfterEnd > 50) break
    await delay(LOOK_MS)
  }
  return err(
    failure('io', `the service did not start: ${failed || 'it does not answer'}`, {
      hint: 'see `yard service logs`, or `yard serve` in the foreground',
    }),
  )
}

function lastLine(file: string): string {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    return lines.at(-1)?.replace(/^yard: /, '') ?? ''
  } catch {
    return '' // removed already
  }
}
