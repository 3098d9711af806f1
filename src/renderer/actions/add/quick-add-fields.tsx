/** The parts of the quick-add card below its title. */
import { Fragment, useId } from 'react'
import { useConnection, useYard } from '../../model/session/session-context.tsx'
import { Field } from '../../ui/fields.tsx'
import { Select } from '../../ui/popups.tsx'
import { Offers } from './judged-names.tsx'
import { executorChoices, modelChoices, type NamesOfYard } from './names.ts'
import { GATE_ISSUE, isGate, namedExecutor, whoWorks, type CardFields } from './new-task.ts'
import { withoutExecutor } from './title-language.ts'

interface ExecutorRowProps {
  readonly fields: CardFields
  readonly names: NamesOfYard
  /** It was to be published: what stands against that is no longer a note. */
  readonly isWarned: boolean
  readonly onChange: (part: Partial<CardFields>) => void
}

export function ExecutorRow({ fields, names, isWarned, onChange }: ExecutorRowProps) {
  const executor = namedExecutor(fields)
  const who = whoWorks(names, fields)
  const isAgainst = isWarned && who?.isProblem
  const byDefault = fields.command.trim() === '' ? names.defaultExecutor : 'shell'
  const model = fields.model === '' ? null : fields.model
  return (
    <>
      <div className="quick-add-row gap-2">
        <div className="field">
          <span className="field-label">Executor</span>
          <Select
            label="Executor"
            value={executor ?? ''}
            options={[
              ['', byDefault === null ? 'Default' : `Default (${byDefault})`],
              ...executorChoices(names, { chosen: executor }),
            ]}
            onChange={(name) => onChange({ executor: name, text: withoutExecutor(fields.text) })}
          />
        </div>
        <div className="field">
          <span className="field-label">Model</span>
          <Select
            label="Model"
            value={fields.model}
            options={[
              ['', 'The executor’s own'],
              ...modelChoices(names, {
                executor: executor ?? byDefault,
                chosen: model,
                noteOf: ({ provider }) => provider,
              }),
            ]}
            onChange={(name) => onChange({ model: name })}
          />
        </div>
      </div>
      <p className="quick-add-who" data-problem={isAgainst || undefined} role="status">
        {who?.text}
        {isAgainst && ' Press again to publish it all the same.'}
      </p>
    </>
  )
}

const JUDGED = [
  ['gate', 'Gate', '0.7'],
  ['identity', 'Identity', 'Careful Programmer'],
  ['kind', 'Kind', 'docs'],
] as const

/** What its result must pass, who its agent is asked to be, as what it is counted. */
export function JudgedRow({ fields, onChange }: Pick<ExecutorRowProps, 'fields' | 'onChange'>) {
  const id = useId()
  return (
    <div className="quick-add-row quick-add-judged gap-2">
      {JUDGED.map(([field, label, hint]) => (
        <Fragment key={field}>
          <Field
            label={label}
            placeholder={hint}
            maxLength={500}
            list={`${id}-${field}`}
            value={fields[field]}
            problem={field === 'gate' && !isGate(fields.gate) ? GATE_ISSUE : null}
            onChange={(event) => onChange({ [field]: event.target.value })}
          />
          <Offers id={`${id}-${field}`} field={field} />
        </Fragment>
      ))}
    </div>
  )
}

/** Said while the host is away, before anything is sent in vain. */
export function ConnectionNote() {
  const isLive = useConnection().kind === 'live'
  return (
    <p className="quick-add-who" data-problem={!isLive || undefined} role="status" hidden={isLive}>
      {!isLive &&
        'Not connected. What you add now is sent if the connection is back in 10 seconds.'}
    </p>
  )
}

interface DependencyNoteProps {
  readonly after: readonly string[]
  readonly before: readonly string[]
}

/** The dependencies that the card was opened with. */
export function DependencyNote({ after, before }: DependencyNoteProps) {
  const tasks = useYard((view) => view.tasks)
  const names = (ids: readonly string[]) =>
    ids.map((id, index) => (
      <Fragment key={id}>
        {index > 0 && ', '}
        <bdi>{tasks.get(id)?.title ?? id}</bdi>
      </Fragment>
    ))
  if (after.length + before.length === 0) return null
  return (
    <p className="text-12 text-text-2">
      {after.length > 0 && <>After {names(after)}. </>}
      {before.length > 0 && <>Before {names(before)}.</>}
    </p>
  )
}
