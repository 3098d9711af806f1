// Plays Gemini CLI for the pictures: the judge of what Claude Code has done.
import { text } from 'node:stream/consumers'

if (process.argv.includes('--version')) {
  console.log('0.47.0')
  process.exit(0)
}
const prompt = await text(process.stdin)
const isSecond = prompt.includes('Notes on earlier tries')

const RESULTS = [
  {
    title: 'Migrate store',
    scores: [0.95, 0.9, 0.85, 0.9, 0.95, 0.95, 0.9, 0.9],
    at: 'src/agents/adopt.ts:6',
    said: 'The exit is read before the pid, which closes the gap between the two; the reason stands beside it.',
    criteria: [['the store is at version 14', 'met', 'src/agents/store-version.ts:1']],
    notes: 'The new migration has no test of its own.',
  },
  {
    title: 'API reference',
    ...(isSecond
      ? {
          scores: [0.85, 0.85, 0.8, 0.9, 0.85, 0.9, 0.85, 0.85],
          at: 'NOTES.md:1',
          said: 'Each command is named with its exit codes.',
          criteria: [['every command is described', 'met', 'NOTES.md:1']],
          notes: '',
        }
      : {
          scores: [0.5, 0.4, 0.7, 0.8, 0.45, 0.7, 0.6, 0.5],
          at: 'NOTES.md:1',
          said: 'A heading and nothing below it: no command is described.',
          criteria: [['every command is described', 'not', 'NOTES.md:1']],
          notes:
            'Describe each command with its options and exit codes; a heading alone helps nobody.',
        }),
  },
  {
    title: 'Upgrade guide',
    scores: [0.8, 0.75, 0.9, 0.85, 0.8, 0.85, 0.8, 0.8],
    at: 'NOTES.md:1',
    said: 'The order of the steps is right; the way back from version 14 is missing.',
    criteria: [['the steps from 13 to 14', 'met', 'NOTES.md:1']],
    notes: 'Say how to go back.',
  },
]
const result = RESULTS.find(({ title }) => prompt.includes(title)) ?? RESULTS[2]
const NAMES = ['correctness', 'completeness', 'efficiency', 'style_adherence']
NAMES.push('downstream_usability', 'coordination_overhead', 'blocking_impact', 'intent_fidelity')
const answer = {
  criteria: result.criteria.map(([words, verdict, at]) => ({ text: words, verdict, at })),
  dimensions: Object.fromEntries(
    NAMES.map((name, i) => [
      name,
      { evidence: result.said, at: result.at, score: result.scores[i] },
    ]),
  ),
  notes: result.notes,
}
const print = (event) =>
  console.log(JSON.stringify({ ...event, timestamp: new Date().toISOString() }))
print({ type: 'init', session_id: 'a-judge', model: 'gemini-3-flash' })
print({ type: 'message', role: 'assistant', content: JSON.stringify(answer), delta: true })
print({
  type: 'result',
  status: 'success',
  stats: { total_tokens: 9100, input_tokens: 8200, output_tokens: 900, cached: 0, input: 8200 },
})
