/** What a task has changed in git: its files, one diff at a time with remarks on its lines, and its way to the target branch. */
import { useState } from 'react'
import type { ChangeView } from '../../contract/change.ts'
import type { TaskCard } from '../../contract/view.ts'
import { Button } from '../ui/button.tsx'
import { EmptyNote } from '../ui/screen.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { TrySelect } from '../components/try-select.tsx'
import { navigate, useRoute } from '../model/route.ts'
import type { TaskDetails } from '../model/use-task-details.ts'
import { amountText, countsText, readsComments, shortCommit } from './change-text.ts'
import { Comments } from './comments.tsx'
import { FileDiff } from './file-diff.tsx'
import { FileList } from './file-list.tsx'
import { MergeBox } from './merge-box.tsx'
import './changes.css'
import { useYard } from '../model/session/session-context.tsx'
import { type Answer, useAnswer } from '../model/use-answer.ts'
import { OpenFolder } from '../components/open-folder.tsx'
import { instantText, plural } from '../ui/format.ts'
import { ShownLine } from './shown-line.tsx'

interface ChangesTabProps {
  readonly card: TaskCard
  readonly details: TaskDetails
}

export function ChangesTab({ card, details }: ChangesTabProps) {
  const route = useRoute()
  const [agent, setAgent] = useState(route.anchor === null ? null : route.agent)
  const { value: view, problem, askAgain } = useChanges(card, agent)
  const tries = details.tries.filter(({ branch }) => branch !== null)
  if (view === null && problem === null)
    return (
      <div className="panel skeletons gap-3" aria-busy="true" aria-label="Loading">
        <div className="skeleton" />
        <div className="skeleton" />
      </div>
    )
  if (view === null)
    return (
      <div className="panel">
        <ProblemNote problem={problem} onClose={askAgain} />
        <Button icon="retry" onClick={askAgain}>
          Look again
        </Button>
      </div>
    )
  return (
    <div className="panel changes flex flex-col gap-3">
      <ProblemNote problem={problem} onClose={askAgain} />
      {tries.length > 1 && (
        <TrySelect
          label="Whose changes"
          tries={details.tries}
          offered={tries}
          value={agent ?? view.agent ?? ''}
          onChange={setAgent}
        />
      )}
      {view.agent === null && agent !== null ? (
        <EmptyNote text={`${agent} has left nothing in git any more.`}>
          <Button onClick={() => setAgent(null)}>Show the latest</Button>
        </EmptyNote>
      ) : (
        <Shown
          key={view.agent}
          view={view}
          card={card}
          details={details}
          isLatest={agent === null || agent === tries[0]?.id}
          onChanged={askAgain}
        />
      )}
    </div>
  )
}

interface ShownProps extends ChangesTabProps {
  readonly view: ChangeView
  /** It is not an earlier try that is looked at. */
  readonly isLatest: boolean
  readonly onChanged: () => void
}

function Shown({ view, card, details, isLatest, onChanged }: ShownProps) {
  const chosen = useRoute().anchor
  const setChosen = (path: string): void => navigate({ anchor: path }, { replace: true })
  const { file, line } = chosenPlace(view.files, chosen)
  const agent = details.tries.find(({ id }) => id === view.agent) ?? null
  if (view.agent === null)
    return (
      <>
        <EmptyNote text={nothingText(details)} />
        <Comments view={view} card={card} details={details} onOpen={setChosen} />
      </>
    )
  return (
    <>
      <Summary view={view} folder={agent?.cwd ?? null} />
      <MergeBox
        view={view}
        card={card}
        verify={details.task.verify}
        isLatest={isLatest}
        onChanged={onChanged}
      />
      <Comments view={view} card={card} details={details} onOpen={setChosen} />
      {file === null ? (
        <p className="changes-none" role="status">
          {view.isLive
            ? 'Nothing is committed yet. What it commits is shown here.'
            : 'It changed no files.'}
        </p>
      ) : (
        <>
          <FileList view={view} current={file.path} onChoose={setChosen} />
          <FileDiff
            key={file.path}
            view={view}
            file={file}
            isRead={readsComments(details.task)}
            onCommented={onChanged}
            line={line}
          />
        </>
      )}
    </>
  )
}

/** `src/a.ts`, or a line of it: `src/a.ts:12`. */
export function chosenPlace<T extends { readonly path: string }>(
  files: readonly T[],
  chosen: string | null,
): { readonly file: T | null; readonly line: number | null } {
  const exact = files.find(({ path }) => path === chosen)
  if (exact) return { file: exact, line: null }
  const [, path, line] = /^(.+):(\d+)(?:-\d+)?$/.exec(chosen ?? '') ?? []
  const named = files.find((file) => file.path === path)
  return named ? { file: named, line: Number(line) } : { file: files[0] ?? null, line: null }
}

const nothingText = ({ tries }: TaskDetails): string =>
  tries.length === 0
    ? 'No agent has worked on it yet.'
    : 'No try of it worked in a git worktree, so there are no changes to show. A task gets one by its worktree setting, in a folder under git.'

// What a task has changed, asked for again whenever something about the task changes, and now and then while it may change unseen.

/** A commit of an agent at work is no news of the yard. */
const ASK_EVERY_MS = 3000

/** `agent`: the try that is meant; null = the latest. */
export function useChanges(card: TaskCard, agent: string | null): Answer<ChangeView> {
  const [known, setKnown] = useState({ card, round: 0 })
  if (known.card !== card) setKnown({ card, round: known.round + 1 })
  const [isLive, setLive] = useState(false)
  const fetches = useYard((view) => view.fetches)
  const answer = useAnswer(
    ({ change }) => change.of({ task: card.id, ...(agent === null ? {} : { agent }) }),
    { key: `${card.id} ${agent} ${known.round} ${fetches}`, everyMs: isLive ? ASK_EVERY_MS : null },
  )
  const isLiveNow = answer.value?.isLive ?? false
  if (isLiveNow !== isLive) setLive(isLiveNow)
  return answer
}

// How much was changed, between which commits, on which branch, and what else was found.

interface SummaryProps {
  readonly view: ChangeView
  /** The worktree; null when it is not known. */
  readonly folder: string | null
}

export function Summary({ view, folder }: SummaryProps) {
  const { base, result, branch, notes } = view
  return (
    <section className="changes-summary" aria-label="Summary of the changes">
      <p className="changes-amount flex flex-wrap">
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
