/** Acts for several chosen tasks, at the bottom of the canvas; with fewer, how drafts are started. */
import { useRef, useState } from 'react'
import { useCalmYard, useSession } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { useFocusHome } from '../../ui/use-focus-home.ts'
import { plural } from '../../ui/numbers.ts'
import { blockedReason, runCommand, useOfferedCommands } from '../../actions/commands.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { useShownTime } from '../../model/shown-time.ts'
import { selectTasks, useSelection } from '../../model/selection.ts'
import { doAct } from '../../actions/send-acts.ts'
import { TASK_ACTS } from '../../actions/task-acts.ts'

const ACTS: readonly (readonly [string, string])[] = [
  ['task.hold', 'Pause'],
  ['task.publish', 'Publish'],
  ['task.retry', 'Retry'],
  ['task.executor', 'Executor'],
  ['task.model', 'Model'],
  ['task.priority', 'Priority'],
  ['task.tag', 'Tag'],
  ['task.delete', 'Delete'],
]

/** Both bars walk over tasks. */
const CALM = { everyMs: 250, fromTasks: 1000 }

export function BulkBar() {
  const isPast = useShownTime() !== null
  const count = useSelection(({ ids }) => ids.size)
  if (isPast) return null
  return count > 1 ? <ManyChosen count={count} /> : <DraftBar />
}

function ManyChosen({ count }: { readonly count: number }) {
  // What can be done changes with the tasks and with who offers it.
  useCalmYard((view) => view.tasks, CALM)
  useOfferedCommands()
  const canPause = useCanPause()
  const bar = useRef<HTMLDivElement>(null)
  useFocusHome(bar)
  return (
    <div
      ref={bar}
      className="canvas-card bulk-bar"
      role="toolbar"
      aria-label={`${plural(count, 'task')} chosen`}
    >
      <span>{plural(count, 'task')}</span>
      {ACTS.map(([id, word]) => {
        const reason = blockedReason(id)
        return (
          <Button
            key={id}
            look={id === 'task.delete' ? 'danger' : 'plain'}
            disabled={reason !== null}
            title={reason ?? undefined}
            onClick={() => runCommand(id)}
          >
            {id === 'task.hold' && !canPause ? 'Resume' : word}
          </Button>
        )
      })}
      <Button look="quiet" icon="close" aria-label="Choose none" onClick={() => selectTasks([])} />
    </div>
  )
}

/** The command pauses what can be paused, else it resumes. */
function useCanPause(): boolean {
  const ids = useSelection((selection) => selection.ids)
  return useCalmYard(
    ({ tasks }) =>
      [...ids].some((id) => {
        const card = tasks.get(id)
        return card !== undefined && TASK_ACTS.pause.blocked(card) === null
      }),
    CALM,
  )
}

/** Drafts wait for a person; whoever has just drawn them learns here how they start. */
function DraftBar() {
  const session = useSession()
  const tasks = useCalmYard((view) => view.tasks, CALM)
  const drafts = [...tasks.values()].filter(({ isDraft }) => isDraft)
  const focusId = useSelection(({ ids }) => (ids.size === 1 ? [...ids][0] : undefined))
  const isDraftChosen = drafts.some(({ id }) => id === focusId)
  const [later, setLater] = useState<ReadonlySet<string>>(new Set())
  const isNews = isDraftChosen || drafts.some(({ id }) => !later.has(id))
  if (drafts.length === 0 || !isNews) return null
  return (
    <div className="canvas-card draft-bar" role="group" aria-label="Drafts">
      <span>
        {drafts.length === 1 ? '1 draft waits' : `${drafts.length} drafts wait`} until published.
      </span>
      {isDraftChosen && drafts.length > 1 && (
        <Button onClick={() => runCommand('task.publish')}>
          Publish this <KeyHint keys="u" />
        </Button>
      )}
      <Button look="main" onClick={() => void doAct(session, TASK_ACTS.publish, drafts)}>
        {drafts.length === 1 ? 'Publish' : 'Publish all'}
        {isDraftChosen && drafts.length === 1 && <KeyHint keys="u" />}
      </Button>
      {!isDraftChosen && (
        <Button
          look="quiet"
          icon="close"
          aria-label="Leave the drafts for later"
          onClick={() => setLater(new Set(drafts.map(({ id }) => id)))}
        />
      )}
    </div>
  )
}
