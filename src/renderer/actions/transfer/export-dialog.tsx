/** The graph as a file: to bring into another yard, to draw with, or to show; and which file dialog is open. */
import { useState } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Session } from '../../model/session/session.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { showToast } from '../../model/toasts.ts'
import { download, fileName } from '../../ui/download.ts'
import { blockedReason, runCommand, useCommands } from '../commands.ts'

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
type TextFormat = keyof typeof TEXT_FORMATS

type Format = TextFormat | 'svg' | 'png'

const FORMATS: readonly (readonly [Format, string])[] = [
  ['toml', 'TOML'],
  ['json', 'JSON'],
  ['jsonl', 'JSON lines'],
  ['svg', 'SVG'],
  ['png', 'PNG'],
  ['mermaid', 'Mermaid'],
  ['dot', 'Graphviz'],
]

const WHAT: Readonly<Record<Format, string>> = {
  toml: 'What was asked for, to read, edit and import again. Not what became of it.',
  json: 'The same for programs: one object.',
  jsonl: 'The same for programs: a line per task.',
  svg: 'A drawing of the graph as it stands on the canvas, in this theme.',
  png: 'The same drawing as an image.',
  mermaid: 'A flowchart for Markdown.',
  dot: 'For dot and its kin.',
}

export function ExportDialog() {
  const dialog = useFileDialog()
  return (
    <Dialog title="Export" isOpen={dialog?.kind === 'export'} onClose={closeFileDialog}>
      {dialog?.kind === 'export' && <ExportForm />}
    </Dialog>
  )
}

function ExportForm() {
  const session = useSession()
  const [format, setFormat] = useState<Format>('toml')
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const isPicture = format === 'svg' || format === 'png'
  const blocked = isPicture ? blockedReason(`yard.export-${format}`) : null
  const onExport = async (): Promise<void> => {
    if (isPicture) {
      runCommand(`yard.export-${format}`)
      return closeFileDialog()
    }
    setBusy(true)
    const refused = await exportText(session, format)
    setBusy(false)
    setProblem(refused)
    if (refused === null) closeFileDialog()
  }
  const choose = (next: Format): void => {
    setFormat(next)
    setProblem(null)
  }
  return (
    <>
      <Segmented label="Format" value={format} options={FORMATS} onChange={choose} />
      <p className="text-12 text-text-2" role="status">
        {blocked === null ? WHAT[format] : `${WHAT[format]} Open the graph screen for it.`}
      </p>
      <ProblemNote
        problem={problem === null ? null : { kind: 'export', message: problem, hint: null }}
        onClose={() => setProblem(null)}
      />
      <div className="dialog-acts">
        <Button onClick={closeFileDialog}>Cancel</Button>
        <Button
          look="main"
          isBusy={isBusy}
          disabled={blocked !== null}
          onClick={() => void onExport()}
        >
          Export
        </Button>
      </div>
    </>
  )
}

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
async function exportText(session: Session, format: TextFormat): Promise<string | null> {
  const result = await session.call(({ task }) => task.export({ format }))
  if (!result.ok) return result.error.message
  const { ending, type } = TEXT_FORMATS[format]
  const name = fileName(session.yard.getState().summary?.name ?? '', ending, new Date())
  download(name, new Blob([result.value.text], { type }))
  showToast(`Exported ${name}`)
  return null
}
