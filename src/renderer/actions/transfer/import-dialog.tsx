/** Brings a graph into the yard: from a file, dropped or chosen, or from pasted text. All tasks or none. */
import { useEffect, useId, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { countText, plural } from '../../ui/format.ts'
import { ExportDialog } from './export-dialog.tsx'
import { closeFileDialog, openFileDialog, useFileDialog } from './file-state.ts'
import { useImport, type ImportProgress } from './use-import.ts'

/** The dialogs for the files of a yard; a file dropped on the window opens the import. */
export function ImportDialog() {
  const dialog = useFileDialog()
  useDroppedFiles()
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
  const [fault, setFault] = useState<string | null>(null)
  const begin = async (content: string, name: string): Promise<void> => {
    if (await start(content, name)) closeFileDialog()
  }
  const take = async (chosen: File): Promise<void> => {
    setFault(null)
    if (chosen.size > MOST_BYTES) return setFault(`${chosen.name} is larger than 256 MB.`)
    try {
      await begin(await chosen.text(), chosen.name)
    } catch {
      setFault(`${chosen.name} cannot be read.`)
    }
  }
  const wasTaken = useRef<File | null>(null)
  useEffect(() => {
    if (file === null || wasTaken.current === file) return
    wasTaken.current = file
    void take(file)
  })
  const shown = fault === null ? problem : { kind: 'file', message: fault, hint: null }
  return (
    <>
      {progress ? (
        <Progress progress={progress} onCancel={cancel} />
      ) : (
        <Sources text={text} onText={setText} onFile={(chosen) => void take(chosen)} />
      )}
      <ProblemNote problem={shown} onClose={() => (setFault(null), dismiss())} />
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
  const id = useId()
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
          event.target.value = '' // the same file can be chosen again once it is mended
        }}
      />
      <div className="field">
        <label htmlFor={`${id}-text`}>Or paste it</label>
        <textarea
          id={`${id}-text`}
          className="input font-mono"
          rows={8}
          spellCheck={false}
          placeholder={'[[task]]\ntitle = "Build"\nexec = "npm run build"'}
          value={text}
          onChange={(event) => onText(event.target.value)}
        />
      </div>
    </>
  )
}

const WORDS: Readonly<Record<ImportProgress['phase'], string>> = {
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
  const words = isCounted
    ? `${WORDS[phase]}, ${countText(done)} of ${plural(total, 'task')}`
    : WORDS[phase]
  // What is being added is one command, all or none: it can no longer be left.
  const isLate = phase === 'adding' || phase === 'done'
  return (
    <div className="import-progress">
      <progress aria-label="Import" value={isLate ? undefined : done} max={Math.max(1, total)} />
      <p role="status" className="text-12 text-text-2">
        {words}
      </p>
      <div className="dialog-acts">
        <Button disabled={isLate} onClick={onCancel}>
          Cancel import
        </Button>
      </div>
    </div>
  )
}

function useDroppedFiles(): void {
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
