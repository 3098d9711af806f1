/** Brings a graph into the yard: from a file, dropped or chosen, or from pasted text. All tasks or none. */
import { useEffect, useRef, useState } from 'react'
import type { ImportProgress } from '../../../contract/page.ts'
import type { Problem } from '../../model/session/problem.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { selectTasks } from '../../model/selection.ts'
import { showToast } from '../../model/toasts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { countText, plural } from '../../ui/format.ts'
import { TextArea } from '../views/text-area.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { closeFileDialog, useFileDialog } from './yard-files.ts'
import { importGraph } from './clipboard.ts'
import { sendCommand } from '../../model/session/session.ts'

/** The dialogs for the files of a yard. */
export function ImportDialog() {
  const dialog = useFileDialog()
  const isOpen = dialog?.kind === 'import'
  return (
    <>
      <Dialog title="Import a graph" isOpen={isOpen} onClose={closeFileDialog}>
        {isOpen && <ImportForm file={dialog.file} />}
      </Dialog>
      <ExportDialog />
    </>
  )
}

/** What the host takes in one piece; said before it is read. */
const MOST_BYTES = 256_000_000

function ImportForm({ file }: { readonly file: File | null }) {
  const { progress, problem, start, cancel, dismiss } = useImport()
  const [text, setText] = useState('')
  const [issue, setIssue] = useState<string | null>(null)
  const begin = async (content: string, name: string): Promise<void> => {
    if (await start(content, name)) closeFileDialog()
  }
  const take = async (chosen: File): Promise<void> => {
    setIssue(null)
    if (chosen.size > MOST_BYTES) return setIssue(`${chosen.name} is larger than 256 MB.`)
    try {
      await begin(await chosen.text(), chosen.name)
    } catch {
      setIssue(`${chosen.name} cannot be read.`)
    }
  }
  const wasTaken = useRef<File | null>(null)
  useEffect(() => {
    if (file === null || wasTaken.current === file) return
    wasTaken.current = file
    void take(file)
  })
  const shown = issue === null ? problem : { kind: 'file', message: issue, hint: null }
  return (
    <>
      {progress ? (
        <Progress progress={progress} onCancel={cancel} />
      ) : (
        <Sources text={text} onText={setText} onFile={(chosen) => void take(chosen)} />
      )}
      <ProblemNote problem={shown} onClose={() => (setIssue(null), dismiss())} />
      {!progress && (
        <div className="dialog-acts">
          <Button onClick={closeFileDialog}>Cancel</Button>
          <Button
            look="main"
            disabled={text.trim() === ''}
            onClick={() => void begin(text, 'pasted')}
          >
            Import the text
          </Button>
        </div>
      )}
    </>
  )
}

interface SourcesProps {
  readonly text: string
  readonly onText: (text: string) => void
  readonly onFile: (file: File) => void
}

function Sources({ text, onText, onFile }: SourcesProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <div className="flex items-center gap-3">
        <Button onClick={() => input.current?.click()}>Choose a file…</Button>
        <span className="text-12 text-text-2">TOML, JSON or JSON lines; or drop one here.</span>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Graph file"
        accept=".toml,.json,.jsonl,.ndjson"
        onChange={(event) => {
          const [chosen] = event.target.files ?? []
          if (chosen) onFile(chosen)
          event.target.value = '' // the same file can be chosen again once it is repaired
        }}
      />
      <TextArea
        label="Or paste it"
        className="font-mono"
        rows={8}
        spellCheck={false}
        placeholder={'[[task]]\ntitle = "Build"\nexec = "npm run build"'}
        value={text}
        onText={onText}
      />
    </>
  )
}

/** More than a screen of chosen tasks helps nobody. */
const MOST_CHOSEN = 50

/** One import: how far it is and what was refused. Leaving the component leaves the import. */
function useImport() {
  const session = useSession()
  const [progress, setProgress] = useState<ImportProgress | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const stop = useRef<AbortController | null>(null)
  useEffect(() => () => stop.current?.abort(), [])
  /** True when the tasks were added. */
  const start = async (text: string, name: string): Promise<boolean> => {
    const control = new AbortController()
    stop.current = control
    setProblem(null)
    setProgress({ phase: 'reading', done: 0, total: text.length, ids: null })
    const { signal } = control
    const result = await sendCommand(session, (client, commandId) =>
      importGraph(
        client,
        { text, format: formatOf(name), commandId },
        { signal, onProgress: setProgress },
      ),
    )
    setProgress(null)
    stop.current = null
    if (signal.aborted) return false
    if (!result.ok) setProblem(result.error)
    else {
      const ids = result.value
      showToast(`Imported ${plural(ids.length, 'task')}`)
      if (ids.length <= MOST_CHOSEN) selectTasks(ids)
    }
    return result.ok
  }
  return {
    progress,
    problem,
    start,
    /** Nothing was added unless it was being added already. */
    cancel: () => stop.current?.abort(),
    dismiss: () => setProblem(null),
  }
}

/** By the file's ending, else by the look of the text. */
export function formatOf(name: string): 'auto' | 'toml' | 'json' | 'jsonl' {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase()
  if (ending === 'ndjson') return 'jsonl'
  return ending === 'toml' || ending === 'json' || ending === 'jsonl' ? ending : 'auto'
}

const PHASES: Readonly<Record<ImportProgress['phase'], string>> = {
  reading: 'Reading',
  checking: 'Checking',
  adding: 'Adding',
  done: 'Done',
}

interface ProgressProps {
  readonly progress: ImportProgress
  readonly onCancel: () => void
}

function Progress({ progress: { phase, done, total }, onCancel }: ProgressProps) {
  const isCounted = phase === 'checking' || phase === 'adding'
  const text = isCounted
    ? `${PHASES[phase]}, ${countText(done)} of ${plural(total, 'task')}`
    : PHASES[phase]
  // What is being added is one command, all or none: it can no longer be left.
  const isLate = phase === 'adding' || phase === 'done'
  return (
    <div className="import-progress flex flex-col gap-2 min-h-0">
      <progress aria-label="Import" value={isLate ? undefined : done} max={Math.max(1, total)} />
      <p role="status" className="text-12 text-text-2">
        {text}
      </p>
      <div className="dialog-acts">
        <Button disabled={isLate} onClick={onCancel}>
          Cancel import
        </Button>
      </div>
    </div>
  )
}
