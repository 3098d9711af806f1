/** A yard without tasks: what to do first. */
import { Button } from '../ui/button.tsx'
import { offerList } from '../actions/transfer/list-state.ts'
import { runCommand } from '../actions/commands.ts'
import { KeyHint } from '../actions/key-hint.tsx'
import { openQuickAdd } from '../actions/quick-add.ts'

export function EmptyYard() {
  return (
    <div
      className="notice-page"
      onDoubleClick={({ clientX, clientY }) => openQuickAdd({ at: { x: clientX, y: clientY } })}
    >
      <svg className="ghost-track" viewBox="0 0 420 60" aria-hidden="true">
        <path d="M110 30H155M265 30H310" />
        <rect x="1" y="6" width="108" height="48" rx="8" />
        <rect x="156" y="6" width="108" height="48" rx="8" />
        <rect x="311" y="6" width="108" height="48" rx="8" />
      </svg>
      <h1>Draw the first task</h1>
      <p>
        Double-click, or press <KeyHint keys="n" />. Then drag from one task to the next to put them
        in order.
      </p>
      <div className="flex gap-2">
        <Button look="main" icon="plus" onClick={() => openQuickAdd()}>
          Add a task
        </Button>
        <Button onClick={() => runCommand('yard.import')}>Import a graph</Button>
        <Button onClick={() => offerList({ text: '' })}>Paste a list</Button>
      </div>
    </div>
  )
}
