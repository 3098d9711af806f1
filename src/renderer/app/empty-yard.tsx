/** A yard without tasks: what to do first. */
import { Button } from '../ui/button.tsx'

export function EmptyYard({ onAdd }: { readonly onAdd: () => void }) {
  return (
    <div className="notice-page">
      <svg className="ghost-track" viewBox="0 0 420 60" aria-hidden="true">
        <path d="M110 30H155M265 30H310" />
        <rect x="1" y="6" width="108" height="48" rx="8" />
        <rect x="156" y="6" width="108" height="48" rx="8" />
        <rect x="311" y="6" width="108" height="48" rx="8" />
      </svg>
      <h2>Draw the first task</h2>
      <p>
        Add tasks here, or bring a whole graph with <code>yard import FILE</code>.
      </p>
      <Button look="main" icon="plus" onClick={onAdd}>
        Add a task
      </Button>
    </div>
  )
}
