/** Carries out an action on tasks for every part of the page: asks, sends, remembers for undo, and says what was refused. */
import { useCallback } from 'react'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { err, ok } from '../../base/result.ts'
import { useCommand, useSession, type CommandRun } from '../model/session/session-context.tsx'
import type { Session } from '../model/session/session.ts'
import type { Action, ActionContext, ActionQuestion, Facts, Subject } from './action.ts'
import { ask } from './ask.ts'
import { making, type Making } from './history.ts'
import { sendOrOffer } from './requests.ts'

export interface PerformOptions {
  /** The person has confirmed it already, by a second press. */
  readonly isConfirmed?: boolean
  /** The place of the page that shows what is under way and what was refused; without one a toast says it. */
  readonly command?: CommandRun
}

/** Does it to all tasks that it fits, as one command. False when it was refused, or the person left the question. */
export async function perform(
  session: Session,
  action: Action,
  subjects: readonly Subject[],
  { isConfirmed = false, command }: PerformOptions = {},
): Promise<boolean> {
  const fitting = subjects.filter((subject) => action.blocked(subject) === null)
  if (fitting.length === 0) return true
  const question = action.ask?.(fitting, factsOf(session)) ?? null
  const given = question === null ? UNASKED : await answerTo(question, isConfirmed)
  if (given === null) return false
  const { choice, text } = given
  return making((own) => action.run(contextOf(session, own, command), fitting, choice, text))
}

const UNASKED = { choice: null, text: '' }

/** Null when the person left it. */
async function answerTo(
  question: ActionQuestion,
  isConfirmed: boolean,
): Promise<{ readonly choice: string; readonly text: string } | null> {
  const [first] = question.choices
  if (isConfirmed) return first ? { choice: first.id, text: '' } : null
  return ask(question)
}

export const factsOf = (session: Session): Facts => ({
  tasks: session.yard.getState().tasks,
  now: Date.now(),
  killing: killingOf(session).getState(),
})

function contextOf(session: Session, own: Making, command: CommandRun | undefined): ActionContext {
  return {
    ...factsOf(session),
    session,
    send:
      command === undefined
        ? (send, what) => sendOrOffer(session, send, what, own.waitsForPerson)
        : sendInPlace(command, own),
    remember: (edit) => own.remember(session, edit),
  }
}

const sendInPlace =
  (command: CommandRun, own: Making): ActionContext['send'] =>
  async (send) => {
    let value: { readonly answer: Awaited<ReturnType<typeof send>> } | null = null
    await command.run(async (client, commandId) => {
      value = { answer: await send(client, commandId) }
    }, own.waitsForPerson)
    const given = value as { readonly answer: Awaited<ReturnType<typeof send>> } | null
    return given === null ? err({ kind: 'link', message: '', hint: null }) : ok(given.answer)
  }

export interface Performing extends CommandRun {
  perform(action: Action, subjects: readonly Subject[], isConfirmed?: boolean): Promise<boolean>
}

/** For a place with a note of its own for what was refused; `outer`: that of what stands around it. */
export function usePerform(outer?: CommandRun): Performing {
  const session = useSession()
  const own = useCommand()
  const command = outer ?? own
  const { run, dismiss, isBusy, problem } = command
  const performHere = useCallback<Performing['perform']>(
    (action, subjects, isConfirmed = false) =>
      perform(session, action, subjects, {
        isConfirmed,
        command: { run, dismiss, isBusy: false, problem: null },
      }),
    [session, run, dismiss],
  )
  return { run, dismiss, isBusy, problem, perform: performHere }
}

/** Agents whose end this page has asked for and that have not ended: the yard reports them as stopping a little later. */
type Ids = ReadonlySet<string>
const stores = new WeakMap<Session, StoreApi<Ids>>()

function killingOf(session: Session): StoreApi<Ids> {
  let store = stores.get(session)
  if (!store) stores.set(session, (store = createStore<Ids>(() => new Set())))
  return store
}

export const useKilling = (): Ids => useStore(killingOf(useSession()))

export function setKilling(session: Session, id: string, isKilling: boolean): void {
  const store = killingOf(session)
  const ids = new Set(store.getState())
  if (isKilling) ids.add(id)
  else ids.delete(id)
  store.setState(ids, true)
}
