/** How much was changed, between which commits, on which branch, and what else was found. */
import type { ChangeView } from '../../contract/change.ts'
import { OpenFolder } from '../components/open-folder.tsx'
import { instantText, plural } from '../ui/format.ts'
import { amountText, countsText, shortCommit } from './change-text.ts'
import { ShownLine } from './shown-line.tsx'

interface SummaryProps {
  readonly view: ChangeView
  /** The worktree; null when it is not known. */
  readonly folder: string | null
}

export function Summary({ view, folder }: SummaryProps) {
  const { base, result, branch, notes } = view
  return (
    <section className="changes-summary" aria-label="Summary of the changes">
      <p className="changes-amount">
        <strong>{amountText(view)}</strong>
        <span className="counts">{countsText(view)}</span>
        {view.isLive && <span>so far</span>}
      </p>
      <dl className="changes-facts">
        <div>
          <dt>Branch</dt>
          <dd>
            <code>
              <ShownLine text={branch ?? ''} />
            </code>
            {folder !== null && <OpenFolder folder={folder} name="worktree" />}
          </dd>
        </div>
        {base !== null && result !== null && (
          <div>
            <dt>From, to</dt>
            <dd>
              <code title={base}>{shortCommit(base)}</code>
              <span aria-hidden="true">→</span>
              <code title={result}>{shortCommit(result)}</code>
            </dd>
          </div>
        )}
      </dl>
      {notes.map((note) => (
        <p key={note} className="changes-note">
          <ShownLine text={note} />
        </p>
      ))}
      {view.commits.length > 0 && <Commits commits={view.commits} />}
    </section>
  )
}

function Commits({ commits }: Pick<ChangeView, 'commits'>) {
  return (
    <details className="changes-commits">
      <summary>{plural(commits.length, 'commit')}</summary>
      <ol aria-label="Commits">
        {commits.map(({ id, subject, author, at }) => (
          <li key={id}>
            <code title={id}>{shortCommit(id)}</code>
            <bdi dir="auto">
              <ShownLine text={subject} />
            </bdi>
            <span className="text-text-3">
              <ShownLine text={author} />, {instantText(at)}
            </span>
          </li>
        ))}
      </ol>
    </details>
  )
}
