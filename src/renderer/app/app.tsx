/** Composes the features into the window. */
import { useCallback, useState } from 'react'
import { AddTask } from '../composer/add-task.tsx'
import { Banners } from '../coordinator/banners.tsx'
import { CoordinatorControl } from '../coordinator/coordinator-control.tsx'
import { StateStrip } from '../coordinator/state-strip.tsx'
import { StatusBar } from '../coordinator/status-bar.tsx'
import { GraphCanvas } from '../graph/graph-canvas.tsx'
import { useConnection, useYard } from '../session/session-context.tsx'
import { Inspector } from '../task/inspector.tsx'
import { Button } from '../ui/button.tsx'
import { Logo } from '../ui/icon.tsx'
import { EmptyYard } from './empty-yard.tsx'
import { Connecting, OtherVersion, Unauthorised } from './not-connected.tsx'
import { useSelection } from './selection.ts'

export function App() {
  const connection = useConnection()
  const hasYard = useYard((view) => view.summary !== null)
  if (connection.kind === 'unauthorised') return <Unauthorised />
  if (connection.kind === 'other-version') return <OtherVersion host={connection.host} />
  return hasYard ? <YardWindow isLive={connection.kind === 'live'} /> : <Connecting />
}

function YardWindow({ isLive }: { readonly isLive: boolean }) {
  const [selectedId, select] = useSelection()
  const [isAdding, setAdding] = useState(false)
  const isEmpty = useYard((view) => view.tasks.size === 0)
  const openForm = useCallback(() => setAdding(true), [])
  const closeForm = useCallback(() => setAdding(false), [])
  return (
    <div className="window" data-live={isLive}>
      <TitleBar />
      <main className="stage">
        <div className="bar">
          <h1>Graph</h1>
          <StateStrip />
          <Button look="main" icon="plus" className="bar-end" onClick={openForm}>
            Task
          </Button>
        </div>
        <Banners />
        {isEmpty ? (
          <EmptyYard onAdd={openForm} />
        ) : (
          <GraphCanvas selectedId={selectedId} onSelect={select} />
        )}
      </main>
      {selectedId !== null && <Inspector taskId={selectedId} onSelect={select} />}
      <StatusBar />
      <AddTask isOpen={isAdding} onClose={closeForm} />
    </div>
  )
}

function TitleBar() {
  const name = useYard((view) => view.summary?.name)
  const folder = useYard((view) => view.summary?.folder)
  return (
    <header className="title-bar">
      <Logo />
      <span className="yard-name">{name}</span>
      <span className="yard-folder">{folder}</span>
      <CoordinatorControl />
    </header>
  )
}
