/** Scores in words. Pure. */
import type { EvaluationView } from '../../contract/judging.ts'
import type { TaskCard } from '../../contract/view.ts'
import { DIMENSIONS, scoreText, type Dimension } from '../../domain/judging/score.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'

/** Name, and the one word that fits beside a plot. */
const WORDS: Readonly<Record<Dimension, readonly [name: string, short: string]>> = {
  correctness: ['Correctness', 'Correct'],
  completeness: ['Completeness', 'Complete'],
  efficiency: ['Efficiency', 'Efficient'],
  style_adherence: ['Style adherence', 'Style'],
  downstream_usability: ['Downstream usability', 'Usable'],
  coordination_overhead: ['Coordination overhead', 'Overhead'],
  blocking_impact: ['Blocking impact', 'Blocking'],
  intent_fidelity: ['Intent fidelity', 'Intent'],
}
export const nameOfDimension = (dimension: Dimension): string => WORDS[dimension][0]
export const shortOfDimension = (dimension: Dimension): string => WORDS[dimension][1]

/** Below this a dimension stands out. */
export const LOW = 0.7

/** `0.86`; empty where it is not known. */
export const shownScore = (score: number | null | undefined): string =>
  score == null ? '' : scoreText(score)

/** `gate 0.70`, `scored only`, `a person decides`; null where nothing is judged. */
export function gateLine(gate: TaskCard['gate']): string | null {
  switch (gate?.mode) {
    case 'gated':
      return `gate ${shownScore(gate.threshold)}`
    case 'score':
      return 'scored only'
    case 'person':
      return 'a person decides'
    default:
      return null
  }
}

/** As a column shows it: `0.70`, `score`, `person`; empty where nothing is judged. */
export const gateWord = (gate: TaskCard['gate']): string =>
  gate === undefined ? '' : gate.mode === 'gated' ? shownScore(gate.threshold) : gate.mode

/** With whose word it is: `gate 0.70 (tag docs)`. */
export function gateTip(gate: TaskCard['gate']): string {
  const text = gateLine(gate)
  if (gate === undefined || text === null) return ''
  return `${text} (${gate.source === 'config' ? 'the settings' : gate.source})`
}

/** What the score came to: its state's lamp and words. */
export function resultOf(
  evaluation: Pick<EvaluationView, 'status' | 'passed' | 'gate' | 'marks' | 'override'>,
): readonly [state: ShownState, text: string] {
  const { status, passed, gate } = evaluation
  if (status === 'pending') return ['pending-eval', 'Being judged']
  if (status === 'unscored') return ['waiting', 'Not scored']
  if (passed !== null) return passed ? ['done', 'Passed'] : ['failed', 'Below gate']
  if (isByFlaggedJudge(evaluation)) return ['waiting', 'Judge flagged, decides nothing']
  return ['done', UNGATED[gate] ?? 'Scored']
}

const UNGATED: Readonly<Record<string, string>> = {
  person: 'Scored, a person decides',
  off: 'Scored, no gate',
}

/** Its score decides nothing, unless a person gave another. */
export const isByFlaggedJudge = ({
  marks,
  override,
}: Pick<EvaluationView, 'marks' | 'override'>): boolean =>
  override === null && marks.includes('flagged-judge')

/** `Careful Programmer f5143935`; of what is no identity its key. */
export const groupName = (of: { readonly key: string | null; readonly name: string | null }) =>
  of.name === null || of.key === null ? of.key : `${of.name} ${of.key.slice(0, 8)}`

export const MARK_TEXTS: Readonly<Record<EvaluationView['marks'][number], string>> = {
  'same-family': 'The judge is of the same provider as the worker.',
  'place-not-found': 'It cites places that are not in the change.',
  'criteria-disagree': 'A criterion is not met, and correctness is high all the same.',
  'tests-touched': 'The change touches tests.',
  plea: 'The work pleads with its judge.',
  'flagged-judge': 'The judge is flagged: its score decides nothing.',
}

/** `correctness 0.91, completeness unknown`, for whoever cannot see the bars. */
export const dimensionsText = (dimensions: EvaluationView['dimensions']): string =>
  DIMENSIONS.map(
    (name) =>
      `${nameOfDimension(name).toLowerCase()} ${shownScore(dimensions?.[name]) || 'unknown'}`,
  ).join(', ')
