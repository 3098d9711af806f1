/** All comments of a task, and the way to a try that reads those which none has read yet. */
import type { ChangeComment, ChangeView } from '../../contract/change.ts'
import type { TaskCard } from '../../contract/view.ts'
import { useCommand, useSession } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { instantText, plural } from '../ui/format.ts'
import { useIsHistory } from '../model/shown-time.ts'
import { subjectOf } from '../actions/action.ts'
import { perform } from '../actions/perform.ts'
import { reopen } from '../actions/task/reopen.ts'
import { retry } from '../actions/task/retry.ts'
import type { TaskDetails } from '../model/use-task-details.ts'
import { readsComments, UNREAD, waitingComments } from './change-text.ts'
import { type LinePosition, positionText } from './patch.ts'
import { ShownLine, ShownPath } from './shown-line.tsx'
import { useEffect, useId, useRef, useState } from 'react'
import { ProblemNote } from '../components/problem-note.tsx'
import { announce } from '../model/toasts.ts'
import { KeyHint } from '../actions/key-hint.tsx'
import { comment } from '../actions/requests.ts'

interface CommentsProps {
  readonly view: ChangeView
  readonly card: TaskCard
  readonly details: TaskDetails
  readonly onOpen: (path: string) => void
}

export function Comments({ view, card, details, onOpen }: CommentsProps) {
  const { comments } = view
  if (comments.length === 0) return null
  const shown = new Set(view.files.map(({ path }) => path))
  const waiting = waitingComments(view, details.tries)
  return (
    <section className="changes-comments" aria-label="Comments">
      <details>
        <summary>{plural(comments.length, 'comment')}</summary>
        <ul>
          {comments.map((comment) => (
            <li key={`${comment.at} ${comment.path} ${comment.line} ${comment.text}`}>
              {shown.has(comment.path) ? (
                <button
                  type="button"
                  className="text-button text-11"
                  onClick={() => onOpen(comment.path)}
                >
                  <ShownPath path={comment.path} />, {positionText(comment)}
                </button>
              ) : (
                <span className="remark-place text-11">
                  <ShownPath path={comment.path} />, {positionText(comment)}
                </span>
              )}
              <CommentText comment={comment} />
            </li>
          ))}
        </ul>
      </details>
      {readsComments(details.task) ? (
        waiting.length > 0 && <NextTry card={card} count={waiting.length} />
      ) : (
        <p className="changes-next flex flex-wrap items-center text-text-2">{UNREAD}</p>
      )}
    </section>
  )
}

function NextTry({ card, count }: { readonly card: TaskCard; readonly count: number }) {
  const session = useSession()
  const isPast = useIsHistory()
  const subject = subjectOf(session, card)
  const action = [retry, reopen].find(({ blocked }) => blocked(subject) === null)
  const words = `${plural(count, 'comment')} ${count === 1 ? 'waits' : 'wait'} for the next try of this task, which reads ${count === 1 ? 'it' : 'them'}.`
  return (
    <p className="changes-next flex flex-wrap items-center text-text-2">
      <span>{words}</span>
      {action && !isPast && (
        <Button icon="retry" onClick={() => void perform(session, action, [subject])}>
          {action.label} with {plural(count, 'comment')}
        </Button>
      )}
    </p>
  )
}

// One comment as it was written.

export function CommentText({ comment }: { readonly comment: ChangeComment }) {
  return (
    <article className="remark whitespace-pre-wrap">
      <p className="remark-head text-11">
        <b>
          <ShownLine text={comment.by} />
        </b>{' '}
        <time dateTime={comment.at}>{instantText(comment.at)}</time>
      </p>
      {comment.text.split('\n').map((line, index) => (
        <p key={index} dir="auto">
          <ShownLine text={line} />
        </p>
      ))}
    </article>
  )
}

// Where a remark on a line is written. ⌘↵ sends it, Esc leaves and keeps what was typed.

interface CommentFieldProps {
  readonly task: string
  readonly path: string
  readonly place: LinePosition
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
      <label htmlFor={id}>Comment on {positionText(place)}</label>
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
      <div className="remark-acts flex flex-wrap">
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
