/** What an agent asked, and a field for the person's words. Its task goes on once they are there. */
import { useId, useState } from 'react'
import { useCommand } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { KeyHint } from '../key-hint.tsx'

interface QuestionAnswerProps {
  readonly task: string
  /** What it asked, one line. */
  readonly question: string
}

/** What was begun and not sent, by its question: only Cancel throws it away. */
const drafts = new Map<string, string>()

export function QuestionAnswer({ task, question }: QuestionAnswerProps) {
  const [isOpen, setOpen] = useState(false)
  const close = (): void => setOpen(false)
  return (
    <>
      <Button look="main" onClick={() => setOpen(true)}>
        Answer…
      </Button>
      <Dialog title="Answer its question" isOpen={isOpen} onClose={close}>
        <AnswerForm task={task} question={question} onClose={close} />
      </Dialog>
    </>
  )
}

function AnswerForm({ task, question, onClose }: QuestionAnswerProps & { onClose: () => void }) {
  const field = useId()
  const draft = `${task}\n${question}`
  const [text, setText] = useState(drafts.get(draft) ?? '')
  const { run, isBusy, problem, dismiss } = useCommand()
  const answer = async (): Promise<void> => {
    const words = text.trim()
    if (words === '' || isBusy) return
    const id = task
    const isSaid = await run((client, commandId) =>
      client.task.answer({ id, text: words, commandId }),
    )
    if (isSaid) drop()
  }
  const drop = (): void => {
    drafts.delete(draft)
    onClose()
  }
  return (
    <>
      <p className="text-12 text-text-2" dir="auto">
        {question}
      </p>
      <div className="field">
        <label htmlFor={field}>Your answer</label>
        <textarea
          id={field}
          aria-describedby={`${field}-note`}
          className="input"
          rows={4}
          value={text}
          onChange={(event) => {
            drafts.set(draft, event.target.value)
            setText(event.target.value)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
            event.preventDefault()
            void answer()
          }}
        />
        <span id={`${field}-note`} className="text-11 text-text-3">
          Its next try reads it and goes on. Enter begins a new line.
        </span>
      </div>
      <ProblemNote problem={problem} onClose={dismiss} />
      <div className="dialog-acts">
        <Button onClick={drop}>Cancel</Button>
        <Button
          look="main"
          isBusy={isBusy}
          disabled={text.trim() === ''}
          onClick={() => void answer()}
        >
          Send answer <KeyHint keys="mod+enter" />
        </Button>
      </div>
    </>
  )
}
