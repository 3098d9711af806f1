/** Starts the CLI of an agent: its program (the profile's `command`, or the usual name), its arguments, and our tools. */
import { MARKER_VARIABLE } from '../../../domain/ids.ts'
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { workFailure, type WorkFailure } from '../../../domain/failure.ts'
import type { AnswerOrder, LaunchOrder } from '../../../domain/executor.ts'
import type { AgentCliType, Permissions } from '../../../domain/settings.ts'
import type {
  Environment,
  Executor,
  LaunchInput,
  LaunchPlan,
  PilotInput,
  PilotPlan,
  PlannedFile,
} from '../executor.ts'
import { agentEnvironment, missingKey } from './environment.ts'

type Variables = Readonly<Record<string, string>>

/** The CLI of an agent; its type is its program's usual name. */
interface AgentCli extends Pick<Executor, 'createReader' | 'stopSignal' | 'idleIo'> {
  readonly type: AgentCliType
  /** Variables that yield to those it inherits. */
  readonly defaults?: Variables
  /** Who chooses the id of a new conversation; `cli`: it tells it in its output. */
  readonly choosesId: 'we' | 'cli'
  /** False where no person can drive it in a terminal. */
  readonly hasScreen?: boolean
  /** The binary behind a launcher, where killing the launcher would leave it running. */
  behindLauncher?(path: string, platform: NodeJS.Platform): string
  unsupported?(order: LaunchOrder): WorkFailure | null
  invocation(start: CliStart): Invocation
  /** As it is only asked a question: the narrowest that it can be started. */
  answering(start: CliStart, question: AnswerOrder): Invocation
}

export interface CliStart extends PilotInput {
  readonly isPilot: boolean
  readonly resumed: string | null
  /** Empty for a pilot, whose terminal has one of its own. */
  readonly inheritedEnv: Environment
}

interface Invocation extends Omit<LaunchPlan, 'argv' | 'env' | 'stdin' | 'conversationId'> {
  readonly args: readonly string[]
  readonly stdin?: LaunchPlan['stdin']
  /** More variables that yield to those it inherits. */
  readonly defaults?: Variables
  /** Variables that yield to those of the profile only, and variables that yield to none. */
  readonly usual?: Variables
  readonly set?: Variables
}

export const agentCli = (cli: AgentCli): Executor => ({
  type: cli.type,
  plan: (input) => planHeadless(cli, input),
  ...(cli.hasScreen === false ? {} : { pilot: (input) => planPilot(cli, input) }),
  createReader: cli.createReader,
  stopSignal: cli.stopSignal,
  graceMs: 5_000,
  givesFinal: true,
  idleIo: cli.idleIo ?? 0,
})

function planHeadless(cli: AgentCli, input: LaunchInput): Result<LaunchPlan, WorkFailure> {
  const { order, inheritedEnv, platform } = input
  const missing = missingKey(order.profile, inheritedEnv)
  const program = missing ? err(missing) : findProgram(input, cli.type)
  if (!program.ok) return program
  const unfit = cli.unsupported?.(order) ?? null
  if (unfit) return err(unfit)
  const resumed = resumedOf(input)
  const start = { ...input, isPilot: false, resumed }
  const { answer } = order
  const started = answer === null ? cli.invocation(start) : cli.answering(start, answer)
  const { args, defaults, usual, set, ...rest } = started
  const [path, ...leading] = program.value
  const env = agentEnvironment(order.profile, inheritedEnv, { ...cli.defaults, ...defaults })
  return ok({
    stdin: 'prompt',
    ...rest,
    argv: [cli.behindLauncher?.(path, platform) ?? path, ...leading, ...args],
    env: { ...env, set: { ...usual, ...env.set, ...set } },
    conversationId: answer === null ? conversationOf(cli, input) : null,
  })
}

/** The terminal finds the program by itself. */
function planPilot(cli: AgentCli, input: PilotInput): Result<PilotPlan, WorkFailure> {
  const unfit = cli.unsupported?.(input.order) ?? null
  if (unfit) return err(unfit)
  const resumed = resumedOf(input)
  const started = cli.invocation({ ...input, isPilot: true, resumed, inheritedEnv: {} })
  const { args, defaults, usual, set, stdin: _, ...rest } = started
  const [name = cli.type, ...leading] = input.order.profile.command ?? []
  return ok({
    ...rest,
    argv: [name, ...leading, ...args],
    defaults: { ...cli.defaults, ...defaults },
    set: { ...usual, ...set },
    conversationId: conversationOf(cli, input),
  })
}

const conversationOf = ({ choosesId }: AgentCli, input: PilotInput): string | null =>
  resumedOf(input) ?? (choosesId === 'we' ? input.conversationId : null)

/** `--name=value` keeps a value that begins with a dash from being an option of its own. */
export const option = (name: string, value: string | null): readonly string[] =>
  value === null ? [] : [`${name}=${value}`]

/** Of a CLI whose new conversations have an id of our choice. */
export const conversationOption = ({ resumed, conversationId }: CliStart): string =>
  resumed === null ? `--session-id=${conversationId}` : `--resume=${resumed}`

/** The conversation to go on with; null where there is none to be passed on safely. */
export const resumedOf = ({ order }: Pick<LaunchInput, 'order'>): string | null =>
  order.resume && isConversationId(order.resume.id) ? order.resume.id : null

/** `light` and `bare` narrow what the profile permits: they change no files. */
export const permissionsOf = ({ profile, task }: LaunchOrder): Permissions =>
  task.mode === 'light' || task.mode === 'bare' ? 'ask' : profile.permissions

/** The system text of a question, as a file that its CLI reads: it may be longer than an argument can be. */
export const systemFile = (folder: string, { system }: AnswerOrder): PlannedFile => ({
  path: join(folder, 'system.md'),
  content: `${system}\n`,
})

export const needsModel = ({ profile: { name } }: LaunchOrder): WorkFailure =>
  workFailure('bad-model', `executor ${name} has a base_url, so it needs a model`)

/** What a person's CLI is told first: the prompt itself stands in no argument. */
export const firstPrompt = ({ promptFile }: PilotInput): string =>
  `Read ${promptFile} and do what it says.`

export function findProgram(
  input: LaunchInput,
  usualName: string,
): Result<readonly [string, ...string[]], WorkFailure> {
  const [name = usualName, ...leading] = input.order.profile.command ?? []
  const path = input.which(name)
  if (path === null) {
    const reason = `${name} was not found: install it, or name its binary in executors.${input.order.profile.name}.command`
    // A relative path is one in the agent's own folder: waiting for it to be installed leads nowhere.
    const isOwn = /[/\\]/.test(name) && !isAbsolute(name)
    return err(workFailure(isOwn ? 'launch' : 'missing-program', reason))
  }
  return ok([path, ...leading])
}

/** A CLI's own id for a conversation is passed on only in a shape that no CLI can take for an option. */
const isConversationId = (id: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(id)

// Some npm packages are a Node launcher for a native binary. Killing the launcher leaves the binary running, so the binary is started
// directly where it can be found.

const CODEX_TARGETS: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
  'win32-x64': 'x86_64-pc-windows-msvc',
  'win32-arm64': 'aarch64-pc-windows-msvc',
}

/** The native binary behind a launcher; the path itself when it is no launcher or the binary is not there. */
export function nativeCodex(
  path: string,
  platform: NodeJS.Platform,
  arch: string = process.arch,
): string {
  const system = `${platform}-${arch}`
  const target = CODEX_TARGETS[system]
  if (target === undefined) return path
  const program = platform === 'win32' ? 'codex.exe' : 'codex'
  return behindLauncher(path, `@openai/codex-${system}`, ['vendor', target, 'bin', program])
}

/** The same for Copilot. */
export const nativeCopilot = (path: string, platform: NodeJS.Platform): string =>
  behindLauncher(path, `@github/copilot-${platform}-${process.arch}`, [
    platform === 'win32' ? 'copilot.exe' : 'copilot',
  ])

/** `inside`: the path of the binary in its package. */
function behindLauncher(path: string, packageName: string, inside: readonly string[]): string {
  try {
    const launcher = realpathSync(path)
    if (!launcher.endsWith('.js')) return path
    // Not `require.resolve`: a package may not export its own manifest.
    const folders = createRequire(launcher).resolve.paths(packageName) ?? []
    const binaries = folders.map((folder) => join(folder, packageName, ...inside))
    return binaries.find((binary) => existsSync(binary)) ?? path
  } catch {
    // Installed in another way: the launcher works too, and its tree is found by its session and marker.
    return path
  }
}

// Our tools over the Model Context Protocol, as an agent's CLI is told of them: it starts `yard mcp`, the shim on the agent's PATH,
// and that knows by the variables it inherits whose agent it serves. A CLI that keeps some of them back is told their names; their
// values stand in no file and in no argument.

export const YARD_SERVER = 'yard'
export const YARD_PROGRAM = 'yard'
export const YARD_ARGUMENTS = ['mcp'] as const

/** What it offers to an agent. */
export const YARD_TOOLS: readonly string[] = [
  ...['yard_show', 'yard_dependencies', 'yard_done', 'yard_fail', 'yard_ask'],
  ...['yard_log', 'yard_artifact', 'yard_add', 'yard_messages', 'yard_message'],
]

/** What the server must find in its environment beside PATH. */
export const YARD_VARIABLES = [
  ...['YARD_DIR', 'YARD_URL', 'YARD_TOKEN', 'YARD_TASK_ID', 'YARD_AGENT_ID', 'YARD_GENERATION'],
  MARKER_VARIABLE,
] as const

/** Until the server answers, ms; for a CLI that has one limit for both, a call of a tool, too: it starts beside others on a machine that may be busy, and an agent that began without it could not report. */
export const YARD_START_MS = 180_000

type More = Readonly<Record<string, unknown>>

/** In the form that most CLIs read. `more` is what one CLI alone knows. */
export const toolsSettings = (more: More = {}) => ({
  mcpServers: { [YARD_SERVER]: { command: YARD_PROGRAM, args: YARD_ARGUMENTS, ...more } },
})

export const toolsFile = (folder: string, more?: More): PlannedFile => ({
  path: join(folder, 'mcp.json'),
  content: `${JSON.stringify(toolsSettings(more))}\n`,
})
