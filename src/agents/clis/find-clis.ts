/** The agent CLIs that we know, as they are found on this machine. */
import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import {
  AGENT_CLIS,
  EXECUTOR_KINDS,
  isAgentCli,
  type AgentCliType,
  type ExecutorType,
  type Profile,
} from '../../domain/settings.ts'
import type { Environment } from '../executors/executor.ts'
import { agentEnvironment, applyEnvironment } from '../executors/launch/environment.ts'
import { which } from '../runtime/stages/launch-stage.ts'
import { runBriefly } from './login-environment.ts'

export interface FoundProgram {
  readonly type: ExecutorType
  readonly label: string
  readonly path: string | null
  readonly version: string | null
  /** Why it cannot be used; null = it can. */
  readonly problem: string | null
  /** How it is installed, as a command to copy. */
  readonly install: string | null
}

type Env = Readonly<Record<string, string | undefined>>

const VERSION_PATIENCE_MS = 10_000

/** The npm packages. Each CLI's program has the name of its type. */
const PACKAGES: Readonly<Record<AgentCliType, string>> = {
  claude: '@anthropic-ai/claude-code',
  codex: '@openai/codex',
  gemini: '@google/gemini-cli',
  qwen: '@qwen-code/qwen-code',
  opencode: 'opencode-ai',
  pi: '@mariozechner/pi-coding-agent',
  copilot: '@github/copilot',
  kimi: '@moonshot-ai/kimi-code',
}

/** `env` with the PATH to be searched. Each CLI is run once for its version, with the environment that agents get. */
export function findClis(
  env: Env,
  cwd: string,
  platform: NodeJS.Platform = process.platform,
  patienceMs: number = VERSION_PATIENCE_MS,
): Promise<FoundProgram[]> {
  const find = (program: string) => {
    const path = which(program, searchable(env), cwd)
    return { path, problem: path === null ? `${program} was not found on your PATH` : null }
  }
  const clis = AGENT_CLIS.map(async (type): Promise<FoundProgram> => {
    const install = `npm install -g ${PACKAGES[type]}`
    const found = { type, label: EXECUTOR_KINDS[type].label, install, version: null, ...find(type) }
    if (found.path === null) return found
    const ended = await runBriefly({
      command: found.path,
      args: ['--version'],
      cwd,
      timeoutMs: patienceMs,
      env: applyEnvironment(env, agentEnvironment(builtIn(type), env)),
    })
    return { ...found, ...readVersion(type, ended) }
  })
  const shell = platform === 'win32' ? 'powershell.exe' : '/bin/sh'
  const system: FoundProgram = {
    type: 'shell',
    label: EXECUTOR_KINDS.shell.label,
    install: null,
    version: null,
    ...find(shell),
  }
  return Promise.all([...clis, system])
}

/** What the profile of that name has unless the config says more. */
const builtIn = (type: ExecutorType): Parameters<typeof agentEnvironment>[0] => ({
  name: type,
  type,
  env: {},
  baseUrl: null,
  apiKeyEnv: null,
})

/** The folders that are searched, in order. */
export const pathOf = (env: Env): string[] => [
  ...new Set((env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter(isAbsolute)),
]

/** A folder named relative to where we happen to stand is none of the person's programs. */
const searchable = (env: Env): Env => ({ ...env, PATH: pathOf(env).join(delimiter) })

function readVersion(
  program: string,
  ended: Awaited<ReturnType<typeof runBriefly>>,
): { version: string | null; problem: string | null } {
  switch (ended.kind) {
    case 'too-slow':
      return { version: null, problem: `${program} did not answer when asked for its version` }
    case 'not-started':
      return { version: null, problem: `${program} could not be started: ${ended.reason}` }
    case 'ended': {
      if (ended.code !== 0)
        return { version: null, problem: `${program} --version ended with exit ${ended.code}` }
      return { version: versionIn(ended.stdout), problem: null }
    }
  }
}

// Versions of programs. Each program is asked once, until its file changes.

const PATIENCE_MS = 5000

export function createVersions(env: Environment) {
  const known = new Map<string, Promise<string | null>>()
  return {
    /** Null when the program does not say one in time. Never throws. */
    of(binary: string): Promise<string | null> {
      const key = `${binary} ${changedAt(binary)}`
      const version = known.get(key) ?? ask(binary, env)
      known.set(key, version)
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
const versionIn = (text: string): string | null =>
  /\d+\.\d+(?:\.\d+)?[\w.+-]{0,40}/.exec(text)?.[0] ?? null

// Where an agent CLI would find its sign-in: by name only, nothing of it is read.

interface Places {
  readonly variables: readonly string[]
  /** Below the user's home. */
  readonly files: readonly string[]
}

const PLACES: Readonly<Record<AgentCliType | 'native', Places>> = {
  claude: {
    variables: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
    files: ['.claude/.credentials.json'],
  },
  codex: { variables: ['CODEX_API_KEY', 'OPENAI_API_KEY'], files: ['.codex/auth.json'] },
  gemini: { variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], files: ['.gemini/oauth_creds.json'] },
  qwen: { variables: ['OPENAI_API_KEY', 'DASHSCOPE_API_KEY'], files: ['.qwen/oauth_creds.json'] },
  opencode: { variables: [], files: ['.local/share/opencode/auth.json'] },
  pi: { variables: [], files: ['.pi/agent/auth.json'] },
  copilot: {
    variables: ['COPILOT_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'],
    files: ['.copilot/config.json'],
  },
  native: {
    variables: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY'],
    files: ['.config/yard/keys.env'],
  },
  kimi: {
    variables: ['KIMI_MODEL_API_KEY', 'KIMI_API_KEY'],
    files: ['.kimi-code/credentials', '.kimi-code/config.toml'],
  },
}

/**
 * The variable or the file (below `~`) that is there, the nearest first; null when none is seen. A CLI may keep its sign-in
 * elsewhere (a key store of the system), so null does not mean that it has none.
 */
export function credentialsOf(
  { type, apiKeyEnv }: Pick<Profile, 'type' | 'apiKeyEnv'>,
  env: Environment,
): string | null {
  if (apiKeyEnv !== null) return env[apiKeyEnv] ? apiKeyEnv : null
  if (!isAgentCli(type) && type !== 'native') return null
  const { variables, files } = PLACES[type]
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir()
  const variable = variables.find((name) => env[name])
  const file = files.find((path) => existsSync(join(home, path)))
  return variable ?? (file === undefined ? null : `~/${file}`)
}
