/** The test of an executor: what it costs before, how long it takes meanwhile, and what came of it. */
import { useSession, useYard } from '../../../model/session/session-context.tsx'
import { Button } from '../../../ui/button.tsx'
import { durationText } from '../../../../domain/format.ts'
import { lastLines } from '../../../../domain/failure.ts'
import { instantText } from '../../../ui/format.ts'
import { LastLines } from '../../../ui/plain-text.tsx'
import { Elapsed } from '../../../components/ticking-time.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { StatusBadge } from '../../../components/status-badge.tsx'
import { usedMoneyText, usedTokensText } from '../../../components/usage-text.ts'
import { useCommands } from '../../../actions/commands.ts'
import { KeyHint } from '../../../actions/key-hint.tsx'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { ExecutorType } from '../../../../domain/settings.ts'
import type { ExecutorView, YardClient } from '../../../model/session/link.ts'
import type { Problem } from '../../../model/session/problem.ts'
import type { Session } from '../../../model/session/session.ts'

interface ExecutorTestRunProps {
  readonly view: ExecutorView
  /** It is told: the list may say other things of it now. */
  readonly onTold: () => void
}

export function ExecutorTestRun({ view, onTold }: ExecutorTestRunProps) {
  const session = useSession()
  const folder = useYard(({ summary }) => summary?.folder ?? '')
  const trial = useTestRun(folder, view.name)
  const untested = untestedReason(view)
  const blocked = untested ?? (view.canRun ? null : 'It cannot run here')
  const start = (): void =>
    void startTestRun(session, folder, view.name).then(() => {
      if (testRunOf(folder, view.name)?.kind === 'told') onTold()
    })
  const isRunning = trial?.kind === 'runs'
  useCommands({
    'executor.test': { run: start, blocked: () => blocked ?? (isRunning ? 'It runs' : null) },
  })
  if (untested !== null) return <p>{untested}</p>
  return (
    <>
      <p>One real question with a one-word answer. It costs one short answer of its model.</p>
      <p className="flex items-center gap-2">
        <Button icon="play" isBusy={isRunning} disabled={!view.canRun} onClick={start}>
          Test {view.name} <KeyHint keys="alt+t" />
        </Button>
        {isRunning && (
          <span role="status">
            It is asked, <Elapsed since={trial.since} />. It may take up to three minutes.
          </span>
        )}
      </p>
      {trial?.kind === 'told' && <Told at={trial.at} result={trial.result} />}
      <ProblemNote
        problem={trial?.kind === 'refused' ? trial.problem : null}
        onClose={() => forgetTestRun(folder, view.name)}
      />
    </>
  )
}

function Told({ at, result }: { readonly at: string; readonly result: TestRunResult }) {
  const { ok, text, failure } = result
  const said = lastLines(failure?.detail ?? null)
  return (
    <div className="form-below text-text-2" role="status">
      <p>
        <StatusBadge
          state={ok ? 'done' : 'failed'}
          word={ok ? 'It answered' : `It failed: ${failure?.class ?? 'crash'}`}
        />
      </p>
      {text !== null && <blockquote dir="auto">{text}</blockquote>}
      {failure !== null && <p className="registry-warning">{failure.reason}</p>}
      {said !== null && <LastLines text={said} />}
      <p>{trialFacts(at, result)}</p>
    </div>
  )
}

/** `14:02, 1.8s, model opus, 1.2k tokens, $0.0004`; what is not known is left out. */
function trialFacts(at: string, { ms, model, usage }: TestRunResult): string {
  const tokens = usedTokensText(usage)
  return [
    instantText(at),
    durationText(ms),
    model === null ? '' : `model ${model}`,
    tokens === '' ? '' : `${tokens} tokens`,
    usedMoneyText(usage),
  ]
    .filter(Boolean)
    .join(', ')
}

// Tests of executors: one short turn each, under way or told. Kept while the page lives, so that one may leave the screen meanwhile.

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
