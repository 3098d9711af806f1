/**
 * Undo and redo of a person's edits. Undoing sends the inverse command, as a new command: nothing that was committed is rewritten.
 * An edit whose inverse is refused (an agent has started meanwhile) says so and leaves the list; one that was not sent stays.
 */
import { createStore } from 'zustand/vanilla'
import { sendCommand, type Session } from '../model/session/session.ts'
import type { YardClient } from '../model/session/link.ts'
import { closeToast, openToast, showToast } from '../model/toasts.ts'

export type SendEdit = (client: YardClient, commandId: string) => Promise<unknown>

export interface Edit {
  /** In the past tense, as the toast says it: `Removed 2 tasks`. */
  readonly label: string
  readonly undo: SendEdit
  readonly redo: SendEdit
}

interface Edits {
  /** In the order in which they were begun. */
  readonly done: readonly Edit[]
  readonly undone: readonly Edit[]
}

const MOST = 100
const store = createStore<Edits>(() => ({ done: [], undone: [] }))
export const getEdits = (): Edits => store.getState()

/** An edit that has begun and is not accepted yet: the page may show it before its answer is here. */
interface Slot {
  readonly seq: number
  /** Null: it was refused, or a person is asked first. */
  readonly settled: Promise<Edit | null>
  readonly settle: (edit: Edit | null) => void
  /** An undo waits for it. */
  isMeant: boolean
}

const slots = new Set<Slot>()
const seqs = new WeakMap<Edit, number>()
let lastSeq = 0
/** Counts what was remembered: it ends what could be done again. */
let remembered = 0

export interface Making {
  /** It was accepted. `quiet` shows no toast: for what the eye has just seen happen under the hand. */
  remember(session: Session, edit: Edit, how?: { readonly quiet?: boolean }): void
  /** From here on nothing waits for it: it may take hours. */
  waitsForPerson(): void
}

/** An edit from its first request on: undo means it before it is answered, too. */
export async function making<T>(work: (own: Making) => Promise<T>): Promise<T> {
  const slot = openSlot()
  try {
    return await work({
      remember: (session, edit, how = {}) => {
        const isOpen = slots.has(slot)
        const seq = isOpen ? slot.seq : ++lastSeq
        add(session, edit, { ...how, seq, isMeant: isOpen && slot.isMeant })
        close(slot, edit)
      },
      waitsForPerson: () => close(slot, null),
    })
  } finally {
    close(slot, null)
  }
}

function openSlot(): Slot {
  const { promise: settled, resolve: settle } = Promise.withResolvers<Edit | null>()
  const slot = { seq: ++lastSeq, settled, settle, isMeant: false }
  slots.add(slot)
  return slot
}

function close(slot: Slot, edit: Edit | null): void {
  slots.delete(slot)
  slot.settle(edit)
}

/** An edit that was accepted already. */
export const remember = (session: Session, edit: Edit): void =>
  add(session, edit, { seq: ++lastSeq })

interface Adding {
  readonly seq: number
  readonly quiet?: boolean
  readonly isMeant?: boolean
}

function add(session: Session, edit: Edit, { seq, quiet, isMeant }: Adding): void {
  remembered += 1
  seqs.set(edit, seq)
  store.setState(({ done }) => ({ done: inOrder([...done, edit]).slice(-MOST), undone: [] }))
  if (quiet || isMeant) return
  const act = { label: 'Undo', run: () => void takeBack(session, edit) }
  toasts.set(edit, openToast(edit.label, { act, lastsMs: 8000 }))
}

const seqOf = (edit: Edit | undefined): number => (edit && seqs.get(edit)) ?? 0
const inOrder = (edits: readonly Edit[]): readonly Edit[] =>
  edits.toSorted((a, b) => seqOf(a) - seqOf(b))

/** The toast that offers to take an edit back: it goes with the edit, however that is taken back. */
const toasts = new WeakMap<Edit, number>()

/** What undo means now. */
function newest(): Edit | Slot | null {
  const slot = [...slots].findLast(({ isMeant }) => !isMeant)
  const edit = store.getState().done.at(-1)
  return slot && slot.seq > seqOf(edit) ? slot : (edit ?? null)
}

export const canUndo = (): boolean => newest() !== null
export const canRedo = (): boolean => turn !== null || store.getState().undone.length > 0

/** The edit that is the newest at the press, whatever comes after. One that is refused meanwhile is no reason to take another. */
export function undo(session: Session): Promise<void> {
  // What a redo brings back first is the newest then.
  return redos > 0 ? inTurn(() => undoNewest(session, false)) : undoNewest(session, true)
}

async function undoNewest(session: Session, takesTurn: boolean): Promise<void> {
  const target = newest()
  if (target === null) return
  const isSlot = !('undo' in target)
  if (isSlot) target.isMeant = true
  else if (!take(target)) return
  const work = async (): Promise<void> => {
    const edit = isSlot ? await target.settled : target
    if (edit && (!isSlot || take(edit))) await sendUndo(session, edit)
  }
  await (takesTurn ? inTurn(work) : work())
}

/** A toast means its own edit, whatever was done after it. */
const takeBack = (session: Session, edit: Edit): Promise<void> =>
  take(edit) ? inTurn(() => sendUndo(session, edit)) : Promise.resolve()

/** False when it was taken back already. */
function take(edit: Edit): boolean {
  const { done } = store.getState()
  if (!done.includes(edit)) return false
  closeToast(toasts.get(edit) ?? -1)
  store.setState({ done: done.filter((each) => each !== edit) })
  return true
}

async function sendUndo(session: Session, edit: Edit): Promise<void> {
  const before = remembered
  const outcome = await send(session, edit.undo, `Not undone: ${edit.label}`)
  if (outcome === 'done' && remembered === before)
    store.setState(({ undone }) => ({ undone: [...undone, edit] }))
  if (outcome === 'not-sent') store.setState(({ done }) => ({ done: inOrder([...done, edit]) }))
}

/** On their way or waiting for their turn. */
let redos = 0

export async function redo(session: Session): Promise<void> {
  redos += 1
  try {
    await inTurn(() => redoOne(session))
  } finally {
    redos -= 1
  }
}

async function redoOne(session: Session): Promise<void> {
  const edit = store.getState().undone.at(-1)
  if (!edit) return
  store.setState(({ undone }) => ({ undone: undone.slice(0, -1) }))
  const before = remembered
  const outcome = await send(session, edit.redo, `Not done again: ${edit.label}`)
  if (outcome === 'done') {
    seqs.set(edit, ++lastSeq)
    store.setState(({ done }) => ({ done: [...done, edit] }))
  }
  if (outcome === 'not-sent' && remembered === before)
    store.setState(({ undone }) => ({ undone: [...undone, edit] }))
}

/** One undo or redo after another, in the order of the presses. */
let turn: Promise<void> | null = null

function inTurn(work: () => Promise<void>): Promise<void> {
  const mine = turn === null ? work() : turn.then(work, work)
  turn = mine
  const end = (): void => {
    if (turn === mine) turn = null
  }
  void mine.then(end, end)
  return mine
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
