/** Import and export of the whole graph, from anywhere. Pictures of it are the graph's own to draw. */
import type { Session } from '../../model/session/session.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { download, fileName } from '../../ui/download.ts'
import { useCommands } from '../commands.ts'
import { showToast } from '../../model/toasts.ts'
import { openFileDialog } from './file-state.ts'

export const TEXT_FORMATS = {
  toml: { ending: 'toml', type: 'application/toml' },
  json: { ending: 'json', type: 'application/json' },
  jsonl: { ending: 'jsonl', type: 'application/x-ndjson' },
  mermaid: { ending: 'mmd', type: 'text/vnd.mermaid' },
  dot: { ending: 'dot', type: 'text/vnd.graphviz' },
} as const
export type TextFormat = keyof typeof TEXT_FORMATS

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
