/** Finds the program of a profile: its `command` (binary and leading arguments) or the CLI's usual name. */
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { MARKER_VARIABLE } from '../../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../../domain/failure.ts'
import type { Profile } from '../../../domain/settings.ts'
import type { LaunchInput, PilotInput, PlannedFile } from '../executor.ts'
import { missingKey } from './environment.ts'

/** The program, once it is sure that its key is there. */
export function findAgentCli(
  input: LaunchInput,
  usualName: string,
): Result<readonly [string, ...string[]], WorkFailure> {
  const missing = missingKey(input.order.profile, input.inheritedEnv)
  return missing ? err(missing) : findProgram(input, usualName)
}

/** The conversation to go on with; null where there is none to be passed on safely. */
export const resumedOf = ({ order }: Pick<LaunchInput, 'order'>): string | null =>
  order.resume && isConversationId(order.resume.id) ? order.resume.id : null

/** The program as a terminal is to find it by itself. */
export function programOf(profile: Profile, usualName: string): readonly [string, ...string[]] {
  const [name = usualName, ...leading] = profile.command ?? []
  return [name, ...leading]
}

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
  const target = CODEX_TARGETS[`${platform}-${arch}`]
  if (target === undefined) return path
  const program = platform === 'win32' ? 'codex.exe' : 'codex'
  return behindLauncher(path, `@openai/codex-${platform}-${arch}`, [
    'vendor',
    target,
    'bin',
    program,
  ])
}

/** The same for Copilot. */
export const nativeCopilot = (
  path: string,
  platform: NodeJS.Platform,
  arch: string = process.arch,
): string =>
  behindLauncher(path, `@github/copilot-${platform}-${arch}`, [
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
  ...['yard_log', 'yard_artifact', 'yard_add'],
]

/** What the server must find in its environment beside PATH. */
export const YARD_VARIABLES = [
  ...['YARD_DIR', 'YARD_URL', 'YARD_TOKEN', 'YARD_TASK_ID', 'YARD_AGENT_ID', 'YARD_GENERATION'],
  MARKER_VARIABLE,
] as const

/** Until the server answers, ms: it starts beside others on a machine that may be busy. */
export const YARD_START_MS = 60_000

type More = Readonly<Record<string, unknown>>

/** In the form that most CLIs read. `more` is what one CLI alone knows. */
export const toolsSettings = (more: More = {}) => ({
  mcpServers: { [YARD_SERVER]: { command: YARD_PROGRAM, args: YARD_ARGUMENTS, ...more } },
})

export const toolsFile = (folder: string, more?: More): PlannedFile => ({
  path: join(folder, 'mcp.json'),
  content: `${JSON.stringify(toolsSettings(more))}\n`,
})
