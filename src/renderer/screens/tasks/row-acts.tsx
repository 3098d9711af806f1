/** What the outline can do to one task: add beside it, change what it waits for. Keys do the same, so they are no stops of the Tab key. */
import { Link2, Plus, Unlink2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../../ui/button.tsx'
import { openQuickAdd } from '../../actions/quick-add.ts'
import { editDependencies } from './dependency-editor.tsx'

interface RowActsProps {
  readonly id: string
  readonly title: string
}

export function RowActs({ id, title }: RowActsProps) {
  return (
    <>
      <Act label={`Add a task after ${title}`} onClick={() => openQuickAdd({ after: [id] })}>
        <Plus size={14} strokeWidth={1.5} aria-hidden="true" />
      </Act>
      <Act label={`Add a dependency to ${title}`} onClick={() => editDependencies(id, 'add')}>
        <Link2 size={14} strokeWidth={1.5} aria-hidden="true" />
      </Act>
      <Act label={`Remove a dependency of ${title}`} onClick={() => editDependencies(id, 'remove')}>
        <Unlink2 size={14} strokeWidth={1.5} aria-hidden="true" />
      </Act>
    </>
  )
}

interface ActProps {
  readonly label: string
  readonly onClick: () => void
  readonly children: ReactNode
}

function Act({ label, onClick, children }: ActProps) {
  return (
    <Button look="quiet" tabIndex={-1} aria-label={label} title={label} onClick={onClick}>
      {children}
    </Button>
  )
}
