/** A new executor: a name, how its agents are run, and what that cannot do without. All else is set once it is there. */
import { useState } from 'react'
import { EXECUTOR_KINDS, EXECUTOR_TYPES, type ExecutorType } from '../../../../domain/settings.ts'
import { formatKey } from '../../../components/config-entry.ts'
import { Select } from '../../../ui/popups.tsx'
import {
  ConfigDialog,
  issuesBy,
  type Checks,
  type ConfigEdit,
  type ConfigField,
  type Issues,
} from '../config-form.tsx'

interface ExecutorDialogProps {
  readonly taken: ReadonlySet<string>
  readonly onAdded: (name: string) => void
  readonly onClose: () => void
}

const EMPTY: NewExecutor = { name: '', type: 'claude', fields: {} }
const NAME_FIELD = { field: 'name', label: 'Name', note: 'What tasks call it', isRequired: true }
const TYPES = EXECUTOR_TYPES.map((type) => [type, EXECUTOR_KINDS[type].label] as const)

export function ExecutorDialog({ taken, onAdded, onClose }: ExecutorDialogProps) {
  const [input, setInput] = useState(EMPTY)
  const { name, type, fields } = input
  const command = (fields['command'] ?? '').trim()
  return (
    <ConfigDialog
      title="Add an executor"
      verb="Add executor"
      fields={[
        NAME_FIELD,
        ...newFields(type).map((each) =>
          // The list that a line became, as soon as there is one.
          each.field === 'command' && command !== ''
            ? { ...each, note: `Runs ${commandOf(command)}` }
            : each,
        ),
      ]}
      words={{ ...fields, name }}
      onType={(field, text) =>
        setInput(
          field === 'name'
            ? { ...input, name: text }
            : { ...input, fields: { ...fields, [field]: text } },
        )
      }
      edits={editsOf(input)}
      faults={issuesOf(input, taken)}
      onSaved={() => onAdded(name.trim())}
      onClose={onClose}
    >
      <div className="field">
        <span className="field-label">Type</span>
        <Select
          label="Type"
          value={type}
          options={TYPES}
          onChange={(next) => setInput({ ...input, type: next })}
        />
      </div>
    </ConfigDialog>
  )
}

// What a person says of a new executor, as edits of the configuration. Pure.

const field = (name: string, label: string, note: string, isRequired = false): ConfigField => ({
  field: name,
  label,
  note,
  isRequired,
})
const needed = (name: string, label: string, note: string): ConfigField =>
  field(name, label, note, true)

const MODEL = field(
  'model',
  'Model',
  'Of its tasks that name none. Empty: the yard’s default, or its own choice.',
)
const FALLBACK = field(
  'fallback',
  'Stands in for it',
  'The executor that takes its tasks while its provider sleeps. Empty: they wait.',
)
const CLI = [
  MODEL,
  field('base_url', 'Address', 'Where it sends its model requests. Empty: its usual provider.'),
  field('api_key_env', 'Variable of its key', 'The name of a variable, never the key itself.'),
  FALLBACK,
]
const AIDER =
  'Such as aider --message-file {prompt_file} --model {model}. Quotes keep words together.'
const ACP = 'Such as my-agent --acp. It speaks the Agent Client Protocol.'
const STARTS = 'A clock time such as 09:00 or a cron line, unless the task has its own.'

const FIELDS: Partial<Record<ExecutorType, readonly ConfigField[]>> = {
  command: [needed('command', 'Program', AIDER), MODEL],
  acp: [needed('command', 'Program', ACP), MODEL, FALLBACK],
  http: [needed('url', 'Address', 'Where its tasks are posted.')],
  schedule: [
    needed('then', 'Hands on to', 'The executor that does the work in its time.'),
    field('schedule', 'Starts', STARTS),
  ],
  external: [],
  shell: [],
  manual: [],
}

/** Without a fault the host takes them. */
const newFields = (type: ExecutorType): readonly ConfigField[] => FIELDS[type] ?? CLI

export interface NewExecutor {
  readonly name: string
  readonly type: ExecutorType
  /** By the name of the field in the file. */
  readonly fields: Readonly<Record<string, string>>
}

const NAME: Checks[string] = [
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
  'Letters, digits and . _ -, beginning with a letter or digit',
]

export function issuesOf({ name, type, fields }: NewExecutor, taken: ReadonlySet<string>): Issues {
  const checks = newFields(type)
    .filter(({ isRequired }) => isRequired)
    .map((each) => [each.field, [/\S/, 'It cannot work without']] as const)
  return {
    ...issuesBy({ name: NAME }, { name }),
    ...(taken.has(name.trim()) ? { name: 'There is an executor of this name' } : {}),
    ...issuesBy(Object.fromEntries(checks), fields),
  }
}

/** A line as the list that the file wants; a list stays as it is. */
export function commandOf(text: string): string {
  const line = text.trim()
  if (line.startsWith('[')) return line
  const parts = line.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []
  return `[${parts.map((part) => JSON.stringify(part.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))).join(', ')}]`
}

export const editsOf = ({ name, type, fields }: NewExecutor): readonly ConfigEdit[] => [
  { key: formatKey(['executors', name.trim(), 'type']), value: type },
  ...newFields(type).flatMap(({ field }) => {
    const value = (fields[field] ?? '').trim()
    if (value === '') return []
    const said = field === 'command' ? commandOf(value) : value
    return [{ key: formatKey(['executors', name.trim(), field]), value: said }]
  }),
]
