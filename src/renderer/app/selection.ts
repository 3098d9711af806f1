/** Which task is open. It stands in the address (`#/task/ID`), so that a reload and the Back button keep it. */
import { useCallback, useSyncExternalStore } from 'react'

const ROUTE = /^#\/task\/(.+)$/

export function useSelection(): readonly [string | null, (taskId: string | null) => void] {
  const selectedId = useSyncExternalStore(subscribe, read)
  const select = useCallback((taskId: string | null) => {
    const hash = taskId === null ? '#/' : `#/task/${encodeURIComponent(taskId)}`
    if (location.hash !== hash) location.hash = hash
  }, [])
  return [selectedId, select]
}

function subscribe(onChange: () => void): () => void {
  addEventListener('hashchange', onChange)
  return () => removeEventListener('hashchange', onChange)
}

function read(): string | null {
  const id = ROUTE.exec(location.hash)?.[1]
  return id === undefined ? null : decodeURIComponent(id)
}
