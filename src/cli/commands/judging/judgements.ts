/** `yard judgements`: what was asked of models, what was sent, what came back. */
import type { JudgementView } from '../../../contract/judging.ts'
import { dollarsText } from '../../../domain/format.ts'
import { askYard, withYard } from '../../connect/connect.ts'
import {
  argument,
  defineCommand,
  defineSubcommand,
  option,
  printed,
  type Cli,
} from '../../spec/define.ts'
import { definedFields, taskId, whole } from '../../spec/values.ts'
import { clock, dateTimeText, tokensOf } from '../../text/format.ts'
import { manyLines, oneLine } from '../../text/print.ts'

const show = defineSubcommand({
  name: 'show',
  summary: 'shows one judgement, what was sent, or what came back',
  arguments: { id: argument('<judge-N>', 'such as judge-7') },
  options: {
    sent: option('--sent', 'what was sent, word for word'),
    answer: option('--answer', 'what came back'),
  },
  exclusive: [['sent', 'answer']],
  examples: ['yard judgements show judge-7 --sent'],
  handler: (cli, { id, sent, answer }) =>
    withYard(cli, async ({ client }) => {
      if (!sent && !answer) {
        const judgement = await client.judgement.get({ id })
        return printed(cli, judgement, () => printOne(cli, judgement))
      }
      const part = await client.judgement.text({ id, part: sent ? 'sent' : 'answer' })
      return printed(cli, part, ({ text, isCut }) => {
        cli.print.line(manyLines(text))
        if (isCut) cli.print.progress('… it is longer')
      })
    }),
})

export const judgements = defineCommand({
  options: {
    living: option('--living', 'only those that have not ended'),
    task: option('--task <id>', 'only about this task', taskId),
    limit: option('--limit <n>', 'at most so many (default: 100)', whole(1, 10_000)),
  },
  subcommands: [show],
  notes: ['Newest first. `yard kill judge-N` ends one as unanswered.'],
  examples: ['yard judgements --living', 'yard judgements --task build --json'],
  handler: (cli, { living, ...filter }) =>
    askYard(
      cli,
      (client) =>
        client.judgement.list({ ...(living ? { living } : {}), ...definedFields(filter) }),
      (list) => printAll(cli, list),
    ),
})

const judgeOf = ({ judge }: JudgementView): string =>
  judge === null ? '' : [judge.executor, judge.model].filter(Boolean).join('/')

const stateOf = ({ state, outcome, reason, kept }: JudgementView): string =>
  [
    kept === undefined ? (outcome ?? state) : `not asked (same work as ${kept})`,
    reason === null ? null : `(${reason})`,
  ]
    .filter(Boolean)
    .join(' ')

function printAll({ print }: Cli, list: readonly JudgementView[]): void {
  if (list.length === 0) return print.progress('no judgements')
  print.table(
    ['JUDGEMENT', 'PURPOSE', 'TASK', 'AGENT', 'JUDGE', 'QUEUED', 'PRICE', 'STATE'],
    list.map((each) => [
      each.id,
      each.purpose,
      each.task ?? each.subject,
      each.agent,
      judgeOf(each),
      clock(each.queuedAt),
      each.costUsd === null ? '' : dollarsText(each.costUsd),
      stateOf(each),
    ]),
  )
}

function printOne({ print }: Cli, judgement: JudgementView): void {
  const { id, purpose, task, agent, by, judge, queuedAt, askedAt, endedAt, usage } = judgement
  const time = (iso: string | null): string | null => (iso === null ? null : dateTimeText(iso))
  print.line(print.paint('bold', `${id}  ${purpose}`))
  const facts: readonly (readonly [string, string | null])[] = [
    ['state', stateOf(judgement)],
    ['task', task],
    ['agent', agent],
    ['asked by', by === agent && purpose === 'evaluation' ? 'its gate' : by],
    ['judge', judge && `${judgeOf(judgement)} (${judge.provenance}), prompt ${judge.prompt}`],
    ['queued', time(queuedAt)],
    ['asked', time(askedAt)],
    ['ended', time(endedAt)],
    ['tokens', tokensOf(usage)],
  ]
  for (const [name, value] of facts) if (value) print.line(`  ${name.padEnd(9)} ${oneLine(value)}`)
}
