/** Tests of executors: one short turn each, under way or told. Kept while the page lives, so that one may leave the screen meanwhile. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { ExecutorType } from '../../../../domain/settings.ts'
import type { YardClient } from '../../../model/session/link.ts'
import type { Problem } from '../../../model/session/problem.ts'
import type { Session } from '../../../model/session/session.ts'
import type { ExecutorView } from './executor-state.ts'

export type TestRunResult = Awaited<ReturnType<YardClient['service']['testExecutor']>>

export type TestRun =
  | { readonly kind: 'runs'; readonly since: string }
  | { readonly kind: 'told'; readonly at: string; readonly result: TestRunResult }
  | { readonly kind: 'refused'; readonly problem: Problem }

/** By yard and name: a window shows one yard after another. */
const store = createStore<ReadonlyMap<string, TestRun>>(() => new Map())

const keyOf = (folder: string, name: string): string => `${folder}\n${name}`

export const useTestRun = (folder: string, name: string): TestRun | null =>
  useStore(store, (trials) => trials.get(keyOf(folder, name)) ?? null)

export const testRunOf = (folder: string, name: string): TestRun | null =>
  store.getState().get(keyOf(folder, name)) ?? null

function put(key: string, trial: TestRun | null): void {
  const next = new Map(store.getState())
  if (trial === null) next.delete(key)
  else next.set(key, trial)
  store.setState(next, true)
}

/** Resolves when it is told. One at a time for each executor. */
export async function startTestRun(session: Session, folder: string, name: string): Promise<void> {
  const key = keyOf(folder, name)
  if (store.getState().get(key)?.kind === 'runs') return
  put(key, { kind: 'runs', since: new Date().toISOString() })
  const result = await session.call(({ service }) => service.testExecutor({ name }))
  const at = new Date().toISOString()
  put(
    key,
    result.ok
      ? { kind: 'told', at, result: result.value }
      : { kind: 'refused', problem: result.error },
  )
}

export const forgetTestRun = (folder: string, name: string): void => put(keyOf(folder, name), null)

const UNTESTED: Readonly<Partial<Record<ExecutorType, string>>> = {
  shell: 'No test: its tasks bring commands of their own.',
  manual: 'No test: a person does its tasks.',
  external: 'No test: another orchestrator claims its tasks.',
  schedule: 'No test: it hands its tasks on to another executor. Test that one.',
  http: 'No test: the service would take it for a task.',
}

/** Why it has no test; null = it has one. */
export const untestedReason = ({ type }: Pick<ExecutorView, 'type'>): string | null =>
  UNTESTED[type] ?? null
