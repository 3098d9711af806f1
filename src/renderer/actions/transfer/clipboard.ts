/** Copies tasks as TOML, pastes them as drafts under fresh ids, duplicates them. Pasting is one edit that can be taken back. */
import type { Problem } from '../../model/session/problem.ts'
import { sendCommand, type Session } from '../../model/session/session.ts'
import { announce, showToast } from '../../model/toasts.ts'
import { making } from '../history.ts'
import { selectTasks } from '../../model/selection.ts'
import { plural } from '../../ui/format.ts'
import { offerList } from './list-state.ts'
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
      importAll(client, graph, commandId),
    )
    if (!added.ok) return added.error
    const ids = added.value
    const label = `${past} ${plural(ids.length, 'task')}`
    own.remember(session, {
      label,
      undo: (client, commandId) => removeAll(client, ids, commandId),
      redo: (client, commandId) => importAll(client, graph, commandId),
    })
    selectTasks(ids)
    announce(`${label}, as drafts.`)
    return null
  })
}

type Client = Parameters<Parameters<Session['call']>[0]>[0]

async function importAll(
  client: Client,
  graph: Graph,
  commandId: string,
): Promise<readonly string[]> {
  let ids: readonly string[] = []
  for await (const step of await client.page.importText({ ...graph, commandId }))
    ids = step.ids ?? ids
  return ids
}

/** A task that others wait for is not removed, so each round takes those that nothing left waits for. */
async function removeAll(
  { task }: Client,
  ids: readonly string[],
  commandId: string,
): Promise<void> {
  const views = await Promise.all(ids.map((id) => task.get({ id })))
  let left = views
  while (left.length > 0) {
    const needed = new Set(left.flatMap(({ after }) => after))
    const free = left.filter(({ id }) => !needed.has(id))
    for (const { id } of free) await task.remove({ id, commandId: `${commandId}:${id}` })
    left = left.filter(({ id }) => needed.has(id))
  }
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
