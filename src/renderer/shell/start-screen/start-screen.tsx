/** Opening a yard: a folder, a graph, or the example; what was open lately; which agents are here. A window of its own, or a dialog's content. */
import { Download, FolderOpen, Workflow, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Logo } from '../../ui/icon.tsx'
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
    <div className="start-panel flex flex-col">
      <div className="start-ways gap-3">
        {WAYS.map(([each, Icon, title, note]) => (
          <button
            key={title}
            type="button"
            className="start-way flex items-center"
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
      <div className="start-facts gap-3">
        <RecentList opening={opening} />
        <CliList />
      </div>
    </div>
  )
}

/** The window without a yard. */
export function StartScreen() {
  return (
    <div className="start-screen flex flex-col">
      <header
        className="start-title flex items-center"
        data-platform={window.yardHost?.platform ?? 'browser'}
      >
        <Logo />
        <span>No yard</span>
      </header>
      <main className="start-main flex flex-col items-center gap-3 flex-1">
        <Picture />
        <h1>Open a yard</h1>
        <p className="start-lead text-text-2">
          A yard is a folder you work in. Yardmaster adds <code>.yard/</code> to it and nothing
          else.
        </p>
        <StartScreenPanel first={null} />
      </main>
    </div>
  )
}

const BOXES: readonly (readonly [number, number, string])[] = [
  [36, 46, 'done'],
  [230, 2, 'done'],
  [230, 46, 'in-progress'],
  [390, 2, 'blocked'],
  [390, 46, 'blocked'],
  [310, 90, 'done'],
  [610, 46, 'blocked'],
]

function Picture() {
  return (
    <svg className="start-picture" viewBox="0 0 720 128" aria-hidden="true">
      <path d="M0 62H130L174 18H546L590 62M130 62H590M130 62L174 106H546L590 62M590 62H720" />
      {BOXES.map(([x, y, state]) => (
        <g key={`${x} ${y}`} data-st={state} transform={`translate(${x} ${y})`}>
          <rect width="96" height="32" rx="6" />
          <circle cx="16" cy="16" r="4.5" />
          <path d="M30 16h46" />
        </g>
      ))}
    </svg>
  )
}
