/** One more header of an HTTP service, whose value is read from a variable at each request. */
import { type FormEvent, useState } from 'react'
import { useCommand } from '../../../model/session/session-context.tsx'
import { Button } from '../../../ui/button.tsx'
import { formatKey } from '../../../components/config-entry.ts'
import { Field } from '../../../ui/fields.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'

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

// A header whose value a variable of the owner holds. Pure.

export interface HeaderInput {
  readonly header: string
  readonly variable: string
}

export const NO_HEADER: HeaderInput = { header: '', variable: '' }

/** Why it cannot be sent, by field; empty = it can. */
export const headerFaults = ({ header, variable }: HeaderInput): Partial<HeaderInput> => ({
  ...(/^[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}$/.test(header.trim())
    ? {}
    : { header: 'The name of a header, such as Authorization' }),
  ...(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(variable.trim())
    ? {}
    : { variable: 'The name of a variable, never the value' }),
})
