/** What each key of the configuration is called in the window, what it does, and how it is edited. A test holds it against the schema. */
import { isCodingAgent, type ExecutorType } from '../../domain/settings.ts'
import { keyParts } from './config-entry.ts'

export type KeyControl =
  | { readonly kind: 'switch' | 'number' | 'text' | 'list' | 'executor' | 'model' }
  /** `unit`: what a bare number means. */
  | { readonly kind: 'duration'; readonly unit: 's' | 'm' | 'd' }
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
const days = { kind: 'duration', unit: 'd' } as const
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
    'So long without output, busy tools, files or requests before an agent needs attention.',
    minutes,
  ],
  'agent.end_silent': ['End silent agents', 'After three times that, and try again.', onOff],
  'agent.done_grace': [
    'After its report',
    'So long may an agent go on once it has reported done or failed.',
    minutes,
  ],
  'agent.stop_grace': [
    'Grace',
    'Between asking an agent’s processes to stop and ending them.',
    seconds,
  ],
  'agent.keep_output': [
    'Whole output',
    'So long after a task’s end; then the end of it, unless work of it is not merged.',
    days,
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
  'machine.max_agents': [
    'Agents on this machine',
    'At most so many at once over all your yards. Not set: only their own caps.',
    number,
  ],
  'machine.min_free_memory': [
    'Free memory',
    'No agent starts while less is free: a number of bytes, or 1GB. 0 never waits.',
    text,
  ],
  'worktree.copy': [
    'Copied files',
    'Ignored files that each new worktree gets a copy of, such as [".env"].',
    list,
  ],
  'worktree.setup': [
    'Set up with',
    'A shell line that is run in each new worktree before its agent starts.',
    text,
  ],
  'worktree.setup_timeout': ['Time to set up', 'After which it has failed.', minutes],
  'worktree.uncommitted': [
    'What is not committed',
    'When an agent has ended. Nothing is thrown away.',
    choice(['commit', 'Becomes part of the result'], ['keep', 'Stays in the worktree']),
  ],
  'worktree.land': [
    'Results are merged',
    'Prepared: a branch and a text for a pull request, and nothing is merged.',
    choice(['keep', 'When you say so'], ['auto', 'By themselves'], ['pr', 'Not, but prepared']),
  ],
  'worktree.target': [
    'Merged into',
    'A branch. Not set: the one that the main checkout had when the work began.',
    text,
  ],
  'worktree.push': ['Push what is prepared', 'Sends the prepared branch to the remote.', onOff],
  'worktree.remote': ['Remote', 'Where prepared branches are pushed.', text],
  'worktree.merger': ['Who settles conflicts', 'agent, person, or the name of an executor.', text],
  'caps.models.*': ['Agents of the model', 'At most so many at once.', number],
  'caps.tags.*': ['Agents of the tag', 'At most so many at once.', number],
  'executors.*.type': [
    'Type',
    'How its agents are run.',
    choice(
      ['claude', 'Claude Code'],
      ['codex', 'Codex'],
      ['gemini', 'Gemini CLI'],
      ['qwen', 'Qwen Code'],
      ['opencode', 'opencode'],
      ['pi', 'pi'],
      ['copilot', 'Copilot CLI'],
      ['kimi', 'Kimi CLI'],
      ['acp', 'Agent Client Protocol'],
      ['native', 'Own loop'],
      ['http', 'HTTP service'],
      ['external', 'External'],
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
  'executors.*.headers.*': [
    'Header',
    'Sent with each request: a text, or { from = "VARIABLE" }, so that no secret stands here.',
    text,
  ],
  'executors.*.give_up': [
    'Give up after',
    'How long a service that does not take a task is asked again.',
    minutes,
  ],
  'executors.*.max_steps': ['Most steps', 'Model calls of one agent.', number],
  'executors.*.max_tokens': ['Most tokens', 'Of one agent, input and output together.', number],
  'executors.*.max_cost': ['Most US dollars', 'Of one agent, where the price is known.', number],
  'executors.*.fallback': [
    'Stands in for it',
    'The executor that takes its tasks while its provider sleeps. Not set: they wait.',
    executor,
  ],
  'executors.*.then': ['Hands on to', 'The executor that does the work in its time.', executor],
  'executors.*.schedule': [
    'Starts',
    'A clock time such as 09:00 or a cron line, unless the task has its own.',
    text,
  ],
  'models.*.provider': ['Provider', 'Who serves it: anthropic, openai, openrouter.', text],
  'models.*.model_id': ['Model id', 'What reaches the command line of the agent.', text],
  'models.*.endpoint': ['Endpoint', 'Where it is not the provider’s usual address.', text],
  'models.*.api_key_env': [
    'Variable of its key',
    'The name of the variable that holds the key for its own endpoint.',
    text,
  ],
  'models.*.tier': ['Tier', 'A word of yours for what it is good for.', text],
  'models.*.context_window': ['Context', 'Tokens that one request may hold.', number],
  'models.*.cost_in': ['Price of input', 'US dollars per million tokens.', number],
  'models.*.cost_out': ['Price of output', 'US dollars per million tokens.', number],
  'models.*.cost_cached': [
    'Price of cached input',
    'US dollars per million tokens that the provider had kept.',
    number,
  ],
  'models.*.price_date': ['Price noted', 'When that was, such as 2026-04.', text],
  'models.roles.default': ['Default', 'Stands behind the coordinator’s default model.', model],
  'models.roles.evaluator': ['Evaluator', 'Judges what agents did.', model],
  'models.roles.triage': ['Triage', 'Looks after agents that are silent or have failed.', model],
  'models.roles.assigner': ['Assigner', 'Chooses who does a task.', model],
  'models.roles.merger': ['Merger', 'Joins what two agents did to the same lines.', model],
  'models.roles.summariser': ['Summariser', 'Puts long stories into few words.', model],
  'budget.day_usd': ['Dollars a day', 'Then no new agent starts until midnight.', number],
  'budget.day_tokens': ['Tokens a day', 'Input and output together.', number],
  'budget.graph_usd': ['Dollars in all', 'Then no new agent starts until it is raised.', number],
  'budget.graph_tokens': ['Tokens in all', 'Input and output together.', number],
  'budget.graph_since': [
    'Counted from',
    'Where the count of what is spent in all begins, such as 2026-03-01. Not set: at the beginning.',
    text,
  ],
}

/** Total: a key that is not known here is called by its own name and edited as text. */
export function wordsOf(key: string): KeyWords {
  const parts = keyParts(key)
  const known = Object.entries(KEY_WORDS).find(([pattern]) => fits(pattern.split('.'), parts))
  if (!known) return { label: key, note: '', control: text }
  const [label, note, control] = known[1]
  const isVariable = parts[0] === 'executors' && (parts[2] === 'env' || parts[2] === 'headers')
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
  acp: ['command', 'model', 'permissions', 'fallback', ...localFields()],
  native: [
    ...['model', 'permissions', 'base_url', 'api_key_env', 'fallback'],
    ...['max_steps', 'max_tokens', 'max_cost'],
    ...localFields(),
  ],
  http: ['url', 'endpoint', 'method', 'headers', 'give_up', 'timeout', 'max_agents'],
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
  return [
    ...['command', 'model', 'permissions', 'base_url', 'api_key_env', 'fallback'],
    ...localFields(),
  ]
}

/** What a field is where no file says it, in the form of the file; null = not set. */
export function builtInField(type: ExecutorType, field: string): unknown {
  if (field === 'coding') return isCodingAgent(type)
  return BUILT_IN[field] ?? null
}
const BUILT_IN: Readonly<Record<string, unknown>> = {
  timeout: 240,
  give_up: 10,
  permissions: 'bypass',
  subtasks: 'own',
  keep_background: false,
  stdin: 'prompt',
  method: 'POST',
}
