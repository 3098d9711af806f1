/** One more header of an HTTP service, whose value is read from a variable at each request. */
import { useState, type FormEvent } from 'react'
import { useCommand } from '../../../model/session/session-context.tsx'
import { Button } from '../../../ui/button.tsx'
import { formatKey } from '../../../components/config-entry.ts'
import { Field } from '../../../ui/fields.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { headerFaults, NO_HEADER } from './new-header.ts'

interface HeaderFormProps {
  /** The executor. */
  readonly name: string
  readonly onSaved: () => void
}

export function HeaderForm({ name, onSaved }: HeaderFormProps) {
  const [words, setWords] = useState(NO_HEADER)
  const [isTried, setTried] = useState(false)
  const command = useCommand()
  const faults = headerFaults(words)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setTried(true)
    if (Object.keys(faults).length > 0 || command.isBusy) return
    const key = formatKey(['executors', name, 'headers', words.header.trim()])
    const value = `{ from = ${JSON.stringify(words.variable.trim())} }`
    const edits = [{ key, value }]
    if (!(await command.run(({ page }) => page.configure({ scope: 'project', edits })))) return
    setWords(NO_HEADER)
    setTried(false)
    onSaved()
  }
  return (
    <form className="header-form" onSubmit={(event) => void submit(event)}>
      <Field
        label="New header"
        placeholder="Authorization"
        value={words.header}
        problem={isTried ? (faults.header ?? null) : null}
        onChange={(event) => setWords({ ...words, header: event.target.value })}
      />
      <Field
        label="From the variable"
        placeholder="SERVICE_KEY"
        note="Its name: the value stands in no file."
        value={words.variable}
        problem={isTried ? (faults.variable ?? null) : null}
        onChange={(event) => setWords({ ...words, variable: event.target.value })}
      />
      <Button type="submit" isBusy={command.isBusy}>
        Add header
      </Button>
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
    </form>
  )
}
