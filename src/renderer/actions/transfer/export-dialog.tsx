/** The graph as a file: to bring into another yard, to draw with, or to show. */
import { useState } from 'react'
import { useSession } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { blockedReason, runCommand } from '../commands.ts'
import { closeFileDialog, exportText, type TextFormat, useFileDialog } from './yard-files.ts'

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
