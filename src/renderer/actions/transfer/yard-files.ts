/** The graph as files: the commands that bring it in and out, and which dialog for that is open. */
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Session } from '../../model/session/session.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { showToast } from '../../model/toasts.ts'
import { download, fileName } from '../../ui/download.ts'
import { useCommands } from '../commands.ts'

/** Whether the import or the export dialog is open, and with which dropped file. */
type FileDialog =
  { readonly kind: 'import'; readonly file: File | null } | { readonly kind: 'export' }

const store = createStore<{ readonly dialog: FileDialog | null }>(() => ({ dialog: null }))
export const useFileDialog = (): FileDialog | null => useStore(store, ({ dialog }) => dialog)
export const openFileDialog = (dialog: FileDialog): void => store.setState({ dialog })
export const closeFileDialog = (): void => store.setState({ dialog: null })

const TEXT_FORMATS = {
  toml: { ending: 'toml', type: 'application/toml' },
  json: { ending: 'json', type: 'application/json' },
  jsonl: { ending: 'jsonl', type: 'application/x-ndjson' },
  mermaid: { ending: 'mmd', type: 'text/vnd.mermaid' },
  dot: { ending: 'dot', type: 'text/vnd.graphviz' },
} as const
export type TextFormat = keyof typeof TEXT_FORMATS

/** Import and export of the whole graph, from anywhere. Pictures of it are the graph's own to draw. */
export function useYardFiles(): void {
  const session = useSession()
  const isEmpty = (): string | null =>
    session.yard.getState().tasks.size === 0 ? 'There are no tasks' : null
  useCommands({
    'yard.import': () => openFileDialog({ kind: 'import', file: null }),
    'yard.export': { run: () => openFileDialog({ kind: 'export' }), blocked: isEmpty },
    'yard.export-mermaid': {
      run: () =>
        void exportText(session, 'mermaid').then((problem) => {
          if (problem) showToast(`Not exported. ${problem}`, { kind: 'error' })
        }),
      blocked: isEmpty,
    },
  })
}

/** Null when the file was given to the browser, else why not. */
export async function exportText(session: Session, format: TextFormat): Promise<string | null> {
  const result = await session.call(({ task }) => task.export({ format }))
  if (!result.ok) return result.error.message
  const { ending, type } = TEXT_FORMATS[format]
  const name = fileName(session.yard.getState().summary?.name ?? '', ending, new Date())
  download(name, new Blob([result.value.text], { type }))
  showToast(`Exported ${name}`)
  return null
}

/** A file dropped on the window opens the import. */
export function useDroppedFiles(): void {
  useEffect(() => {
    const hasFile = (event: DragEvent): boolean =>
      event.dataTransfer?.types.includes('Files') ?? false
    const onDragOver = (event: DragEvent): void => {
      if (hasFile(event)) event.preventDefault() // else the browser would open the file itself
    }
    const onDrop = (event: DragEvent): void => {
      if (!hasFile(event)) return
      event.preventDefault()
      const [file] = event.dataTransfer?.files ?? []
      if (file) openFileDialog({ kind: 'import', file })
    }
    addEventListener('dragover', onDragOver)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragover', onDragOver)
      removeEventListener('drop', onDrop)
    }
  }, [])
}
