/** A small form that adds a task: a title, and the shell line to run if it is a shell task. */
import { useEffect, useId, useRef, type FormEvent } from 'react'
import { useCommand } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'

interface AddTaskProps {
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function AddTask({ isOpen, onClose }: AddTaskProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    if (isOpen && !element?.open) element?.showModal()
    if (!isOpen && element?.open) element.close()
  }, [isOpen])
  return (
    <dialog ref={dialog} className="composer" aria-label="Add a task" onClose={onClose}>
      {isOpen && <AddTaskForm onClose={onClose} />}
    </dialog>
  )
}

function AddTaskForm({ onClose }: Pick<AddTaskProps, 'onClose'>) {
  const id = useId()
  const { run, isBusy, problem, dismiss } = useCommand()
  const onSubmit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const title = textOf(fields, 'title')
    const exec = textOf(fields, 'exec')
    const paused = fields.get('paused') !== null
    const wish = { title, ...(exec ? { exec } : {}), ...(paused ? { paused } : {}) }
    if (await run(({ task }, commandId) => task.add({ ...wish, commandId }))) onClose()
  }
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <h2>Add a task</h2>
      <label htmlFor={`${id}-title`}>Title</label>
      <input
        id={`${id}-title`}
        name="title"
        required
        maxLength={500}
        autoFocus
        autoComplete="off"
      />
      <label htmlFor={`${id}-exec`}>Shell command, if it is one</label>
      <textarea id={`${id}-exec`} name="exec" rows={3} spellCheck={false} />
      <p className="quiet">Without a command the yard’s default executor works on it.</p>
      <label className="check">
        <input type="checkbox" name="paused" /> Keep it as a draft
      </label>
      <ProblemNote problem={problem} onClose={dismiss} />
      <div className="composer-acts">
        <Button onClick={onClose}>Cancel</Button>
        <Button look="main" type="submit" isBusy={isBusy}>
          Add task
        </Button>
      </div>
    </form>
  )
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name)
  return typeof value === 'string' ? value.trim() : ''
}
