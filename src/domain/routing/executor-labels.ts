/** Names for people of what a profile may say. */
import type { ExecutorType, Permissions } from '../settings.ts'

export const EXECUTOR_TYPE_LABELS: Readonly<Record<ExecutorType, string>> = {
  claude: 'Claude Code',
  codex: 'Codex',
  gemini: 'Gemini CLI',
  qwen: 'Qwen Code',
  opencode: 'opencode',
  pi: 'pi',
  copilot: 'Copilot CLI',
  kimi: 'Kimi CLI',
  acp: 'Agent Client Protocol',
  native: 'Own loop',
  http: 'HTTP service',
  external: 'External',
  shell: 'Shell',
  command: 'Command',
  manual: 'Manual',
  schedule: 'Schedule',
}

export const PERMISSION_LABELS: Readonly<Record<Permissions, string>> = {
  bypass: 'Everything, unasked',
  workspace: 'Edits in its folder',
  ask: 'Only what needs no question',
}
