/** A message being written: to whom, of which kind, about what, and when it will be read. */
import { type KeyboardEvent, useId, useState } from 'react'
import type { MemberView, MessageView } from '../../../contract/message.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import {
  useCommand,
  useSession,
  useThrottledYard,
  useYard,
} from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/fields.tsx'
import { instantText } from '../../ui/format.ts'
import { Select } from '../../ui/popups.tsx'
import { KeyHint } from '../key-hint.tsx'
import { TextArea } from '../views/text-area.tsx'
import { sendMessage } from './mail-requests.ts'
import { namesIn, readingLines } from './reading-time.ts'
import './mail.css'

const KINDS = [
  ['message', 'Message'],
  ['question', 'Question'],
  ['delegation', 'Delegation'],
  ['review', 'Review'],
] as const satisfies readonly (readonly [MessageView['kind'], string])[]

const PRIORITIES = [
  ['low', 'Low'],
  ['normal', 'Normal'],
  ['urgent', 'Urgent'],
] as const satisfies readonly (readonly [MessageView['priority'], string])[]

/** What follows from a kind beyond its name. */
const KIND_NOTES: Readonly<Record<MessageView['kind'], string | undefined>> = {
  message: undefined,
  question: 'A reply closes it.',
  delegation: 'Its member gets a task, and you are told of its end.',
  review: 'The changes of its task go with it.',
}

const MOST_CHARACTERS = 20_000

interface Draft {
  readonly to: string
  readonly kind: MessageView['kind']
  readonly priority: MessageView['priority']
  readonly task: string
  readonly text: string
}

/** What was begun and not sent, by where it was begun. */
const drafts = new Map<string, Draft>()

interface ComposerProps {
  /** Of the place: what is begun there is there again. */
  readonly name: string
  readonly members: readonly MemberView[]
  readonly to?: readonly string[]
  readonly task?: string | null
  readonly replyTo?: string | null
  /** Only a text to these recipients, where the place says the rest. */
  readonly isSmall?: boolean
  readonly onSent?: (message: MessageView) => void
  /** Left out where it stays. */
  readonly onLeave?: () => void
}

export function Composer(props: ComposerProps) {
  const { members, isSmall = false, onLeave } = props
  const { draft, problems, command, change, send, leave } = useComposer(props)
  const noText = problems?.text ?? null
  return (
    <form
      className={isSmall ? 'composer composer-small' : 'composer flex flex-col gap-2'}
      aria-label={isSmall ? `Message to ${draft.to}` : 'New message'}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onKeyDown={(event) => onSendKey(event, () => void send())}
    >
      {!isSmall && (
        <ComposerFields draft={draft} members={members} problems={problems} onChange={change} />
      )}
      <TextArea
        label={isSmall ? `Message to ${draft.to}` : 'Text'}
        rows={isSmall ? 2 : 6}
        maxLength={MOST_CHARACTERS}
        aria-invalid={noText !== null}
        note={noText ?? KIND_NOTES[draft.kind]}
        value={draft.text}
        onText={(text) => change({ text })}
      />
      <ReadingTime draft={draft} members={members} />
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
      <div className="dialog-acts">
        {onLeave && (
          <Button
            onClick={() => {
              leave()
              onLeave()
            }}
          >
            Cancel
          </Button>
        )}
        <Button type="submit" look="main" isBusy={command.isBusy}>
          Send <KeyHint keys="mod+enter" />
        </Button>
      </div>
    </form>
  )
}

/** What is being written, what is wrong about it once it was tried, and its sending. */
function useComposer(props: ComposerProps) {
  const { name, to = [], task = null, replyTo = null, isSmall = false, onSent } = props
  const empty: Draft = {
    to: to.join(', '),
    kind: 'message',
    priority: 'normal',
    task: task ?? '',
    text: '',
  }
  const [begun, setDraft] = useState(drafts.get(name) ?? empty)
  // The place says to whom, and may say another with the next message.
  const draft = isSmall ? { ...begun, to: empty.to, task: empty.task } : begun
  const [isTried, setTried] = useState(false)
  const command = useCommand()
  const faults = faultsOf(draft)
  const leave = (): void => {
    drafts.delete(name)
    setDraft(empty)
    setTried(false)
  }
  return {
    draft,
    problems: isTried ? faults : null,
    command,
    leave,
    change(more: Partial<Draft>): void {
      const next = { ...draft, ...more }
      drafts.set(name, next)
      setDraft(next)
    },
    async send(): Promise<void> {
      setTried(true)
      if (command.isBusy || Object.values(faults).some((fault) => fault !== null)) return
      const told: { message: MessageView | null } = { message: null }
      const request = sendMessage(inputOf(draft, replyTo))
      const isSent = await command.run(async (client, id) => {
        told.message = await request(client, id)
      })
      if (!isSent) return
      leave()
      if (told.message !== null) onSent?.(told.message)
    },
  }
}

/** ⌘↵ sends from any of its fields. */
export function onSendKey(event: KeyboardEvent, send: () => void): void {
  if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
  event.preventDefault()
  send()
}

type Faults = Readonly<Record<'to' | 'task' | 'text', string | null>>

export function faultsOf({ to, kind, task, text }: Draft): Faults {
  return {
    to: namesIn(to).length === 0 ? 'To whom? A member, task:ID, agent-7, all or person' : null,
    task:
      kind === 'review' && task.trim() === ''
        ? 'A review needs the task whose changes are looked at'
        : null,
    text: text.trim() === '' ? 'There is no text yet' : null,
  }
}

const inputOf = ({ to, kind, priority, task, text }: Draft, replyTo: string | null) => ({
  to: [...namesIn(to)],
  kind,
  priority,
  text: text.trim(),
  ...(task.trim() === '' ? {} : { task: task.trim() }),
  ...(replyTo === null ? {} : { replyTo }),
})

interface ComposerFieldsProps {
  readonly draft: Draft
  readonly members: readonly MemberView[]
  /** Null before the first try to send it. */
  readonly problems: Faults | null
  readonly onChange: (more: Partial<Draft>) => void
}

function ComposerFields({ draft, members, problems, onChange }: ComposerFieldsProps) {
  const names = useId()
  return (
    <>
      <Field
        label="To"
        isRequired
        list={names}
        note="A member, task:ID, agent-7, all or person; several with commas"
        problem={problems?.to ?? null}
        value={draft.to}
        onChange={(event) => onChange({ to: event.target.value })}
      />
      <datalist id={names}>
        {[...members.map(({ name }) => name), 'all', 'person'].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div className="composer-row flex flex-wrap gap-2">
        <Choice
          label="Kind"
          value={draft.kind}
          options={KINDS}
          onChange={(kind) => onChange({ kind })}
        />
        <Choice
          label="Priority"
          value={draft.priority}
          options={PRIORITIES}
          onChange={(priority) => onChange({ priority })}
        />
        <Field
          label="About task"
          className="flex-1"
          placeholder="None"
          problem={problems?.task ?? null}
          value={draft.task}
          onChange={(event) => onChange({ task: event.target.value })}
        />
      </div>
    </>
  )
}

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onChange: (value: T) => void
}

/** A list with its label above, as a field has it. */
function Choice<T extends string>(props: ChoiceProps<T>) {
  return (
    <div className="field">
      <span className="field-label" aria-hidden="true">
        {props.label}
      </span>
      <Select {...props} />
    </div>
  )
}

const CALM = { everyMs: 1000 }

interface ReadingTimeProps {
  readonly draft: Pick<Draft, 'to' | 'priority' | 'kind'>
  readonly members: readonly MemberView[]
}

const MOST_LINES = 5

/** Said again by a screen reader only when it says something else. */
function ReadingTime({ draft: { to, priority, kind }, members }: ReadingTimeProps) {
  const summary = useYard((view) => view.summary)
  const agents = useYard((view) => view.agents)
  const { yard } = useSession()
  useThrottledYard((view) => view.tasks, CALM)
  const { tasks } = yard.getState()
  const facts = { members, agents, tasks, summary, timeText: instantText }
  const lines =
    kind === 'delegation'
      ? namesIn(to).map((name) => `A new task for ${name}`)
      : readingLines(namesIn(to), priority, facts)
  const more = lines.length - MOST_LINES
  return (
    <ul className="reading-time text-11" aria-label="When it will be read" aria-live="polite">
      {lines.slice(0, MOST_LINES).map((line) => (
        <li key={line}>{line}</li>
      ))}
      {more > 0 && <li>and {more} more</li>}
    </ul>
  )
}
