/**
 * One agent's work over the Agent Client Protocol, from the start of its program to its end: a session, one prompt, all that comes
 * back. Everything is told as our own events, the last of them a result. Whatever fails is told and not thrown.
 */
import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  methods,
  PROTOCOL_VERSION,
  RequestError,
  type ClientContext,
} from '@agentclientprotocol/sdk'
import type { Usage } from '../../domain/agent.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import {
  emitFailure,
  EXEC_EVENTS_VERSION,
  WorkFailed,
  type ExecEventInput,
} from '../executors/readers/exec-events.ts'
import { JsonObject, sumUsage } from '../executors/readers/reader.ts'
import { whereItLeads } from '../tool-rules.ts'
import { createUrgentMail } from '../urgent-mail.ts'
import { failureOfEnd, failureOfError, failureOfStop } from './acp-failure.ts'
import type { AcpOrder } from './acp-order.ts'
import { createGate } from './action.ts'
import { startAgent, within, type AgentProcess } from './agent-process.ts'
import { createTerminals } from './client-terminals.ts'
import { createClient } from './client.ts'
import { SessionUpdates } from './session-updates.ts'
import { openSession, type Session } from './session.ts'
import { usageOfOpencode, usageOfTurn } from './turn-usage.ts'

export interface AcpRun {
  readonly order: AcpOrder
  readonly prompt: string
  /** The prompt with the whole task, for an agent that cannot resume; null where nothing is resumed. */
  readonly wholePrompt: string | null
  /** Its program's whole environment. */
  readonly env: NodeJS.ProcessEnv
  /** Ours, as we introduce ourselves. */
  readonly version: string
  emit(event: ExecEventInput): void
  toStderr(text: string): void
  now(): number
  /** Aborted when we are asked to stop. */
  readonly stop: AbortSignal
}

/** What the parts of one run share. */
interface RunContext {
  readonly run: AcpRun
  readonly agent: AgentProcess
  readonly updates: SessionUpdates
  /** Its turn is to be cancelled: this program is asked to stop, or a person must be asked. */
  readonly cancelled: AbortSignal
  /** For what only a person may allow. */
  question: string | null
  initialized: JsonObject
  /** The step that it has not reached yet, for the text of a failure. */
  before: string
}

/** Whether it ended well. */
export async function runAcp(run: AcpRun): Promise<boolean> {
  const { order, emit, stop } = run
  emit({ type: 'start', v: EXEC_EVENTS_VERSION, by: 'acp' })
  const cwd = await whereItLeads(order.cwd)
  const agent = startAgent({ order, env: run.env, toStderr: run.toStderr })
  const updates = new SessionUpdates(emit)
  const asking = new AbortController()
  const scene: RunContext = {
    run,
    agent,
    updates,
    cancelled: AbortSignal.any([stop, asking.signal]),
    question: null,
    initialized: new JsonObject(null),
    before: 'it answered at all',
  }
  const gate = createGate({
    rules: { permissions: order.permissions, mode: order.mode, cwd },
    granted: order.granted,
    onQuestion(question) {
      if (scene.question !== null) return
      scene.question = question
      emit({ type: 'question', text: question })
      asking.abort()
    },
  })
  const terminals = createTerminals(run.env)
  const client = createClient({ gate, terminals, updates, cwd, cancelled: scene.cancelled })
  try {
    const connection = client.connect(agent.stream)
    const failure = await converse(scene, connection.agent).catch((error: unknown) =>
      failureOf(scene, error),
    )
    return emitEnd(scene, failure)
  } finally {
    terminals.close()
    await agent.end(order.endMs)
  }
}

/** Null where it ended well. */
async function converse(scene: RunContext, agent: ClientContext): Promise<WorkFailure | null> {
  const { run, updates } = scene
  const { order } = run
  const unstarted = await scene.agent.failedToStart
  if (unstarted !== null) return workFailure('launch', `it could not be started: ${unstarted}`)
  scene.initialized = new JsonObject(
    await inTime(scene, initialize(agent, run.version), order.initializeMs),
  )
  checkVersion(scene.initialized)
  scene.before = 'it had a session'
  const session = await inTime(
    scene,
    openSession(agent, { ...order, env: run.env }, scene.initialized),
    order.sessionMs,
  )
  run.emit({ type: 'conversation', id: session.id })
  scene.before = 'it had answered'
  updates.begin()
  const mail = order.mode === 'answer' ? null : createUrgentMail({ ...run, newId: randomUUID })
  let used: Usage | null = null
  for (let text: string | null = promptOf(run, session); text !== null;) {
    const startedAt = run.now()
    const response = await askTurn(scene, agent, { session, text })
    // Updates that were sent before the answer are processed by now.
    await nextTurn()
    used = await usageSoFar(scene, response, { conversation: session.id, startedAt, used })
    if (used) run.emit({ type: 'usage', usage: used })
    const failure = failureOfTurn(scene, response)
    if (failure !== null) return failure
    // A step of such an agent is a whole turn: what came meanwhile is the next one's.
    text = run.stop.aborted
      ? null
      : ((await mail?.next({ isLast: true, signal: run.stop })) ?? null)
    if (text !== null) updates.beginTurn()
  }
  return null
}

interface TurnFacts {
  readonly conversation: string
  readonly startedAt: number
  /** By its turns before. */
  readonly used: Usage | null
}

/** What it cost is told of all turns together. */
async function usageSoFar(
  scene: RunContext,
  response: unknown,
  { used, ...turn }: TurnFacts,
): Promise<Usage | null> {
  const usage = await usageOf(scene, response, turn)
  if (usage === null || used === null) return usage ?? used
  return { ...sumUsage(used, usage), costUsd: usage.costUsd ?? used.costUsd }
}

function usageOf(
  { run, updates, initialized }: RunContext,
  response: unknown,
  turn: { readonly conversation: string; readonly startedAt: number },
): Usage | null | Promise<Usage | null> {
  const usage = usageOfTurn(response, updates.costUsd())
  const name = initialized.object('agentInfo').text('name')
  const { order, env, stop } = run
  return name === 'OpenCode' ? usageOfOpencode(usage, { order, env, stop, ...turn }) : usage
}

const initialize = (agent: ClientContext, version: string): Promise<unknown> =>
  agent.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    clientInfo: { name: 'yardmaster', title: 'Yardmaster', version },
    clientCapabilities: CAPABILITIES,
  })

/**
 * Nothing here is unsaved, so it reads files itself: there are agents that take a missing one for a broken one when they ask for it.
 * What it writes and runs through us is judged.
 */
const CAPABILITIES = { fs: { readTextFile: false, writeTextFile: true }, terminal: true }

function checkVersion(initialized: JsonObject): void {
  const version = initialized.number('protocolVersion')
  if (version === PROTOCOL_VERSION) return
  const reason = `it speaks version ${version ?? '?'} of the Agent Client Protocol, not version ${PROTOCOL_VERSION}`
  throw new WorkFailed(workFailure('missing-program', reason))
}

/** Null when it did not cancel its turn in time. */
async function askTurn(
  scene: RunContext,
  agent: ClientContext,
  { session, text }: { readonly session: Session; readonly text: string },
): Promise<unknown> {
  const { run, cancelled } = scene
  const answer: Promise<unknown> = agent.request(methods.agent.session.prompt, {
    sessionId: session.id,
    prompt: [{ type: 'text', text }],
  })
  const isAnswered = await Promise.race([answer.then(() => true), aborted(cancelled)])
  if (isAnswered) return answer
  await agent.notify(methods.agent.session.cancel, { sessionId: session.id })
  try {
    return (await within(answer, run.order.cancelMs)) ? await answer : null
  } catch {
    return null // it answers a cancelled turn with an error: it is over all the same
  }
}

/** Where the conversation cannot be resumed, the prompt repeats the whole task. */
function promptOf({ prompt, wholePrompt }: AcpRun, { isResumed, notResumed }: Session): string {
  if (isResumed || wholePrompt === null) return prompt
  return `You worked on this task before, in a conversation that cannot be gone on with: ${notResumed ?? 'it is lost'}. What you did is still in your folder: look at it first.\n\n${wholePrompt}`
}

function failureOfTurn({ run, question }: RunContext, response: unknown): WorkFailure | null {
  if (question !== null) return workFailure('question', question)
  const stopReason = new JsonObject(response).text('stopReason')
  if (run.stop.aborted && stopReason !== 'end_turn')
    return workFailure('crash', 'it was asked to stop')
  return failureOfStop(stopReason)
}

async function failureOf(scene: RunContext, error: unknown): Promise<WorkFailure> {
  const { run, agent, initialized, before } = scene
  if (run.stop.aborted) return workFailure('crash', 'it was asked to stop')
  const isAnswer = error instanceof WorkFailed || error instanceof RequestError
  // The connection breaks a moment before its program is known to have ended.
  if (!isAnswer && (await within(agent.ended, GONE_MS)))
    return failureOfEnd(await agent.ended, before)
  // Some print the cause only when they end.
  await agent.end(run.order.endMs)
  return failureOfError(error, { initialized, stderrTail: agent.stderrTail(), at: run.now() })
}
const GONE_MS = 1000

function emitEnd({ run, updates }: RunContext, failure: WorkFailure | null): boolean {
  updates.end()
  if (failure === null) {
    run.emit({ type: 'result', ok: true, text: updates.answer() })
    return true
  }
  emitFailure(run.emit, failure)
  return false
}

/** Waits until `limitMs`, or until this program is asked to stop. */
async function inTime<T>(scene: RunContext, answer: Promise<T>, limitMs: number): Promise<T> {
  const { stop } = scene.run
  const isHere = await within(Promise.race([answer, aborted(stop)]), limitMs)
  if (isHere && !stop.aborted) return answer
  const seconds = Math.round(limitMs / 1000)
  const reason = stop.aborted
    ? 'it was asked to stop'
    : `its program has said nothing for ${seconds} s, before ${scene.before}`
  answer.catch(() => {})
  throw new WorkFailed(workFailure(stop.aborted ? 'crash' : 'launch', reason))
}

/** False once it is aborted. */
const aborted = (signal: AbortSignal): Promise<false> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(false)
    else signal.addEventListener('abort', () => resolve(false), { once: true })
  })
