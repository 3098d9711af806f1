/**
 * Undo and redo of a person's edits. Undoing sends the inverse command, as a new command: nothing that was committed is rewritten.
 * An edit whose inverse is refused (an agent has started meanwhile) says so and leaves the list; one that was not sent stays.
 */
import { createStore } from 'zustand/vanilla'
import type { Session } from '../session/session.ts'
import type { YardClient } from '../session/link.ts'
import { sendCommand } from '../session/send-command.ts'
import { closeToast, openToast, showToast } from './toasts.ts'

export type SendEdit = (client: YardClient, commandId: string) => Promise<unknown>

export interface Edit {
  /** In the past tense, as the toast says it: `Removed 2 tasks`. */
  readonly label: string
  readonly undo: SendEdit
  readonly redo: SendEdit
}

interface Edits {
  readonly done: readonly Edit[]
  readonly undone: readonly Edit[]
}

const MOST = 100
const store = createStore<Edits>(() => ({ done: [], undone: [] }))
export const getEdits = (): Edits => store.getState()

/** What is on its way: the page may show it before its answer is here. */
const underway = new Set<Promise<unknown>>()

/** An edit from its first request until it is remembered: undo means it, too, and waits for it. */
export function making<T>(work: () => Promise<T>): Promise<T> {
  const made = work()
  const ended = made.then(
    () => {},
    () => {},
  )
  underway.add(ended)
  void ended.then(() => underway.delete(ended))
  return made
}

function afterOthers(work: () => Promise<void>): Promise<void> {
  const others = [...underway]
  if (others.length === 0) return making(work)
  return making(async () => {
    await Promise.all(others)
    await work()
  })
}

/** Called after the edit was accepted. `quiet` shows no toast: for what the eye has just seen happen under the hand. */
export function remember(session: Session, edit: Edit, { quiet = false } = {}): void {
  store.setState(({ done }) => ({ done: [...done, edit].slice(-MOST), undone: [] }))
  if (quiet) return
  const act = { label: 'Undo', run: () => void afterOthers(() => undoOne(session, edit)) }
  toasts.set(edit, openToast(edit.label, { act, lastsMs: 8000 }))
}

/** The toast that offers to take an edit back: it goes with the edit, however that is taken back. */
const toasts = new WeakMap<Edit, number>()

export function undo(session: Session): Promise<void> {
  return afterOthers(async () => {
    const edit = store.getState().done.at(-1)
    if (edit) await undoOne(session, edit)
  })
}

/** A toast means its own edit, whatever was done after it. */
async function undoOne(session: Session, edit: Edit): Promise<void> {
  const { done } = store.getState()
  const at = done.indexOf(edit)
  if (at < 0) return
  closeToast(toasts.get(edit) ?? -1)
  store.setState({ done: done.toSpliced(at, 1) })
  const outcome = await send(session, edit.undo, `Not undone: ${edit.label}`)
  if (outcome === 'done') store.setState(({ undone }) => ({ undone: [...undone, edit] }))
  if (outcome === 'not-sent') store.setState((now) => ({ done: now.done.toSpliced(at, 0, edit) }))
}

export const redo = (session: Session): Promise<void> => afterOthers(() => redoOne(session))

async function redoOne(session: Session): Promise<void> {
  const edit = store.getState().undone.at(-1)
  if (!edit) return
  store.setState(({ undone }) => ({ undone: undone.slice(0, -1) }))
  const outcome = await send(session, edit.redo, `Not done again: ${edit.label}`)
  if (outcome === 'done') store.setState(({ done }) => ({ done: [...done, edit] }))
  if (outcome === 'not-sent') store.setState(({ undone }) => ({ undone: [...undone, edit] }))
}

async function send(
  session: Session,
  act: SendEdit,
  onRefusal: string,
): Promise<'done' | 'refused' | 'not-sent'> {
  const result = await sendCommand(session, act)
  if (result.ok) return 'done'
  showToast(`${onRefusal}. ${result.error.message}`, { kind: 'error' })
  return result.error.kind === 'link' ? 'not-sent' : 'refused'
}
