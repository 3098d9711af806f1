/** The parts of the quick-add card below its title. */
import { Fragment, useId } from 'react'
import { useConnection, useYard } from '../../model/session/session-context.tsx'
import { Select } from '../../ui/fields.tsx'
import { KeyHint } from '../key-hint.tsx'
import { namedExecutor, type CardFields } from './new-task-input.ts'
import { withoutExecutor } from './title-language.ts'
import type { NamesOfYard } from './use-names.ts'
import { whoOf } from './who-works.ts'

interface ExecutorRowProps {
  readonly fields: CardFields
  readonly names: NamesOfYard
  /** It was to be published: what stands against that is no longer a note. */
  readonly isWarned: boolean
  readonly onChange: (part: Partial<CardFields>) => void
}

export function ExecutorRow({ fields, names, isWarned, onChange }: ExecutorRowProps) {
  const executor = namedExecutor(fields)
  const hasCommand = fields.command.trim() !== ''
  const who = whoOf(fields, names)
  const isAgainst = isWarned && who?.isProblem
  const byDefault = hasCommand ? 'shell' : names.defaultExecutor
  const known = names.executors.map(({ name, problem }): readonly [string, string] => [
    name,
    problem === null ? name : `${name} (cannot start)`,
  ])
  const isForeign = executor !== null && !names.executors.some(({ name }) => name === executor)
  return (
    <>
      <div className="quick-add-row">
        <div className="field">
          <span className="field-label">Executor</span>
          <Select
            label="Executor"
            value={executor ?? ''}
            options={[
              ['', byDefault === null ? 'Default' : `Default (${byDefault})`],
              ...known,
              ...(isForeign ? [[executor, executor] as const] : []),
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
              ...modelOptions(names, executor ?? byDefault, fields.model),
            ]}
            onChange={(model) => onChange({ model })}
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

/** Those that the executor can run, and one that was chosen before it. */
function modelOptions(
  { executors, models }: NamesOfYard,
  executor: string | null,
  chosen: string,
): readonly (readonly [string, string])[] {
  const found = executors.find(({ name }) => name === executor)
  const able = found === undefined || found.type === 'schedule' ? null : (found.models ?? [])
  return models
    .filter(({ name }) => able === null || able.includes(name) || name === chosen)
    .map(({ name, provider }) => {
      const note = able === null || able.includes(name) ? provider : `${executor} cannot run it`
      return [name, `${name} (${note})`] as const
    })
}

export function DescriptionField({ value, onChange }: CommandFieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>Description</label>
      <textarea
        id={id}
        className="input"
        data-line-breaks
        rows={2}
        dir="auto"
        maxLength={100_000}
        placeholder="What is to be done, in Markdown"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}

interface CommandFieldProps {
  readonly value: string
  readonly onChange: (text: string) => void
}

export function CommandField({ value, onChange }: CommandFieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>Shell command</label>
      <textarea
        id={id}
        className="input font-mono"
        rows={2}
        spellCheck={false}
        maxLength={100_000}
        placeholder="npm test"
        aria-describedby={`${id}-note`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}-note`} className="text-11 text-text-3">
        The task is this command: no agent is asked. Leave it empty for an agent.{' '}
        <KeyHint keys="shift+enter" /> starts a new line.
      </span>
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

interface LinkNoteProps {
  readonly after: readonly string[]
  readonly before: readonly string[]
}

/** The dependencies that the card was opened with. */
export function LinkNote({ after, before }: LinkNoteProps) {
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
