/** Judges that nobody has measured, and flagged ones, as people are told of them. */
import { oneLine } from '../../base/text.ts'
import type { Attention } from '../../contract/view.ts'
import { dollarsText } from '../../domain/format.ts'
import type { JudgeIssue } from '../../domain/judging/judgement.ts'
import type { EvaluationSettings, JudgingSettings } from '../../domain/judging/judging-settings.ts'
import { judgeName } from '../judging/choose-judge.ts'
import { needsPerson } from '../judging/judge-issues.ts'
import type { Yard } from '../yard.ts'
import { isoTime } from './iso-time.ts'

export interface JudgeSource extends Pick<Yard, 'openedAt' | 'now'> {
  readonly judging: Pick<Yard['judging'], 'judgeIssues'>
  config(): {
    readonly settings: {
      readonly judging: Pick<JudgingSettings, 'canaries'>
      readonly evaluation: Pick<EvaluationSettings, 'onFailure'>
    }
  }
}

/** What it means and the way out stand at its end. */
const LONGEST = 600

export function judgeAttention(yard: JudgeSource): Attention[] {
  const { judging, evaluation } = yard.config().settings
  const issues = yard.judging.judgeIssues?.(yard.now()) ?? []
  return issues
    .filter((issue) => needsPerson(issue, judging.canaries))
    .map((issue) => {
      const name = judgeName(issue)
      const reason = oneLine(reasonOf(issue, evaluation.onFailure), LONGEST)
      return {
        task: null,
        agent: null,
        kind: 'judge',
        text: `judge ${name}: ${reason}`,
        reason,
        judge: {
          name,
          issue: issue.kind,
          calls: issue.canaries.length,
          costUsd: issue.costUsd,
        },
        since: isoTime(issue.measuredAt ?? yard.openedAt),
      }
    })
}

const MEANS: Readonly<Record<EvaluationSettings['onFailure'], string>> = {
  hold: 'wait for a person',
  pass: 'pass',
  fail: 'fail',
}

function reasonOf(issue: JudgeIssue, onFailure: EvaluationSettings['onFailure']): string {
  const { kind, flag, canaries, costUsd, hold } = issue
  const price = costUsd === null ? 'at a price that is not known' : `about ${dollarsText(costUsd)}`
  const check = `yard evaluators check ${judgeName(issue)} (${canaries.length} calls, ${price})`
  const later = hold === null ? '' : `; the yard does not check it now: ${hold}`
  switch (kind) {
    case 'unmeasured':
      return `its scores decide results, and it was never measured: ${check}${later}`
    case 'changed':
      return `its scores decide results, and it was measured with another model or question: ${check}${later}`
    case 'flagged':
      return `its scores decide nothing, for ${flag?.text ?? 'it is flagged'}; results that nobody else can judge ${MEANS[onFailure]} (evaluation.on_failure). Name another in judging.executor or models.roles, or check it again: ${check}${later}`
  }
}
