/** Forms whose words become edits of the configuration: fields as data, and what is wrong with one said at it once it was sent. */
import { useState, type FormEvent, type ReactNode } from 'react'
import type { ConfigScope } from '../../components/config-entry.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useCommand } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, Segmented } from '../../ui/fields.tsx'
import { Dialog } from '../../ui/popups.tsx'

export interface ConfigEdit {
  readonly key: string
  /** Null takes it out of the file. */
  readonly value: string | null
}

/** Why the words cannot be sent, by field; empty = they can. */
export type Issues = Readonly<Record<string, string>>

/** What a field must fit, and what is said where it does not. */
export type Checks = Readonly<Record<string, readonly [RegExp, string]>>

export const issuesBy = (checks: Checks, words: Readonly<Record<string, string>>): Issues =>
  Object.fromEntries(
    Object.entries(checks).flatMap(([field, [fits, fault]]) =>
      fits.test((words[field] ?? '').trim()) ? [] : [[field, fault]],
    ),
  )

interface ConfigFormOptions {
  readonly edits: readonly ConfigEdit[]
  readonly faults: Issues
  readonly scope: ConfigScope
  readonly onSaved: () => void
}

/** Sends nothing while there is a fault. */
export function useConfigForm({ edits, faults, scope, onSaved }: ConfigFormOptions) {
  const [isTried, setTried] = useState(false)
  const command = useCommand()
  const send = async (): Promise<void> => {
    setTried(true)
    if (Object.keys(faults).length > 0 || command.isBusy) return
    const configured = { scope, edits: [...edits] }
    if (edits.length > 0 && !(await command.run(({ page }) => page.configure(configured)))) return
    setTried(false)
    onSaved()
  }
  return {
    command,
    faultOf: (field: string): string | null => (isTried ? (faults[field] ?? null) : null),
    onSubmit(event: FormEvent): void {
      event.preventDefault()
      void send()
    },
  }
}

export interface ConfigField {
  readonly field: string
  readonly label: string
  readonly note: string
  readonly isRequired?: boolean
  readonly isFixed?: boolean
}

interface ConfigDialogProps extends Omit<ConfigFormOptions, 'scope'> {
  readonly title: string
  /** Of the button that sends. */
  readonly verb: string
  readonly fields: readonly ConfigField[]
  readonly words: Readonly<Record<string, string>>
  readonly onType: (field: string, text: string) => void
  readonly initialScope?: ConfigScope
  /** Below the first field. */
  readonly children?: ReactNode
  readonly onClose: () => void
}

export function ConfigDialog(props: ConfigDialogProps) {
  const { title, verb, fields, words, onType, initialScope = 'project', children, onClose } = props
  const [scope, setScope] = useState(initialScope)
  const { command, faultOf, onSubmit } = useConfigForm({ ...props, scope })
  const [first, ...others] = fields.map(({ field, label, note, isRequired, isFixed }) => (
    <Field
      key={field}
      label={label}
      note={note}
      isRequired={isRequired ?? false}
      readOnly={isFixed}
      problem={faultOf(field)}
      value={words[field] ?? ''}
      onChange={(event) => onType(field, event.target.value)}
    />
  ))
  return (
    <Dialog title={title} isOpen onClose={onClose}>
      <form className="flex flex-col gap-3" onSubmit={onSubmit}>
        {first}
        {children}
        {others}
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
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
