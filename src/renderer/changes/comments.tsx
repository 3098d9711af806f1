/** All comments of a task, and the way to a try that reads those which none has read yet. */
import type { ChangeView } from '../../contract/change.ts'
import type { TaskCard } from '../../contract/view.ts'
import { useSession } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { plural } from '../ui/format.ts'
import { useIsPast } from '../model/shown-time.ts'
import { subjectOf } from '../actions/action.ts'
import { perform } from '../actions/perform.ts'
import { reopen } from '../actions/task/reopen.ts'
import { retry } from '../actions/task/retry.ts'
import type { TaskDetails } from '../model/use-task-details.ts'
import { readsComments, UNREAD, waitingComments } from './change-text.ts'
import { CommentText } from './comment-text.tsx'
import { placeText } from './patch.ts'
import { ShownPath } from './shown-line.tsx'

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
                <button type="button" className="remark-place" onClick={() => onOpen(comment.path)}>
                  <ShownPath path={comment.path} />, {placeText(comment)}
                </button>
              ) : (
                <span className="remark-place">
                  <ShownPath path={comment.path} />, {placeText(comment)}
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
        <p className="changes-next">{UNREAD}</p>
      )}
    </section>
  )
}

function NextTry({ card, count }: { readonly card: TaskCard; readonly count: number }) {
  const session = useSession()
  const isPast = useIsPast()
  const subject = subjectOf(session, card)
  const action = [retry, reopen].find(({ blocked }) => blocked(subject) === null)
  const words = `${plural(count, 'comment')} ${count === 1 ? 'waits' : 'wait'} for the next try of this task, which reads ${count === 1 ? 'it' : 'them'}.`
  return (
    <p className="changes-next">
      <span>{words}</span>
      {action && !isPast && (
        <Button icon="retry" onClick={() => void perform(session, action, [subject])}>
          {action.label} with {plural(count, 'comment')}
        </Button>
      )}
    </p>
  )
}
