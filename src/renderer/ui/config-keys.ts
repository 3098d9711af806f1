/** What each key of the configuration is called in the window, what it does, and how it is edited. A test holds it against the schema. */
import { isCodingAgent, type ExecutorType } from '../../domain/settings.ts'
import { keyParts } from './config-entry.ts'

export type KeyControl =
  | { readonly kind: 'switch' | 'number' | 'text' | 'list' | 'executor' | 'model' }
  /** `unit`: what a bare number means. */
  | { readonly kind: 'duration'; readonly unit: 's' | 'm' }
  | { readonly kind: 'choice'; readonly options: readonly (readonly [string, string])[] }

export interface KeyWords {
  readonly label: string
  readonly note: string
  readonly control: KeyControl
}

const number = { kind: 'number' } as const
const text = { kind: 'text' } as const
const list = { kind: 'list' } as const
const onOff = { kind: 'switch' } as const
const executor = { kind: 'executor' } as const
const model = { kind: 'model' } as const
const seconds = { kind: 'duration', unit: 's' } as const
const minutes = { kind: 'duration', unit: 'm' } as const
const choice = (...options: readonly (readonly [string, string])[]) =>
  ({ kind: 'choice', options }) as const

/** `*` stands for a name of the person's own. */
export const KEY_WORDS: Readonly<Record<string, readonly [string, string, KeyControl]>> = {
  'coordinator.max_agents': ['Max agents', 'At most so many at once. 0 starts none.', number],
  'coordinator.poll_interval': [
    'Look at everything',
    'A backstop only: news wakes the coordinator at once.',
    seconds,
  ],
  'coordinator.executor': ['Default executor', 'Of tasks that name none.', executor],
  'coordinator.model': [
    'Default model',
    'Of tasks that name none, where their executor knows it.',
    model,
  ],
  'agent.executor': ['Executor', 'Stands behind the coordinator’s default executor.', executor],
  'agent.model': ['Model', 'Stands behind the coordinator’s default model.', model],
  'agent.heartbeat_timeout': [
    'Silence',
    'So long without a word, and nothing busy below it, before an agent is looked after.',
    minutes,
  ],
  'agent.stop_grace': [
    'Grace',
    'Between asking an agent’s processes to stop and ending them.',
    seconds,
  ],
  'agent.max_subtasks': ['Added tasks', 'So many tasks may the agents of one task add.', number],
  'schedule.missed': [
    'Missed times',
    'What becomes of times that passed while nothing ran.',
    choice(['once', 'Start once'], ['skip', 'Skip'], ['all', 'Start each']),
  ],
  'schedule.tz': ['Time zone', 'Of schedules that name none. Not set: that of this machine.', text],
  'store.synchronous': [
    'Written to the disk',
    'Each commit also survives a power cut without losing the last moments; slower.',
    choice(['normal', 'Soon'], ['full', 'Each commit']),
  ],
  'store.backups': ['Backups kept', '0 makes none.', number],
  'store.backup_interval': ['Time between backups', 'While something changes.', minutes],
  'caps.models.*': ['Agents of the model', 'At most so many at once.', number],
  'caps.tags.*': ['Agents of the tag', 'At most so many at once.', number],
  'executors.*.type': [
    'Type',
    'How its agents are run.',
    choice(
      ['claude', 'Claude Code'],
      ['codex', 'Codex'],
      ['shell', 'Shell'],
      ['command', 'Command'],
      ['manual', 'Manual'],
      ['schedule', 'Schedule'],
    ),
  ],
  'executors.*.model': ['Model', 'Unless the task names one.', model],
  'executors.*.env.*': ['Variable', 'In the environment of its agents.', text],
  'executors.*.max_agents': ['At most', 'Agents at once. Not set: the yard’s cap alone.', number],
  'executors.*.timeout': ['Time limit', 'After which an agent is ended.', minutes],
  'executors.*.permissions': [
    'Permissions',
    'What its agents may do without asking.',
    choice(
      ['bypass', 'Everything, unasked'],
      ['workspace', 'Edits in its folder'],
      ['ask', 'Only what needs no question'],
    ),
  ],
  'executors.*.keep_background': [
    'Keep background processes',
    'Leaves alone what an agent left running.',
    onOff,
  ],
  'executors.*.subtasks': [
    'Tasks it may add',
    'Whether its agents may give a task every field but a command and a repository.',
    choice(['own', 'Like its own'], ['any', 'Of any kind']),
  ],
  'executors.*.coding': [
    'Edits files',
    'Each of its agents works in a worktree of its own.',
    onOff,
  ],
  'executors.*.command': ['Program', 'A path, or a list such as ["prog", "{prompt_file}"].', list],
  'executors.*.stdin': [
    'Program reads',
    'What it gets on its standard input.',
    choice(['prompt', 'The prompt'], ['none', 'Nothing']),
  ],
  'executors.*.base_url': [
    'Address',
    'Where its CLI sends its model requests instead of its usual provider.',
    text,
  ],
  'executors.*.api_key_env': [
    'Variable of its key',
    'The name of the variable that holds the key. Its value is read at each launch and stands nowhere.',
    text,
  ],
  'executors.*.url': ['Address', 'Where its tasks are posted.', text],
  'executors.*.endpoint': ['Address', 'Another word for url.', text],
  'executors.*.method': [
    'Method',
    'How its tasks are sent.',
    choice(['POST', 'POST'], ['PUT', 'PUT'], ['PATCH', 'PATCH']),
  ],
  'executors.*.headers': ['Headers', 'Sent with each request.', text],
  'executors.*.max_steps': ['Most steps', 'Model calls of one agent.', number],
  'executors.*.max_tokens': ['Most tokens', 'Of one agent, input and output together.', number],
  'executors.*.max_cost': ['Most US dollars', 'Of one agent, where the price is known.', number],
  'executors.*.then': ['Hands on to', 'The executor that does the work in its time.', executor],
  'executors.*.schedule': [
    'Starts',
    'A clock time such as 09:00 or a cron line, unless the task has its own.',
    text,
  ],
  'models.*.provider': ['Provider', 'Who serves it: anthropic, openai, openrouter.', text],
  'models.*.model_id': ['Model id', 'What reaches the command line of the agent.', text],
  'models.*.endpoint': ['Endpoint', 'Where it is not the provider’s usual address.', text],
  'models.*.tier': ['Tier', 'A word of yours for what it is good for.', text],
}

/** Total: a key that is not known here is called by its own name and edited as text. */
export function wordsOf(key: string): KeyWords {
  const parts = keyParts(key)
  const known = Object.entries(KEY_WORDS).find(([pattern]) => fits(pattern.split('.'), parts))
  if (!known) return { label: key, note: '', control: text }
  const [label, note, control] = known[1]
  const isVariable = parts[0] === 'executors' && parts[2] === 'env'
  const named = isVariable ? parts.at(3) : parts[0] === 'caps' ? parts.at(2) : undefined
  return { label: named === undefined ? label : `${label} ${named}`, note, control }
}

const fits = (pattern: readonly string[], parts: readonly string[]): boolean =>
  pattern.length === parts.length &&
  pattern.every((part, index) => part === '*' || part === parts[index])

/** Fields of a profile that its type uses, in the order in which they are shown. A test holds it against the host’s. */
export const FIELDS_OF_TYPE: Readonly<Record<ExecutorType, readonly string[]>> = {
  claude: cliFields(),
  codex: cliFields(),
  gemini: cliFields(),
  qwen: cliFields(),
  opencode: cliFields(),
  pi: cliFields(),
  copilot: cliFields(),
  kimi: cliFields(),
  acp: ['command', 'model', 'permissions', ...localFields()],
  native: [
    ...['model', 'permissions', 'base_url', 'api_key_env'],
    ...['max_steps', 'max_tokens', 'max_cost'],
    ...localFields(),
  ],
  http: ['url', 'method', 'headers', 'timeout', 'max_agents'],
  external: ['timeout'],
  shell: localFields(),
  command: ['command', 'model', 'stdin', ...localFields()],
  manual: [],
  schedule: ['schedule', 'then'],
}

function localFields(): readonly string[] {
  return ['max_agents', 'timeout', 'coding', 'subtasks', 'keep_background']
}
function cliFields(): readonly string[] {
  return ['command', 'model', 'permissions', 'base_url', 'api_key_env', ...localFields()]
}

/** What a field is where no file says it, in the form of the file; null = not set. */
export function builtInField(type: ExecutorType, field: string): unknown {
  if (field === 'coding') return isCodingAgent(type)
  return BUILT_IN[field] ?? null
}
const BUILT_IN: Readonly<Record<string, unknown>> = {
  timeout: 240,
  permissions: 'bypass',
  subtasks: 'own',
  keep_background: false,
  stdin: 'prompt',
}
