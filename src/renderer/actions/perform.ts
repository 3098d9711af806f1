/** Carries out an action on tasks for every part of the page: asks, sends, remembers for undo, and says what was refused. */
import { useCallback } from 'react'
import { err, ok } from '../../base/result.ts'
import type { CommandRun } from '../model/session/session-context.tsx'
import { useCommand, useSession } from '../model/session/session-context.tsx'
import type { Session } from '../model/session/session.ts'
import { showToast } from '../model/toasts.ts'
import type { Action, ActionContext, ActionQuestion, Facts, Subject } from './action.ts'
import { ask } from './ask.ts'
import { killingIn } from './killing.ts'
import { making, type Making } from './history.ts'
import { sendOrOffer } from './send-or-offer.ts'

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
  const choice = question === null ? null : await choiceOf(question, isConfirmed)
  if (choice === LEFT) return false
  return making((own) => action.run(contextOf(session, own, command), fitting, choice))
}

const LEFT = Symbol('the person left the question')

async function choiceOf(
  question: ActionQuestion,
  isConfirmed: boolean,
): Promise<string | typeof LEFT> {
  if (isConfirmed) return question.choices[0]?.id ?? LEFT
  return (await ask(question))?.choice ?? LEFT
}

export const factsOf = (session: Session): Facts => ({
  tasks: session.yard.getState().tasks,
  now: Date.now(),
  killing: killingIn(session),
})

function contextOf(session: Session, own: Making, command: CommandRun | undefined): ActionContext {
  return {
    ...factsOf(session),
    session,
    send: command === undefined ? sendWithToast(session, own) : sendInPlace(command, own),
    remember: (edit) => own.remember(session, edit),
  }
}

const sendWithToast =
  (session: Session, own: Making): ActionContext['send'] =>
  async (send, what) => {
    const sent = await sendOrOffer(session, send, what, own.waitsForPerson)
    if (!sent.ok) showToast(sent.error.message, { kind: 'error' })
    return sent
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
