/** The title of a task, edited in place: ↵ saves, Esc leaves. */
import { useEffect, useRef, useState } from 'react'
import type { TaskCard } from '../../contract/view.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { useTaskEdit } from '../actions/task/use-task-edit.ts'

interface TitleFieldProps {
  readonly card: TaskCard
  readonly onClose: () => void
}

const MOST_CHARS = 500

export function TitleField({ card, onClose }: TitleFieldProps) {
  const [was] = useState(card.title)
  const [title, setTitle] = useState(card.title)
  const [fault, setFault] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const { save, isBusy, problem, dismiss } = useTaskEdit(card.id)
  useEffect(() => field.current?.select(), [])
  const submit = async (): Promise<void> => {
    const next = title.trim()
    if (isBusy) return
    if (next === was) return onClose()
    if (next === '') return setFault('A task needs a title.')
    const result = await save({
      label: `Renamed “${was}”`,
      next: { title: next },
      before: { title: was },
      isAsBefore: (now) => now.title === was || now.title === card.title,
    })
    if (result === 'saved') onClose()
    if (result === 'changed')
      setFault('It was renamed elsewhere meanwhile. Esc shows the new title.')
  }
  return (
    <div className="title-field">
      <input
        ref={field}
        className="input"
        aria-label="Title"
        aria-invalid={fault !== null}
        aria-busy={isBusy}
        maxLength={MOST_CHARS}
        value={title}
        onChange={(event) => {
          setFault(null)
          setTitle(event.target.value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) void submit()
          else if (event.key === 'Escape') onClose()
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      {fault !== null && (
        <p role="alert" className="editor-note" data-bad="true">
          {fault}
        </p>
      )}
      <ProblemNote problem={problem} onClose={dismiss} />
    </div>
  )
}
