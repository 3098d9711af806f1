/** The bar at the bottom of the canvas. */
import { useState } from 'react'
import { useCalmYard, useSession } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { runCommand } from '../../actions/commands.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { useShownTime } from '../../model/shown-time.ts'
import { useSelection } from '../../model/selection.ts'
import { subjectOf } from '../../actions/action.ts'
import { BulkBar } from '../../actions/views/bulk-bar.tsx'
import { perform } from '../../actions/perform.ts'
import { publish } from '../../actions/task/publish.ts'

/** It walks over tasks. */
const CALM = { everyMs: 250, fromTasks: 1000 }

/** What can be done to several chosen tasks; with fewer, how drafts are started. */
export function CanvasBar() {
  const isPast = useShownTime() !== null
  const isMany = useSelection(({ ids }) => ids.size > 1)
  if (isPast) return null
  return isMany ? <BulkBar className="canvas-card bulk-bar" /> : <DraftBar />
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
      <Button
        look="main"
        onClick={() =>
          void perform(
            session,
            publish,
            drafts.map((card) => subjectOf(session, card)),
          )
        }
      >
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
