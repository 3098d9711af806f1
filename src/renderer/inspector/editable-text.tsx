/** A text that is edited where it stands: shown, then a field, then saved or left. A change from elsewhere meanwhile is said before it would be lost. */
import { Pencil } from 'lucide-react'
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import type { Result } from '../../base/result.ts'
import type { TaskView } from '../../contract/view.ts'
import { Button } from '../ui/button.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { useIsHistory } from '../model/shown-time.ts'
import type { TaskFields } from '../actions/task/edit.ts'
import { useTaskEdit } from '../actions/task/edit.ts'
import { type JudgedField, Offers } from '../actions/add/judged-names.tsx'
import { focusAfterDraw } from '../ui/focus.ts'

export interface TextOfTask {
  /** `Description` */
  readonly name: string
  /** As the field holds it; empty = not said. */
  readonly read: (task: TaskView) => string
  /** What is sent, or why it cannot be meant. */
  readonly write: (text: string) => Result<TaskFields, string>
  readonly isLong?: boolean
  readonly isCode?: boolean
  /** Said under the field. */
  readonly note?: string
  /** What can be named is offered while it is written. */
  readonly offers?: JudgedField
}

interface EditableTextProps {
  readonly task: TaskView
  readonly text: TextOfTask
  /** Shown while nobody edits. */
  readonly children: ReactNode
}

export function EditableText({ task, text, children }: EditableTextProps) {
  const [isEditing, setEditing] = useState(false)
  const isPast = useIsHistory()
  const opener = useRef<HTMLButtonElement>(null)
  const close = (): void => {
    setEditing(false)
    focusAfterDraw(() => opener.current)
  }
  if (isEditing && !isPast) return <Editor task={task} text={text} onClose={close} />
  return (
    <div className="editable">
      <div className="editable-shown flex-1 min-w-0">{children}</div>
      {!isPast && (
        <button
          ref={opener}
          type="button"
          className="btn editable-open"
          data-look="quiet"
          aria-label={`Edit ${text.name.toLowerCase()}`}
          onClick={() => setEditing(true)}
        >
          <Pencil size={14} strokeWidth={1.5} aria-hidden="true" />
        </button>
      )}
    </div>
  )
}

/** The name of the list of what is offered, and what its field says of it; a field without one is a plain one. */
function useOffers({ offers }: TextOfTask) {
  const list = useId()
  return { list, attributes: offers && { list } }
}

interface EditorProps {
  readonly task: TaskView
  readonly text: TextOfTask
  readonly onClose: () => void
}

function Editor({ task, text, onClose }: EditorProps) {
  const current = text.read(task)
  const [base, setBase] = useState(current)
  const [draft, setDraft] = useState(current)
  const [issue, setIssue] = useState<string | null>(null)
  const field = useRef<HTMLTextAreaElement & HTMLInputElement>(null)
  const { list, attributes } = useOffers(text)
  const { save, isBusy, problem, dismiss } = useTaskEdit(task.id)
  useEffect(() => field.current?.focus(), [])
  const isChangedElsewhere = current !== base && current !== draft
  const submit = async (): Promise<void> => {
    if (draft === base && !isChangedElsewhere) return onClose()
    const next = text.write(draft)
    const before = text.write(current)
    if (!next.ok || !before.ok) return setIssue(next.ok ? null : next.error)
    const label = `Changed the ${text.name.toLowerCase()} of “${task.title}”`
    const isAsBefore = (now: TaskView): boolean => text.read(now) === current
    const result = await save({ label, next: next.value, before: before.value, isAsBefore })
    if (result === 'saved') onClose()
    if (result === 'changed') setIssue('Changed elsewhere just now. Look, then save again.')
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      onClose()
    }
    const isMeant = !text.isLong || event.metaKey || event.ctrlKey
    if (event.key === 'Enter' && isMeant && !event.nativeEvent.isComposing) {
      event.preventDefault()
      void submit()
    }
  }
  const Tag = text.isLong ? 'textarea' : 'input'
  return (
    <div className="editor">
      <Tag
        ref={field}
        className={text.isCode ? 'input font-mono' : 'input'}
        aria-label={text.name}
        aria-invalid={issue !== null}
        spellCheck={!text.isCode}
        {...attributes}
        {...(text.isLong ? { rows: Math.min(16, Math.max(4, draft.split('\n').length + 1)) } : {})}
        value={draft}
        onChange={(event) => {
          setIssue(null)
          setDraft(event.target.value)
        }}
        onKeyDown={onKeyDown}
      />
      <Offers id={list} field={text.offers} />
      {(issue ?? text.note) !== undefined && (
        <p
          role={issue === null ? undefined : 'alert'}
          className="editor-note"
          data-bad={issue !== null}
        >
          {issue ?? text.note}
        </p>
      )}
      {isChangedElsewhere && (
        <div className="editor-conflict" role="alert">
          <p>It was changed elsewhere meanwhile. Saving writes over this:</p>
          <pre>{current === '' ? '(Empty)' : current}</pre>
          <Button
            onClick={() => {
              setDraft(current)
              setBase(current)
            }}
          >
            Take theirs
          </Button>
        </div>
      )}
      <div className="editor-acts flex">
        <Button look="main" isBusy={isBusy} onClick={() => void submit()}>
          {isChangedElsewhere ? 'Save over it' : 'Save'}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
      <ProblemNote problem={problem} onClose={dismiss} />
    </div>
  )
}
