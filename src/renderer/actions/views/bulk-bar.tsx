/** What can be done to several chosen tasks: the same commands as everywhere. The graph and the lists put it where there is room. */
import { useRef } from 'react'
import { useThrottledYard, useConnection } from '../../model/session/session-context.tsx'
import { usePreferences } from '../../model/preferences.ts'
import { useSelection } from '../../model/selection.ts'
import { Button } from '../../ui/button.tsx'
import { Toolbar } from '../../ui/tabs.tsx'
import { plural } from '../../ui/format.ts'
import { useFocusHome } from '../../ui/focus.ts'
import { blockedReason, labelOfCommand, runCommand, useOfferedCommands } from '../commands.ts'
import './actions.css'

export const BULK_COMMANDS: readonly (readonly [id: string, label: string, look?: 'danger'])[] = [
  ['task.hold', 'Pause'],
  ['task.publish', 'Publish'],
  ['task.retry', 'Retry'],
  ['task.executor', 'Executor'],
  ['task.model', 'Model'],
  ['task.priority', 'Priority'],
  ['task.tag', 'Tags'],
  ['task.abandon', 'Abandon', 'danger'],
  ['task.delete', 'Delete', 'danger'],
]

export function BulkBar({ className }: { readonly className: string }) {
  const count = useSelection(({ ids }) => ids.size)
  return count > 1 ? <Bar count={count} className={className} /> : null
}

/** It walks over the chosen tasks. */
const CALM = { everyMs: 250, fromTasks: 1000 }

function Bar({ count, className }: { readonly count: number; readonly className: string }) {
  // What can be done changes with the tasks and with who offers it.
  useThrottledYard((view) => view.tasks, CALM)
  useOfferedCommands()
  const isLive = useConnection().kind === 'live'
  const inspectorWidth = usePreferences((preferences) => preferences.inspectorWidth)
  const bar = useRef<HTMLDivElement>(null)
  useFocusHome(bar)
  return (
    <Toolbar
      ref={bar}
      className={className}
      style={{ '--inspector': `${inspectorWidth}px` }}
      aria-label={`${plural(count, 'task')} chosen`}
    >
      <span>{plural(count, 'task')} chosen</span>
      {BULK_COMMANDS.map(([id, label, look]) => {
        const blocked = isLive ? blockedReason(id) : 'Not connected'
        return (
          <Button
            key={id}
            look={look ?? 'plain'}
            aria-disabled={blocked !== null}
            title={blocked ?? undefined}
            onClick={() => runCommand(id)}
          >
            {labelOfCommand(id) ?? label}
          </Button>
        )
      })}
      <Button
        look="quiet"
        icon="close"
        aria-label="Choose none"
        onClick={() => runCommand('select.none')}
      />
    </Toolbar>
  )
}
