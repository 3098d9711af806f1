/** Open a folder, bring a graph, or try the example; what was open lately; which agents are here. */
import { Download, FolderOpen, Workflow, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useCommands } from '../../actions/commands.ts'
import { Dialog } from '../../ui/popups.tsx'
import { FolderForm, useOpenYard } from './open-yard.tsx'
import { CliList, RecentList } from './start-facts.tsx'
import './start-screen.css'

type Way = 'open' | 'import'

/** No way: the example, which asks nothing. */
const WAYS: readonly (readonly [Way | null, LucideIcon, title: string, note: string])[] = [
  ['open', FolderOpen, 'Open a folder', 'A git repository works best'],
  ['import', Download, 'Import a graph', 'A TOML or JSON file, into a folder'],
  [null, Workflow, 'Try the example', 'Nine shell tasks, no agent, no cost'],
]

export function StartScreenPanel({ first }: { readonly first: Way | null }) {
  const opening = useOpenYard()
  const [way, setWay] = useState<Way | null>(first)
  return (
    <div className="start-panel">
      <div className="start-ways">
        {WAYS.map(([each, Icon, title, note]) => (
          <button
            key={title}
            type="button"
            className="start-way"
            data-main={each === 'open'}
            aria-pressed={each !== null && way === each}
            onClick={() => {
              if (each !== null) setWay(each)
              else if (!opening.isBusy) opening.example()
            }}
          >
            <Icon size={18} strokeWidth={1.5} aria-hidden="true" />
            <span>
              <b>{title}</b>
              <span>{note}</span>
            </span>
          </button>
        ))}
      </div>
      {way !== null && (
        <FolderForm
          key={way}
          opening={opening}
          {...(way === 'import' ? ({ then: 'import' } as const) : {})}
        />
      )}
      {opening.isBusy && (
        <p role="status" className="text-12 text-text-2">
          Opening…
        </p>
      )}
      <ProblemNote problem={opening.problem} onClose={opening.dismiss} />
      <div className="start-facts">
        <RecentList opening={opening} />
        <CliList />
      </div>
    </div>
  )
}

/** Another yard, from within one: the same ways as in the start screen, as a dialog. */
export function YardSwitcher() {
  const [shown, setShown] = useState<'open' | 'switch' | null>(null)
  useCommands({
    'yard.open': () => setShown('open'),
    'yard.switch': () => setShown('switch'),
  })
  return (
    <Dialog
      title={shown === 'open' ? 'Open a folder' : 'Switch yard'}
      size="wide"
      isOpen={shown !== null}
      onClose={() => setShown(null)}
    >
      {shown !== null && <StartScreenPanel first={shown === 'open' ? 'open' : null} />}
      {!window.yardHost && (
        <p className="text-11 text-text-3">
          Yardmaster keeps working on this yard when you leave or close the page.
        </p>
      )}
    </Dialog>
  )
}
