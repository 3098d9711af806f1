/** A model is added, or what is said of one is changed. */
import { useState, type FormEvent } from 'react'
import { useCommand } from '../../../model/session/session-context.tsx'
import { Button } from '../../../ui/button.tsx'
import type { ConfigScope } from '../../../components/config-entry.ts'
import { Dialog } from '../../../ui/popups.tsx'
import { Field, Segmented } from '../../../ui/fields.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import type { ModelView } from './model-use.ts'
import { editsOf, faultsOf, NO_INPUT, inputOfModel, type ModelInput } from './model-input.ts'

interface ModelDialogProps {
  /** Null = a new one. */
  readonly model: ModelView | null
  readonly taken: ReadonlySet<string>
  readonly onSaved: (name: string) => void
  readonly onClose: () => void
}

export function ModelDialog(props: ModelDialogProps) {
  const title = props.model === null ? 'Add a model' : `Edit ${props.model.name}`
  return (
    <Dialog title={title} isOpen onClose={props.onClose}>
      <ModelForm {...props} />
    </Dialog>
  )
}

const FIELDS: readonly (readonly [keyof ModelInput, string, string])[] = [
  ['name', 'Name', 'What tasks and executors call it'],
  ['provider', 'Provider', 'anthropic, openai, openrouter'],
  ['modelId', 'Model id', 'What reaches the command line of the agent'],
  ['endpoint', 'Endpoint', 'Where it is not the provider’s usual address'],
  ['tier', 'Tier', 'A word of yours for what it is good for'],
  ['contextWindow', 'Context', 'Tokens that one request may hold'],
  ['costIn', 'Price of input', 'US dollars per million tokens. Empty: not known'],
  ['costOut', 'Price of output', 'The same'],
  ['costCached', 'Price of cached input', 'Of tokens that the provider had kept'],
  ['priceDate', 'Price noted', 'When that was, such as 2026-04'],
]

const REQUIRED: readonly (keyof ModelInput)[] = ['name', 'provider', 'modelId']

function ModelForm({ model, taken, onSaved, onClose }: ModelDialogProps) {
  const before = model === null ? NO_INPUT : inputOfModel(model)
  const [words, setWords] = useState(before)
  const [scope, setScope] = useState<ConfigScope>(model?.source === 'global' ? 'global' : 'project')
  const [isTried, setTried] = useState(false)
  const command = useCommand()
  const faults = faultsOf(words, model === null ? taken : NONE)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setTried(true)
    if (Object.keys(faults).length > 0 || command.isBusy) return
    const edits = [...editsOf(words, before)]
    if (edits.length === 0) return onClose()
    if (!(await command.run(({ page }) => page.configure({ scope, edits })))) return
    onSaved(words.name.trim())
    onClose()
  }
  return (
    <form className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
      {FIELDS.map(([field, label, note]) => (
        <Field
          key={field}
          label={label}
          note={note}
          isRequired={REQUIRED.includes(field)}
          problem={isTried ? (faults[field] ?? null) : null}
          value={words[field]}
          readOnly={field === 'name' && model !== null}
          onChange={(event) => setWords({ ...words, [field]: event.target.value })}
        />
      ))}
      <Segmented
        label="Holds for"
        value={scope}
        options={[
          ['project', 'This yard'],
          ['global', 'All yards'],
        ]}
        onChange={setScope}
      />
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
      <div className="dialog-acts">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="main" isBusy={command.isBusy}>
          {model === null ? 'Add model' : 'Save'}
        </Button>
      </div>
    </form>
  )
}

const NONE: ReadonlySet<string> = new Set()
