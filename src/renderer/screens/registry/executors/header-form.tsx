/** One more header of an HTTP service, whose value is read from a variable at each request. */
import { useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { formatKey } from '../../../components/config-entry.ts'
import { Field } from '../../../ui/fields.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { issuesBy, useConfigForm, type Issues } from '../config-form.tsx'

interface HeaderFormProps {
  /** The executor. */
  readonly name: string
  readonly onSaved: () => void
}

export function HeaderForm({ name, onSaved }: HeaderFormProps) {
  const [words, setWords] = useState(NO_HEADER)
  const key = formatKey(['executors', name, 'headers', words.header.trim()])
  const value = `{ from = ${JSON.stringify(words.variable.trim())} }`
  const { command, faultOf, onSubmit } = useConfigForm({
    edits: [{ key, value }],
    faults: headerIssues(words),
    scope: 'project',
    onSaved() {
      setWords(NO_HEADER)
      onSaved()
    },
  })
  return (
    <form className="form-below" onSubmit={onSubmit}>
      <Field
        label="New header"
        placeholder="Authorization"
        value={words.header}
        problem={faultOf('header')}
        onChange={(event) => setWords({ ...words, header: event.target.value })}
      />
      <Field
        label="From the variable"
        placeholder="SERVICE_KEY"
        note="Its name: the value stands in no file."
        value={words.variable}
        problem={faultOf('variable')}
        onChange={(event) => setWords({ ...words, variable: event.target.value })}
      />
      <Button type="submit" isBusy={command.isBusy}>
        Add header
      </Button>
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
    </form>
  )
}

const NO_HEADER = { header: '', variable: '' }

export const headerIssues = (words: typeof NO_HEADER): Issues =>
  issuesBy(
    {
      header: [/^[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}$/, 'The name of a header, such as Authorization'],
      variable: [/^[A-Za-z_][A-Za-z0-9_]{0,199}$/, 'The name of a variable, never the value'],
    },
    words,
  )
