/** A new executor: a name, how its agents are run, and what that cannot do without. */
import { useState, type FormEvent } from 'react'
import { EXECUTOR_TYPE_LABELS } from '../../../../domain/routing/executor-labels.ts'
import { EXECUTOR_TYPES } from '../../../../domain/settings.ts'
import { useCommand } from '../../../model/session/session-context.tsx'
import { Button } from '../../../ui/button.tsx'
import type { ConfigScope } from '../../../components/config-entry.ts'
import { Dialog } from '../../../ui/popups.tsx'
import { Field, Segmented, Select } from '../../../ui/fields.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { commandOf, editsOf, faultsOf, newFields, type NewExecutor } from './new-executor.ts'

interface ExecutorDialogProps {
  readonly taken: ReadonlySet<string>
  readonly onAdded: (name: string) => void
  readonly onClose: () => void
}

export function ExecutorDialog(props: ExecutorDialogProps) {
  return (
    <Dialog title="Add an executor" isOpen onClose={props.onClose}>
      <ExecutorForm {...props} />
    </Dialog>
  )
}

/** The list that a line became, as soon as there is one. */
function noteOf({ fields }: NewExecutor, field: string): string | null {
  const text = fields[field] ?? ''
  return field === 'command' && text.trim() !== '' ? `Runs ${commandOf(text)}` : null
}

const EMPTY: NewExecutor = { name: '', type: 'claude', fields: {} }
const TYPES = EXECUTOR_TYPES.map((type) => [type, EXECUTOR_TYPE_LABELS[type]] as const)

function ExecutorForm({ taken, onAdded, onClose }: ExecutorDialogProps) {
  const [wish, setWish] = useState(EMPTY)
  const [scope, setScope] = useState<ConfigScope>('project')
  const [isTried, setTried] = useState(false)
  const command = useCommand()
  const faults = faultsOf(wish, taken)
  const shownFault = (field: string): string | null => (isTried ? (faults[field] ?? null) : null)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setTried(true)
    if (Object.keys(faults).length > 0 || command.isBusy) return
    const edits = editsOf(wish)
    if (await command.run(({ page }) => page.configure({ scope, edits }))) onAdded(wish.name.trim())
  }
  return (
    <form className="flex flex-col gap-3" onSubmit={(event) => void submit(event)}>
      <Field
        label="Name"
        note="What tasks call it"
        isRequired
        value={wish.name}
        problem={shownFault('name')}
        onChange={(event) => setWish({ ...wish, name: event.target.value })}
      />
      <div className="field">
        <span className="field-label">Type</span>
        <Select
          label="Type"
          value={wish.type}
          options={TYPES}
          onChange={(type) => setWish({ ...wish, type })}
        />
      </div>
      {newFields(wish.type).map(({ field, label, note, isWanted }) => (
        <Field
          key={field}
          label={label}
          isRequired={isWanted}
          note={noteOf(wish, field) ?? note}
          problem={shownFault(field)}
          value={wish.fields[field] ?? ''}
          onChange={(event) =>
            setWish({ ...wish, fields: { ...wish.fields, [field]: event.target.value } })
          }
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
          Add executor
        </Button>
      </div>
    </form>
  )
}
