/** The first `.yard/config.toml`: every plain key as a comment with its default and meaning, so that a value that stands is one that somebody chose. */
import { toLiteral } from './edit-text.ts'
import { PLAIN_KEYS, type KeyInfo } from './keys.ts'
import { configFileSchema } from './schema.ts'

const EXAMPLES = `
# Limits beside max_agents.
# [caps.models]
# opus = 2
# [caps.tags]
# database = 1

# An executor of your own; the types are shell, command, manual, schedule, claude,
# codex, gemini, qwen, opencode, pi, copilot and kimi.
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
`

/** Where nothing is set, what an uncommented line would say. */
const SHOWN: Readonly<Record<string, unknown>> = {
  'coordinator.executor': 'claude',
  'coordinator.model': 'opus',
  'agent.executor': 'claude',
  'agent.model': 'opus',
  'schedule.tz': 'Europe/Berlin',
}

export const DEFAULT_CONFIG_TEXT: string = [
  '# Configuration of this yard. Lines that begin with # show the defaults; take the # away to change one.\n',
  '# Yours for all yards: ~/.config/yard/config.toml. `yard config --list` tells where each value comes from.\n',
  '# Durations are numbers in the unit named, or strings with one: "90s", "30m", "2h".\n',
  ...sections(),
  EXAMPLES,
].join('')

function sections(): string[] {
  const tables = new Set(PLAIN_KEYS.map((key) => key.path[0] ?? ''))
  return [...tables].map((table) => {
    const shape: Readonly<Record<string, { readonly description?: string | undefined }>> =
      configFileSchema.shape
    const keys = PLAIN_KEYS.filter((key) => key.path[0] === table)
    return `\n# ${shape[table]?.description ?? ''}\n[${table}]\n${keys.map(keyLine).join('')}`
  })
}

function keyLine(key: KeyInfo): string {
  const value = key.fallback ?? SHOWN[key.path.join('.')]
  return `# ${key.path.at(-1)} = ${toLiteral(value)}  # ${key.description}\n`
}
