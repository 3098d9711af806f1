/** The test of an executor: what it costs before, how long it takes meanwhile, and what came of it. */
import { useSession, useYard } from '../../../model/session/session-context.tsx'
import { Button } from '../../../ui/button.tsx'
import { durationText } from '../../../../domain/format.ts'
import { instantText } from '../../../ui/format.ts'
import { Elapsed } from '../../../components/elapsed.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { Lamp } from '../../../components/status-badge.tsx'
import { usedMoneyText, usedTokensText } from '../../../components/usage-text.ts'
import { useCommands } from '../../../actions/commands.ts'
import { KeyHint } from '../../../actions/key-hint.tsx'
import type { ExecutorView } from './executor-state.ts'
import {
  forgetTestRun,
  startTestRun,
  testRunOf,
  untestedReason,
  useTestRun,
  type TestRunResult,
} from './test-runs.ts'

interface ExecutorTrialProps {
  readonly view: ExecutorView
  /** It is told: the list may say other things of it now. */
  readonly onTold: () => void
}

export function ExecutorTestRun({ view, onTold }: ExecutorTrialProps) {
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
      <p className="trial-acts">
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
  return (
    <div className="trial" role="status">
      <p>
        <span className="status-badge" data-st={ok ? 'done' : 'failed'}>
          <Lamp state={ok ? 'done' : 'failed'} />
          {ok ? 'It answered' : `It failed: ${failure?.class ?? 'crash'}`}
        </span>
      </p>
      {text !== null && <blockquote dir="auto">{text}</blockquote>}
      {failure !== null && <p className="registry-warning">{failure.reason}</p>}
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
