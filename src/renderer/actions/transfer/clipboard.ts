/** Copies tasks as TOML, pastes them as drafts under fresh ids, duplicates them. Pasting is one edit that can be taken back. */
import type { ImportProgress } from '../../../contract/page.ts'
import type { TaskChange } from '../../../contract/task.ts'
import { dagOf, topologicalOrder } from '../../../domain/graph/dag.ts'
import type { YardClient } from '../../model/session/link.ts'
import type { Problem } from '../../model/session/problem.ts'
import { sendCommand, type Session } from '../../model/session/session.ts'
import { sendChanges } from '../action.ts'
import { making } from '../history.ts'
import { announce, showToast } from '../../model/toasts.ts'
import { selectTasks } from '../../model/selection.ts'
import { plural } from '../../ui/format.ts'
import { offerList } from '../quick-add.ts'
import { hasSeveralLines } from './task-list.ts'
import { looksLikeToml, pickExported, toTomlText, withFreshIds } from '../add/task-text.ts'

/** What was copied here last: for browsers that do not let a page read the clipboard. */
let copied: string | null = null

export async function copyTasks(session: Session, ids: readonly string[]): Promise<void> {
  const text = await textOf(session, ids)
  if (text === null) return
  copied = text
  const isOut = await writeClipboard(text)
  const what = plural(ids.length, 'task')
  showToast(isOut ? `Copied ${what}` : `Copied ${what}, for this window only`)
}

export async function duplicateTasks(session: Session, ids: readonly string[]): Promise<void> {
  const text = await textOf(session, ids)
  if (text !== null) await addCopies(session, text, 'Duplicated')
}

export async function pasteTasks(session: Session): Promise<void> {
  const text = (await readClipboard()) ?? copied
  if (text !== null && looksLikeToml(text)) return addCopies(session, text, 'Pasted')
  if (text !== null && hasSeveralLines(text)) return offerList({ text })
  showToast('The clipboard holds no tasks. Copy some, or a list of lines, or import a file.', {
    kind: 'error',
  })
}

async function textOf(session: Session, ids: readonly string[]): Promise<string | null> {
  const exported = await session.call(({ task }) => task.export({ format: 'jsonl' }))
  if (exported.ok) return toTomlText(pickExported(exported.value.text, new Set(ids)))
  showToast(`Not copied. ${exported.error.message}`, { kind: 'error' })
  return null
}

async function addCopies(session: Session, text: string, past: string): Promise<void> {
  const { tasks } = session.yard.getState()
  const fresh = withFreshIds(text, (id) => tasks.has(id))
  const refused = await addGraph(session, { text: fresh, format: 'toml' }, past)
  if (refused) showToast(refused.message, { kind: 'error' })
}

export interface Graph {
  readonly text: string
  readonly format: 'toml' | 'jsonl'
}

/** All of its tasks or none, as one edit that can be taken back; they are the chosen ones then. Null when they were added. */
export function addGraph(session: Session, graph: Graph, past: string): Promise<Problem | null> {
  return making(async (own) => {
    const added = await sendCommand(session, (client, commandId) =>
      importGraph(client, { ...graph, commandId }),
    )
    if (!added.ok) return added.error
    const ids = added.value
    const label = `${past} ${plural(ids.length, 'task')}`
    own.remember(session, {
      label,
      undo: (client, commandId) => sendChanges(removals(session, ids))(client, commandId),
      redo: (client, commandId) => importGraph(client, { ...graph, commandId }),
    })
    selectTasks(ids)
    announce(`${label}, as drafts.`)
    return null
  })
}

/** Dependents before what they wait for; refused as a whole where others wait for them. */
function removals(session: Session, ids: readonly string[]): readonly TaskChange[] {
  const { tasks } = session.yard.getState()
  const order = topologicalOrder(dagOf(ids.flatMap((id) => tasks.get(id) ?? [])))
  return order.toReversed().map((id) => ({ do: 'remove', id }))
}

interface Watching {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ImportProgress) => void
}

/** The ids of its tasks: all were added, or none. */
export async function importGraph(
  { page }: YardClient,
  input: Parameters<YardClient['page']['importText']>[0],
  { onProgress, ...options }: Watching = {},
): Promise<readonly string[]> {
  let ids: readonly string[] = []
  for await (const step of await page.importText(input, options)) {
    onProgress?.(step)
    ids = step.ids ?? ids
  }
  return ids
}

async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false // not allowed here; the page's own copy holds
  }
}

async function readClipboard(): Promise<string | null> {
  try {
    return await navigator.clipboard.readText()
  } catch {
    return null
  }
}

/** A short text to the clipboard, with a word about it. */
export async function copyText(text: string, what: string): Promise<void> {
  if (await writeClipboard(text)) showToast(`Copied ${what}`)
  else
    showToast(`Not copied: this browser does not let the page. ${what}: ${text}`, { kind: 'error' })
}
