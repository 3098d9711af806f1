/** Installs the agent CLIs of the tests from the package registry into `.cache/agent-clis/`, once, and says where their binaries are. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { isAlive } from '../support/is-alive.ts'

export const AGENT_CLIS = {
  claude: { package: '@anthropic-ai/claude-code', version: '2.1.197' },
  codex: { package: '@openai/codex', version: '0.169.0' },
  gemini: { package: '@google/gemini-cli', version: '0.61.0' },
  qwen: { package: '@qwen-code/qwen-code', version: '0.15.10' },
  opencode: { package: 'opencode-ai', version: '1.18.33' },
  pi: { package: '@mariozechner/pi-coding-agent', version: '0.73.1' },
  copilot: { package: '@github/copilot', version: '1.0.102' },
  kimi: { package: '@moonshot-ai/kimi-code', version: '2.1.0' },
} as const
export type AgentCli = keyof typeof AGENT_CLIS

const CACHE = resolve(import.meta.dirname, '../../.cache/agent-clis')
const WAIT_FOR_OTHER_MS = 10 * 60_000

/**
 * The program to start for each CLI. Safe to call from several processes at once: one installs, the others wait for it.
 * Packages are installed without their scripts, so where the program is made by one it is the platform package's native binary.
 */
export async function installAgentClis(cache = CACHE): Promise<Record<AgentCli, string>> {
  await mkdir(cache, { recursive: true })
  const platform = `${process.platform}-${process.arch}`
  const at = async (cli: AgentCli, program: string): Promise<string> =>
    join(await installed(cache, cli), 'node_modules', program)
  return {
    claude: await at('claude', `@anthropic-ai/claude-code-${platform}/claude`),
    codex: await at('codex', '.bin/codex'),
    gemini: await at('gemini', '.bin/gemini'),
    qwen: await at('qwen', '.bin/qwen'),
    opencode: await at('opencode', `opencode-${platform}/bin/opencode`),
    pi: await at('pi', '.bin/pi'),
    copilot: await at('copilot', '.bin/copilot'),
    kimi: await at('kimi', '.bin/kimi'),
  }
}

async function installed(cache: string, cli: AgentCli): Promise<string> {
  const target = join(cache, `${cli}-${AGENT_CLIS[cli].version}`)
  if (existsSync(target)) return target
  const unlock = await lock(join(cache, `${cli}.lock`))
  try {
    if (!existsSync(target)) await install(cache, cli, target)
    return target
  } finally {
    await unlock()
  }
}

/** Into a folder of its own first, so that a killed install never looks like a finished one. */
async function install(cache: string, cli: AgentCli, target: string): Promise<void> {
  const folder = await mkdtemp(join(cache, `.${cli}-`))
  try {
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'agent-cli', private: true }),
    )
    const spec = `${AGENT_CLIS[cli].package}@${AGENT_CLIS[cli].version}`
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    await execa('npm', ['install', ...flags, spec], { cwd: folder, timeout: WAIT_FOR_OTHER_MS })
    await rename(folder, target)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** An exclusive file that names its holder; one whose holder is dead is taken over. */
async function lock(path: string): Promise<() => Promise<void>> {
  const deadline = Date.now() + WAIT_FOR_OTHER_MS
  while (Date.now() < deadline) {
    const file = await open(path, 'wx').catch(() => null)
    if (file) {
      await file.writeFile(String(process.pid))
      await file.close()
      return () => rm(path, { force: true })
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => '0'))
    if (holder > 0 && !isAlive(holder)) await rm(path, { force: true })
    else await delay(500)
  }
  throw new Error(`another process has held ${path} for ${WAIT_FOR_OTHER_MS / 60_000} minutes`)
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await installAgentClis())}\n`)
