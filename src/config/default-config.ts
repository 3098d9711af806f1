/** The first `.yard/config.toml`: every plain key as a comment with its default and meaning, so that a value that stands is one that somebody chose. */
import { toLiteral } from './edit-text.ts'
import { PLAIN_KEYS, type KeyInfo } from './keys.ts'
import { configFileSchema, MACHINE_TABLE, ROLES_TABLE } from './schema.ts'

const EXAMPLES = `
# Limits beside max_agents.
# [caps.models]
# opus = 2
# [caps.tags]
# database = 1

# What results of tasks with a tag must pass, and lines that are run before a judge is asked.
# [evaluation.tags]
# release = "person"
# docs = 0.7
# [evaluation.checks]
# tests = "npm test"
# links = { run = "npm run check-links", gate = false, timeout = "2m" }

# An executor of your own; the types are shell, command, manual, schedule, claude,
# codex, gemini, qwen, opencode, pi, copilot, kimi, acp, native, http and external.
# [executors.reviewer]
# type = "claude"
# model = "sonnet"
# permissions = "workspace"  # bypass | workspace | ask

# The same CLI at another address, with a key of its own.
# [executors.claude-proxy]
# type = "claude"
# base_url = "https://llm.example/anthropic"
# api_key_env = "LLM_EXAMPLE_KEY"  # names a variable, so that no secret stands here

# [executors.my-cli]
# type = "command"
# command = ["my-cli", "--model", "{model}", "{prompt_file}"]
# env = { API_KEY = { from = "MY_CLI_KEY" } }  # names a variable, so that no secret stands here

# [models.my-model]
# provider = "openrouter"
# model_id = "deepseek/deepseek-chat-v3"
# cost_in = 0.3  # US dollars per million tokens
# cost_out = 0.9
`

/** Where nothing is set, what an uncommented line would say. */
const SHOWN: Readonly<Record<string, unknown>> = {
  'coordinator.executor': 'claude',
  'coordinator.model': 'opus',
  'agent.executor': 'claude',
  'agent.model': 'opus',
  'schedule.tz': 'Europe/Berlin',
  'models.roles.default': 'opus',
  'models.roles.merger': 'strong',
  'models.roles.summariser': 'light',
  'budget.day_usd': 20,
  'budget.day_tokens': 5_000_000,
  'budget.graph_usd': 200,
  'budget.graph_tokens': 50_000_000,
  'budget.graph_since': '2026-03-01',
  'judging.executor': ['claude'],
  'judging.lane': 2,
  'judging.day_usd': 5,
  'judging.day_tokens': 1_000_000,
  'messages.escalate_to': 'lead',
  'transport.machine': 'anna-laptop',
  'transport.url': 'https://hub.example:7443',
  'transport.token_file': '~/.config/yard/hub-token',
  'transport.pin': 'sha256/…',
  'fleet.listen': '0.0.0.0:7443',
  'worktree.setup': 'npm ci',
  'worktree.target': 'main',
}

export const DEFAULT_CONFIG_TEXT: string = [
  '# Configuration of this yard. Lines that begin with # show the defaults; take the # away to change one.\n',
  '# Those that are set in further are examples: nothing is said there.\n',
  '# Every table stands here once already: change its lines where they are, for a second one of its name is an error.\n',
  '# Yours for all yards: ~/.config/yard/config.toml. `yard config --list` tells where each value comes from.\n',
  '# Durations are numbers in the unit named, or strings with one: "90s", "30m", "2h".\n',
  ...sections(),
  EXAMPLES,
].join('')

function sections(): string[] {
  // What is about the machine is refused here.
  const tables = new Set(PLAIN_KEYS.map(tableOf).filter((table) => table !== MACHINE_TABLE))
  return [...tables].map((table) => {
    const keys = PLAIN_KEYS.filter((key) => tableOf(key) === table)
    return `\n# ${aboutTable(table)}\n[${table}]\n${keys.map(keyLine).join('')}`
  })
}

function tableOf({ path }: KeyInfo): string {
  return path.slice(0, -1).join('.')
}

function aboutTable(table: string): string {
  if (table === `models.${ROLES_TABLE}`)
    return 'Models of what the yard itself asks, if not as for any task.'
  if (table === 'evaluation.weights') return 'What each dimension counts; together 1.'
  const shape: Readonly<Record<string, { readonly description?: string | undefined }>> =
    configFileSchema.shape
  return shape[table]?.description ?? ''
}

function keyLine(key: KeyInfo): string {
  const name = key.path.join('.')
  const value = key.fallback ?? SHOWN[name]
  const isDefault = key.fallback !== undefined || /^(?:coordinator|agent)\./.test(name)
  return `# ${isDefault ? '' : '  '}${key.path.at(-1)} = ${toLiteral(value)}  # ${key.description}\n`
}
