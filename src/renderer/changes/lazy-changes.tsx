/** The Changes tab with code of its own, loaded when it is first shown. */
import { lazy, Suspense, type ComponentType } from 'react'
import { Button } from '../ui/button.tsx'
import { EmptyNote } from '../ui/screen.tsx'
import type { ChangesTabProps } from './changes-tab.tsx'

const Later = lazy(async (): Promise<{ default: ComponentType<ChangesTabProps> }> => {
  try {
    return { default: (await import('./changes-tab.tsx')).ChangesTab }
  } catch {
    return { default: NotLoaded }
  }
})

export function LazyChanges(props: ChangesTabProps) {
  return (
    <Suspense fallback={<div className="panel" aria-busy="true" />}>
      <Later {...props} />
    </Suspense>
  )
}

function NotLoaded() {
  return (
    <EmptyNote text="This part of the page could not be loaded. Is the service still there?">
      <Button onClick={() => location.reload()}>Reload</Button>
    </EmptyNote>
  )
}
