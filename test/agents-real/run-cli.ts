/** Runs one real CLI to its end, started just as our executors plan it. */
import { randomUUID } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { ok, type Result } from '../../src/base/result.ts'
import type { LaunchOrder } from '../../src/domain/executor.ts'
import type { WorkFailure } from '../../src/domain/failure.ts'
import type { OutputReport } from '../../src/domain/output.ts'
import type { Profile } from '../../src/domain/settings.ts'
import { applyEnvironment } from '../../src/agents/executors/launch/environment.ts'
import { writePlannedFiles } from '../../src/agents/runtime/stages/launch-stage.ts'
import { execProgram } from '../../src/agents/process/node-program.ts'
import type { OutputSummary } from '../../src/agents/executors/executor.ts'
import { executorOf } from '../../src/agents/executors/registry.ts'
import { launchInput, launchOrder } from '../agents/executors/launch-order.ts'
import { KEY_NAME, KEY_VALUE } from './real-agents.ts'

export interface CliRun {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
  readonly reports: readonly OutputReport[]
  readonly summary: OutputSummary
  readonly conversationId: string | null
}

export interface CliOrder {
  readonly profile: Profile
  readonly prompt: string
  readonly cwd: string
  readonly modelId?: string
  readonly resume?: string
  readonly task?: Partial<LaunchOrder['task']>
  readonly notes?: LaunchOrder['notes']
  /** Codex refuses to work without our tools; without a yard it is not to ask for them. */
  readonly hasTools?: boolean
  /** What the yard itself would set. */
  readonly variables?: Readonly<Record<string, string>>
  /** What its executor keeps apart from the user's own. */
  readonly home?: string
  /** Asks it to stop, in its executor's own way. */
  readonly signal?: AbortSignal
}

const LAUNCHER = resolve(import.meta.dirname, '../../src/agents/launcher-entry.ts')
const LONGEST_MS = 150_000

const argumentsOf = (order: CliOrder, words: readonly string[]): readonly string[] =>
  order.hasTools ? words : words.map((word) => word.replace(',required=true', ''))

export async function runCli(order: CliOrder): Promise<Result<CliRun, WorkFailure>> {
  const { profile, prompt, cwd } = order
  const executor = executorOf(profile.type)
  if (!executor) throw new Error(`${profile.type} starts no process`)
  const resume = order.resume === undefined ? null : { executor: profile.name, id: order.resume }
  const whole = launchOrder(profile.type, {
    profile,
    ...(order.task ? { task: order.task } : {}),
    order: { modelId: order.modelId ?? 'some-model', resume, notes: order.notes ?? [] },
  })
  const inheritedEnv = { ...process.env, [KEY_NAME]: KEY_VALUE }
  const folder = await mkdtemp(join(tmpdir(), 'yard-agent-'))
  const conversationId = randomUUID()
  const input = launchInput(whole, {
    cwd,
    folder,
    inheritedEnv,
    platform: process.platform,
    execProgram: (name) => execProgram(LAUNCHER, name),
    which,
    conversationId,
    ...(order.home === undefined ? {} : { home: order.home }),
  })
  const planned = executor.plan(input)
  if (!planned.ok) return planned
  const { env, stdin } = planned.value
  writePlannedFiles(planned.value)
  const [program, ...args] = planned.value.argv
  const child = execa(program, argumentsOf(order, args), {
    cwd,
    env: { ...applyEnvironment(inheritedEnv, env), ...order.variables },
    extendEnv: false,
    input: stdin === 'prompt' ? prompt : '',
    reject: false,
    timeout: LONGEST_MS,
    stripFinalNewline: false,
    forceKillAfterDelay: executor.graceMs,
  })
  order.signal?.addEventListener('abort', () => child.kill(executor.stopSignal))
  const { exitCode, stdout, stderr } = await child
  await rm(folder, { recursive: true, force: true })
  const reader = executor.createReader()
  const now = Date.now()
  const told = stderr.split('\n').flatMap((line) => reader.readError?.(line, now) ?? [])
  const said = stdout.split('\n').flatMap((line) => reader.read(line, now))
  const reports = [...told, ...said, ...(reader.rest?.() ?? [])]
  return ok({
    exitCode,
    stdout,
    stderr,
    reports,
    summary: reader.finish(),
    conversationId: planned.value.conversationId,
  })
}

function which(path: string): string | null {
  try {
    accessSync(path, constants.X_OK)
    return path
  } catch {
    return null
  }
}
