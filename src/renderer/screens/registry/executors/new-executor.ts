/** What a person says of a new executor, as edits of the configuration. Pure. */
import type { ExecutorType } from '../../../../domain/settings.ts'
import { formatKey } from '../../../components/config-entry.ts'

/** What is asked of a new one; all else is set once it is there. Without a fault the host takes it. */
export interface NewField {
  readonly field: string
  readonly label: string
  readonly note: string
  readonly isWanted: boolean
}

const MODEL: NewField = {
  field: 'model',
  label: 'Model',
  isWanted: false,
  note: 'Of its tasks that name none. Empty: the yard’s default, or its own choice.',
}
const FALLBACK: NewField = {
  field: 'fallback',
  label: 'Stands in for it',
  isWanted: false,
  note: 'The executor that takes its tasks while its provider sleeps. Empty: they wait.',
}
const BASE_URL: NewField = {
  field: 'base_url',
  label: 'Address',
  isWanted: false,
  note: 'Where it sends its model requests. Empty: its usual provider.',
}
const KEY: NewField = {
  field: 'api_key_env',
  label: 'Variable of its key',
  isWanted: false,
  note: 'The name of a variable, never the key itself.',
}
const CLI = [MODEL, BASE_URL, KEY, FALLBACK]

const FIELDS: Partial<Record<ExecutorType, readonly NewField[]>> = {
  command: [
    {
      field: 'command',
      label: 'Program',
      isWanted: true,
      note: 'Such as aider --message-file {prompt_file} --model {model}. Quotes keep words together.',
    },
    MODEL,
  ],
  acp: [
    {
      field: 'command',
      label: 'Program',
      isWanted: true,
      note: 'Such as my-agent --acp. It speaks the Agent Client Protocol.',
    },
    MODEL,
    FALLBACK,
  ],
  http: [
    {
      field: 'url',
      label: 'Address',
      isWanted: true,
      note: 'Where its tasks are posted.',
    },
  ],
  schedule: [
    {
      field: 'then',
      label: 'Hands on to',
      isWanted: true,
      note: 'The executor that does the work in its time.',
    },
    {
      field: 'schedule',
      label: 'Starts',
      isWanted: false,
      note: 'A clock time such as 09:00 or a cron line, unless the task has its own.',
    },
  ],
  external: [],
  shell: [],
  manual: [],
}

export const newFields = (type: ExecutorType): readonly NewField[] => FIELDS[type] ?? CLI

export interface NewExecutor {
  readonly name: string
  readonly type: ExecutorType
  /** By the name of the field in the file. */
  readonly fields: Readonly<Record<string, string>>
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/** Why it cannot be sent, by field; empty = it can. */
export function faultsOf(
  { name, type, fields }: NewExecutor,
  taken: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  const own = name.trim()
  const missing = newFields(type)
    .filter(({ field, isWanted }) => isWanted && (fields[field] ?? '').trim() === '')
    .map(({ field }) => [field, 'It cannot work without'] as const)
  return {
    ...(NAME.test(own)
      ? {}
      : { name: 'Letters, digits and . _ -, beginning with a letter or digit' }),
    ...(taken.has(own) ? { name: 'There is an executor of this name' } : {}),
    ...Object.fromEntries(missing),
  }
}

/** A line as the list that the file wants; a list stays as it is. */
export function commandOf(text: string): string {
  const line = text.trim()
  if (line.startsWith('[')) return line
  const parts = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  return `[${parts.map((part) => JSON.stringify(part.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))).join(', ')}]`
}

export const editsOf = ({ name, type, fields }: NewExecutor) => [
  { key: formatKey(['executors', name.trim(), 'type']), value: type as string },
  ...newFields(type).flatMap(({ field }) => {
    const value = (fields[field] ?? '').trim()
    if (value === '') return []
    const said = field === 'command' ? commandOf(value) : value
    return [{ key: formatKey(['executors', name.trim(), field]), value: said }]
  }),
]
