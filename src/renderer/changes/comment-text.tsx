/** One comment as it was written. */
import type { ChangeComment } from '../../contract/change.ts'
import { instantText } from '../ui/format.ts'
import { ShownLine } from './shown-line.tsx'

export function CommentText({ comment }: { readonly comment: ChangeComment }) {
  return (
    <article className="remark">
      <p className="remark-head">
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
