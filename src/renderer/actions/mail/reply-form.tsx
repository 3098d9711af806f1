/** An answer to one message, which closes it; where the yard asks what becomes of a task, with what becomes of it. */
import { useState } from 'react'
import { ESCALATION_ANSWERS, type EscalationAnswer } from '../../../domain/messages/message.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useCommand } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { capital } from '../../ui/format.ts'
import { KeyHint } from '../key-hint.tsx'
import { TextArea } from '../views/text-area.tsx'
import { onSendKey } from './composer.tsx'
import { replyTo } from './mail-requests.ts'
import './mail.css'

interface ReplyFormProps {
  readonly id: string
  readonly from: string
  readonly asksDecision: boolean
  /** In whose place, where it is not for people. */
  readonly inPlaceOf?: string | null
  readonly onSent?: () => void
  /** Left out where it stays. */
  readonly onLeave?: () => void
}

/** What was begun and not sent, by its message. */
const drafts = new Map<string, string>()

const DECISIONS = ESCALATION_ANSWERS.map((each) => [each, capital(each)] as const)

export function ReplyForm(props: ReplyFormProps) {
  const { id, from, asksDecision, inPlaceOf = null, onSent, onLeave } = props
  const [text, setText] = useState(drafts.get(id) ?? '')
  const [decision, setDecision] = useState<EscalationAnswer>('retry')
  const { run, isBusy, problem, dismiss } = useCommand()
  const drop = (): void => {
    drafts.delete(id)
    setText('')
  }
  // A decision says enough by itself.
  const said = text.trim() === '' && asksDecision ? capital(decision) : text.trim()
  const send = async (): Promise<void> => {
    if (said === '' || isBusy) return
    if (!(await run(replyTo({ id, text: said, ...(asksDecision ? { decision } : {}) })))) return
    drop()
    onSent?.()
  }
  return (
    <form
      className="reply-form flex flex-col gap-2"
      aria-label={`Reply to ${from}`}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onKeyDown={(event) => onSendKey(event, () => void send())}
    >
      {asksDecision && (
        <Segmented
          label="What becomes of the task"
          value={decision}
          options={DECISIONS}
          onChange={setDecision}
        />
      )}
      <TextArea
        label={asksDecision ? 'Why, if you like' : 'Your reply'}
        rows={2}
        maxLength={20_000}
        note={
          inPlaceOf === null
            ? `Closes it, and goes to ${from}.`
            : `Closes it in the place of ${inPlaceOf}, and goes to ${from}.`
        }
        value={text}
        onText={(typed) => {
          drafts.set(id, typed)
          setText(typed)
        }}
      />
      <ProblemNote problem={problem} onClose={dismiss} />
      <div className="dialog-acts">
        {onLeave && (
          <Button
            onClick={() => {
              drop()
              onLeave()
            }}
          >
            Cancel
          </Button>
        )}
        <Button type="submit" look="main" isBusy={isBusy} disabled={said === ''}>
          {asksDecision ? capital(decision) : 'Send reply'} <KeyHint keys="mod+enter" />
        </Button>
      </div>
    </form>
  )
}
