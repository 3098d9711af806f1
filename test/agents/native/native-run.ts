/** Runs a native agent as the process that it is, planned by its executor, against the mock. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { applyEnvironment } from '../../../src/agents/executors/launch/environment.ts'
import { native } from '../../../src/agents/executors/native.ts'
import { execEventLine } from '../../../src/agents/executors/readers/exec-events.ts'
import { nativeOrderSchema, type Wire } from '../../../src/agents/native/native-order.ts'
import { runNative } from '../../../src/agents/native/run-native.ts'
import { execProgram } from '../../../src/agents/process/node-program.ts'
import { writePlannedFiles } from '../../../src/agents/runtime/stages/launch-stage.ts'
import type { LaunchOrder } from '../../../src/domain/executor.ts'
import type { Profile } from '../../../src/domain/settings.ts'
import type { Task } from '../../../src/domain/task.ts'
import { launchInput, launchOrder } from '../executors/launch-order.ts'
import { modelEntry } from '../executors/model-entry.ts'
import { readAll, type Reading } from '../executors/readers/transcript.ts'

const LAUNCHER = resolve(import.meta.dirname, '../../../src/agents/launcher-entry.ts')
export const KEY = 'not-a-real-key-of-the-mock'

export interface NativeOrderParts {
  readonly prompt: string
  /** Of OpenAI's own protocol there is no mock at its own address, so that wire is set in the order. */
  readonly wire?: Wire
  readonly profile?: Partial<Profile>
  readonly task?: Partial<Task>
  readonly resume?: string
  readonly modelId?: string
  readonly env?: Readonly<Record<string, string>>
  /** What the yard tells it in its environment. */
  readonly yard?: Readonly<Record<string, string>>
  /** Where it works instead of the place's own folder. */
  readonly cwd?: string
  /** It is only asked a question. */
  readonly answer?: LaunchOrder['answer']
}

export interface NativeResult extends Reading {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly conversation: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<NativeResult>
}

export interface NativePlace {
  readonly cwd: string
  readonly home: string
  /** As a process. */
  start(order: NativeOrderParts): Promise<Running>
  run(order: NativeOrderParts): Promise<NativeResult>
  /** The same in this process, which is much faster. */
  runHere(order: NativeOrderParts): Promise<NativeResult>
  remove(): Promise<void>
}

export async function makeNativePlace(mockUrl: string): Promise<NativePlace> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'yard-native-')))
  const cwd = join(home, 'work')
  await mkdir(cwd)
  const place = { home, cwd, mockUrl }
  const start = async (parts: NativeOrderParts): Promise<Running> => {
    const { argv, env, conversation } = await planned(place, parts)
    const [program, ...args] = argv
    const child = spawn(program, args, { cwd, env })
    child.stdin.end(parts.prompt)
    return { child, ended: collect(child, conversation) }
  }
  const runHere = async (parts: NativeOrderParts): Promise<NativeResult> => {
    const { argv, env, conversation } = await planned(place, parts)
    const order = nativeOrderSchema.parse(JSON.parse(await readFile(argv[2] ?? '', 'utf8')))
    let stdout = ''
    const end = await runNative({
      order,
      env: { ...env, ...parts.yard },
      prompt: parts.prompt,
      root: parts.cwd ?? cwd,
      now: () => Date.now(),
      signal: new AbortController().signal,
      emit: (event) => (stdout += execEventLine(event)),
    })
    const reading = readAll(native.createReader(), stdout, Date.now())
    return { exitCode: end === 'done' ? 0 : 1, stdout, stderr: '', conversation, ...reading }
  }
  return {
    cwd,
    home,
    start,
    run: async (order) => (await start(order)).ended,
    runHere,
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

interface Planned {
  readonly argv: readonly [string, ...string[]]
  readonly env: Record<string, string>
  readonly conversation: string
}

function orderFor(mockUrl: string, parts: NativeOrderParts): LaunchOrder {
  const { wire = 'messages', modelId = 'some-model' } = parts
  const provider = wire === 'messages' ? 'anthropic' : 'maker'
  const resume = parts.resume === undefined ? null : { executor: 'native', id: parts.resume }
  return launchOrder('native', {
    ...(parts.profile ? { profile: parts.profile } : {}),
    task: parts.task ?? {},
    order: {
      modelId,
      model: modelEntry(provider, {
        modelId,
        endpoint: `${mockUrl}/v1`,
        apiKeyEnv: parts.profile?.apiKeyEnv ?? 'MOCK_MODEL_KEY',
      }),
      resume,
      answer: parts.answer ?? null,
    },
  })
}

async function planned(
  { home, cwd, mockUrl }: { home: string; cwd: string; mockUrl: string },
  parts: NativeOrderParts,
): Promise<Planned> {
  const { wire = 'messages' } = parts
  const order = orderFor(mockUrl, parts)
  const inheritedEnv = {
    PATH: process.env['PATH'],
    HOME: home,
    MOCK_MODEL_KEY: KEY,
    ...parts.env,
  }
  const folder = await mkdtemp(join(home, 'agent-'))
  const plan = native.plan(
    launchInput(order, {
      cwd,
      folder,
      inheritedEnv,
      home: join(home, 'homes', 'native'),
      execProgram: (name) => execProgram(LAUNCHER, name),
      conversationId: randomUUID(),
    }),
  )
  if (!plan.ok) throw new Error(plan.error.reason)
  const { argv, env, conversationId, files = [] } = plan.value
  writePlannedFiles(plan.value)
  await setWire(argv[2] ?? '', files[0]?.content ?? '', wire)
  return { argv, env: applyEnvironment(inheritedEnv, env), conversation: conversationId ?? '' }
}

async function setWire(file: string, content: string, wire: Wire): Promise<void> {
  await writeFile(file, JSON.stringify({ ...JSON.parse(content), wire }))
}

async function collect(child: ChildProcess, conversation: string): Promise<NativeResult> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const exitCode = await new Promise<number | null>((done) => child.once('close', done))
  const reading = readAll(native.createReader(), stdout, Date.now())
  return { exitCode, stdout, stderr, conversation, ...reading }
}
