/** What an agent asked, and a field for the person's answer, with which its task goes on. */
import { useState } from 'react'
import { useCommand } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { KeyHint } from '../key-hint.tsx'
import { TextArea } from './text-area.tsx'

interface QuestionAnswerProps {
  readonly task: string
  /** What it asked, one line. */
  readonly question: string
}

/** What was begun and not sent, by its question: only Cancel throws it away. */
const drafts = new Map<string, string>()

/** In a dialog, where there is no room for the field. */
export function QuestionAnswer({ task, question }: QuestionAnswerProps) {
  const [isOpen, setOpen] = useState(false)
  const close = (): void => setOpen(false)
  return (
    <>
      <Button look="main" onClick={() => setOpen(true)}>
        Answer…
      </Button>
      <Dialog title="Answer its question" isOpen={isOpen} onClose={close}>
        <p className="text-12 text-text-2" dir="auto">
          {question}
        </p>
        <AnswerForm task={task} question={question} onLeave={close} />
      </Dialog>
    </>
  )
}

interface AnswerFormProps extends QuestionAnswerProps {
  /** Left out where the form stays with its question: then nothing is cancelled. */
  readonly onLeave?: () => void
}

export function AnswerForm({ task, question, onLeave }: AnswerFormProps) {
  const draft = `${task}\n${question}`
  const [text, setText] = useState(drafts.get(draft) ?? '')
  const { run, isBusy, problem, dismiss } = useCommand()
  const answer = async (): Promise<void> => {
    if (text.trim() === '' || isBusy) return
    const isSent = await run((client, commandId) =>
      client.task.answer({ id: task, text: text.trim(), commandId }),
    )
    if (isSent) drop()
  }
  const drop = (): void => {
    drafts.delete(draft)
    setText('')
    onLeave?.()
  }
  return (
    <>
      <TextArea
        label="Your answer"
        rows={onLeave ? 4 : 2}
        note="Its next try reads it and goes on. Enter begins a new line."
        value={text}
        onText={(typed) => {
          drafts.set(draft, typed)
          setText(typed)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
          event.preventDefault()
          void answer()
        }}
      />
      <ProblemNote problem={problem} onClose={dismiss} />
      <div className="dialog-acts">
        {onLeave && <Button onClick={drop}>Cancel</Button>}
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
