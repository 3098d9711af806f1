/** What happened to a task, newest first. */
import type { TaskView } from '../../contract/view.ts'
import { instantText } from '../ui/duration.ts'

export function TaskLog({ task }: { readonly task: TaskView }) {
  return (
    <div className="panel" tabIndex={0} role="region" aria-label="Log">
      {task.log.length === 0 && <p className="quiet">Nothing yet.</p>}
      <ol className="log">
        {task.log.toReversed().map((line, index) => (
          <li key={task.log.length - index}>
            <time dateTime={line.at}>{instantText(line.at)}</time>
            <span className="log-by">{line.by}</span>
            <span className="log-text">{line.text}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}
