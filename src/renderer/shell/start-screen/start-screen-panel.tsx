/** Open a folder, bring a graph, or try the example; what was open lately; which agents are here. */
import { Download, FolderOpen, Workflow, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import { ProblemNote } from '../../components/problem-note.tsx'
import { CliList } from './cli-list.tsx'
import { FolderForm } from './folder-form.tsx'
import { RecentList } from './recent-list.tsx'
import { useStartScreenFacts } from './use-start-screen-facts.ts'
import { useOpenYard } from './use-open-yard.ts'
import './start-screen.css'

type Way = 'open' | 'import'

export function StartScreenPanel({ first }: { readonly first: Way | null }) {
  const opening = useOpenYard()
  const facts = useStartScreenFacts()
  const [way, setWay] = useState<Way | null>(first)
  return (
    <div className="start-panel">
      <div className="start-ways">
        <WayCard
          icon={FolderOpen}
          title="Open a folder"
          note="A git repository works best"
          isMain
          isChosen={way === 'open'}
          onChoose={() => setWay('open')}
        />
        <WayCard
          icon={Download}
          title="Import a graph"
          note="A TOML or JSON file, into a folder"
          isChosen={way === 'import'}
          onChoose={() => setWay('import')}
        />
        <WayCard
          icon={Workflow}
          title="Try the example"
          note="Nine shell tasks, no agent, no cost"
          isChosen={false}
          onChoose={opening.isBusy ? () => {} : opening.example}
        />
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
        <RecentList recent={facts.recent} opening={opening} onForget={facts.forget} />
        <CliList facts={facts} />
      </div>
    </div>
  )
}

interface WayCardProps {
  readonly icon: LucideIcon
  readonly title: string
  readonly note: string
  readonly isMain?: boolean
  readonly isChosen: boolean
  readonly onChoose: () => void
}

function WayCard({ icon: Icon, title, note, isMain = false, isChosen, onChoose }: WayCardProps) {
  return (
    <button
      type="button"
      className="start-way"
      data-main={isMain}
      aria-pressed={isChosen}
      onClick={onChoose}
    >
      <Icon size={18} strokeWidth={1.5} aria-hidden="true" />
      <span>
        <b>{title}</b>
        <span>{note}</span>
      </span>
    </button>
  )
}
