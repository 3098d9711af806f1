/** What the mock answers to those who judge a result: see `judge` in `behaviour.ts`. */
const JUDGED = '## Task\n\n'
const MARKER = /\[\[mock:judge [^\]]*\]\]/g

/** Of a question for a judgement: it begins with its task, whose description is quoted. Null for any other request. */
export function judgeMarker(text: string): string | null {
  const start = text.indexOf(JUDGED)
  if (start < 0 || !/^│ .*\[\[mock:/m.test(text.slice(start))) return null
  return text.match(MARKER)?.[0] ?? null
}

/** Who does the work passes over them. */
export const withoutJudgeMarkers = (text: string): string => text.replace(MARKER, '')

/** A request of one question's later steps (a tool's result was sent) is no new question. */
export function judgeTurn(
  { id = '', says = '0.9', redo = '' }: Readonly<Record<string, string>>,
  toolResults: number,
  seen: Map<string, number>,
): { readonly name: string; readonly args: Readonly<Record<string, string>> } {
  const turns = says.split(',')
  const asked = (seen.get(`judge ${id}`) ?? 0) + (toolResults > 0 ? 0 : 1)
  seen.set(`judge ${id}`, asked)
  const turn = turns[Math.min(Math.max(asked, 1), turns.length) - 1] ?? ''
  if (turn === 'broken') return { name: 'text', args: { text: 'It is very good: {"score": 1' } }
  const [name = '', reset = ''] = turn.split(':')
  if (Number.isNaN(Number(name))) return { name, args: { reset } }
  const json = Buffer.from(JSON.stringify(evaluationOf(Number(name), redo))).toString('base64')
  return { name: 'answer', args: { json } }
}
const DIMENSIONS = [
  ...['correctness', 'completeness', 'efficiency', 'style_adherence'],
  ...['downstream_usability', 'coordination_overhead', 'blocking_impact', 'intent_fidelity'],
]

/** Every dimension alike, so that the score is that number. */
const evaluationOf = (score: number, redo: string) => ({
  criteria: [{ text: 'what was asked for', verdict: 'met', at: null }],
  dimensions: Object.fromEntries(
    DIMENSIONS.map((name) => [name, { evidence: `because of ${name}`, at: null, score }]),
  ),
  notes: `it was worth ${score}${redo === '' ? '' : ` [[mock:tool cmd="${redo}" text="Improved."]]`}`,
})
