/** Where a remark on a line is written. ⌘↵ sends it, Esc leaves and keeps what was typed. */
import { useEffect, useId, useRef, useState } from 'react'
import { useCommand } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { announce } from '../model/toasts.ts'
import { KeyHint } from '../actions/key-hint.tsx'
import { comment } from '../actions/requests.ts'
import { UNREAD } from './change-text.ts'
import { placeText, type LinePlace } from './patch.ts'

interface CommentFieldProps {
  readonly task: string
  readonly path: string
  readonly place: LinePlace
  /** The next try is told what is written here. */
  readonly isRead: boolean
  readonly onClose: () => void
  readonly onSent: () => void
}

/** What was begun and not sent, by its place: a new try or another file takes nothing away that was typed. */
const drafts = new Map<string, string>()

const MOST_CHARACTERS = 20_000

export function CommentField({ task, path, place, isRead, onClose, onSent }: CommentFieldProps) {
  const draft = `${task}\n${path}\n${place.side} ${place.line}`
  const [text, setText] = useState(drafts.get(draft) ?? '')
  const command = useCommand()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const note = isRead ? 'The next try of this task reads it.' : UNREAD
  useEffect(() => field.current?.focus(), [])
  const send = async (): Promise<void> => {
    if (text.trim() === '' || command.isBusy) return
    const { side, line } = place
    const isSent = await command.run(comment({ task, path, side, line, text: text.trim() }))
    if (!isSent) return
    drafts.delete(draft)
    announce(`Commented. ${note}`)
    onSent()
    onClose()
  }
  return (
    <form
      className="remark-field"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
        else if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void send()
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      <label htmlFor={id}>Comment on {placeText(place)}</label>
      <textarea
        ref={field}
        id={id}
        className="input"
        rows={3}
        maxLength={MOST_CHARACTERS}
        aria-describedby={`${id}-note`}
        value={text}
        onChange={(event) => {
          drafts.set(draft, event.target.value)
          setText(event.target.value)
        }}
      />
      <p id={`${id}-note`} className="changes-note">
        {note}
      </p>
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
      <div className="remark-acts">
        <Button type="submit" look="main" isBusy={command.isBusy} disabled={text.trim() === ''}>
          Comment <KeyHint keys="mod+enter" />
        </Button>
        <Button
          onClick={() => {
            drafts.delete(draft)
            onClose()
          }}
        >
          Cancel
        </Button>
      </div>
    </form>
  )
}
