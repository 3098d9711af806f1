/** One import: how far it is, what was refused, and the way to leave it before anything is added. */
import { useEffect, useRef, useState } from 'react'
import type { Problem } from '../../model/session/problem.ts'
import { sendCommand, type Session } from '../../model/session/session.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { plural } from '../../ui/format.ts'
import { selectTasks } from '../../model/selection.ts'
import { showToast } from '../../model/toasts.ts'

export interface ImportProgress {
  readonly phase: 'reading' | 'checking' | 'adding' | 'done'
  readonly done: number
  readonly total: number
}

export interface ImportRun {
  /** Null while none is under way. */
  readonly progress: ImportProgress | null
  readonly problem: Problem | null
  /** True when the tasks were added. */
  start(text: string, name: string): Promise<boolean>
  /** Nothing was added unless it was being added already. */
  cancel(): void
  dismiss(): void
}

/** Leaving the component leaves the import. */
export function useImport(): ImportRun {
  const session = useSession()
  const [progress, setProgress] = useState<ImportProgress | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const stop = useRef<AbortController | null>(null)
  useEffect(() => () => stop.current?.abort(), [])
  const start = async (text: string, name: string): Promise<boolean> => {
    const control = new AbortController()
    stop.current = control
    setProblem(null)
    setProgress({ phase: 'reading', done: 0, total: text.length })
    const job = { text, format: formatOf(name), signal: control.signal, onProgress: setProgress }
    const result = await sendCommand(session, (client, commandId) =>
      importText(client, { ...job, commandId }),
    )
    setProgress(null)
    stop.current = null
    if (control.signal.aborted) return false
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
    cancel: () => stop.current?.abort(),
    dismiss: () => setProblem(null),
  }
}

/** More than a screen of chosen tasks helps nobody. */
const MOST_CHOSEN = 50

type Client = Parameters<Parameters<Session['call']>[0]>[0]
interface Job {
  readonly text: string
  readonly format: ReturnType<typeof formatOf>
  readonly signal: AbortSignal
  readonly onProgress: (progress: ImportProgress) => void
  readonly commandId: string
}

async function importText(client: Client, job: Job): Promise<readonly string[]> {
  const { text, format, signal, onProgress, commandId } = job
  const input = { text, format, commandId }
  let ids: readonly string[] = []
  for await (const step of await client.page.importText(input, { signal })) {
    onProgress(step)
    ids = step.ids ?? ids
  }
  return ids
}

/** By the file's ending, else by the look of the text. */
export function formatOf(name: string): 'auto' | 'toml' | 'json' | 'jsonl' {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase()
  if (ending === 'ndjson') return 'jsonl'
  return ending === 'toml' || ending === 'json' || ending === 'jsonl' ? ending : 'auto'
}
