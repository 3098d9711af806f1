/** Yards that were open lately, with what goes on in them. */
import { Folder } from 'lucide-react'
import type { RecentYard } from '../../../contract/start-screen.ts'
import type { ShownState } from '../../../domain/task.ts'
import { Button } from '../../ui/button.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { plural } from '../../ui/format.ts'
import type { OpenYard } from './use-open-yard.ts'

interface RecentListProps {
  readonly recent: readonly RecentYard[] | null
  readonly opening: OpenYard
  readonly onForget: (folder: string) => void
}

export function RecentList({ recent, opening, onForget }: RecentListProps) {
  return (
    <section className="card start-card" aria-label="Recent yards">
      <h2>Recent</h2>
      {recent?.length === 0 && <p className="start-none">None yet.</p>}
      <ul>
        {recent?.map((yard) => (
          <li key={yard.folder}>
            <button
              type="button"
              className="start-row"
              disabled={yard.state === 'gone' || opening.isBusy}
              onClick={() => opening.open(yard.folder)}
            >
              <Folder size={16} strokeWidth={1.5} aria-hidden="true" />
              <span className="start-name">
                <b>{yard.name}</b>
                <span>{yard.folder}</span>
              </span>
              <StateOf yard={yard} />
            </button>
            <Button
              look="quiet"
              icon="close"
              aria-label={`Forget ${yard.name}`}
              title="Takes it off this list. The yard itself stays."
              onClick={() => onForget(yard.folder)}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}

const LAMPS: Readonly<Record<RecentYard['state'], ShownState | null>> = {
  working: 'in-progress',
  'needs-you': 'waiting',
  'at-rest': 'done',
  'not-running': null,
  gone: 'abandoned',
}

function StateOf({ yard }: { readonly yard: RecentYard }) {
  const { state, agents, attention } = yard
  const word = {
    working: plural(agents, 'agent'),
    'needs-you': `${attention} ${attention === 1 ? 'needs' : 'need'} you`,
    'at-rest': 'At rest',
    'not-running': 'Not running',
    gone: 'Not there any more',
  }[state]
  return (
    <span className="start-state" data-st={LAMPS[state] ?? 'off'}>
      <Lamp state={LAMPS[state]} />
      {word}
    </span>
  )
}
