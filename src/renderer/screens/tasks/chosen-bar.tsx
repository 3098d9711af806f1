/** What can be done to the chosen tasks, once there are several. The same commands as everywhere. */
import { useRef } from 'react'
import { useSession } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { useFocusHome } from '../../ui/use-focus-home.ts'
import { countText, plural } from '../../ui/numbers.ts'
import { blockedReason, runCommand, useOfferedCommands } from '../../actions/commands.ts'
import { useSelection } from '../../model/selection.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { pickNone } from './picking.ts'

const ACTS = [
  ['task.hold', 'Pause or resume'],
  ['task.publish', 'Publish'],
  ['task.retry', 'Retry'],
  ['task.executor', 'Executor'],
  ['task.model', 'Model'],
  ['task.priority', 'Priority'],
  ['task.tag', 'Tags'],
  ['task.abandon', 'Abandon'],
  ['task.delete', 'Delete'],
] as const

export function ChosenBar() {
  const ids = useSelection((selection) => selection.ids)
  if (ids.size < 2) return null
  return <Bar count={ids.size} />
}

function Bar({ count }: { readonly count: number }) {
  useOfferedCommands()
  useYard((view) => view.tasks) // what is blocked depends on how the tasks stand
  const isLive = useSession().connection.getState().kind === 'live'
  const bar = useRef<HTMLDivElement>(null)
  useFocusHome(bar)
  return (
    <div ref={bar} className="chosen-bar" role="toolbar" aria-label={plural(count, 'chosen task')}>
      <strong>{countText(count)} chosen</strong>
      {ACTS.map(([id, word]) => {
        const blocked = isLive ? blockedReason(id) : 'Not connected'
        return (
          <Button
            key={id}
            look={id === 'task.delete' || id === 'task.abandon' ? 'danger' : 'plain'}
            aria-disabled={blocked !== null}
            title={blocked ?? undefined}
            onClick={() => runCommand(id)}
          >
            {word}
          </Button>
        )
      })}
      <Button look="quiet" onClick={pickNone}>
        Choose none
      </Button>
    </div>
  )
}
