/** `yard identity`: who agents can be asked to be, and how they did. */
import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorText } from '../../../base/text.ts'
import {
  type IdentityPerformance,
  type IdentityView,
  PERFORMANCE_GROUPS,
} from '../../../contract/identity.ts'
import type { Failure } from '../../../domain/failure.ts'
import { dollarsText } from '../../../domain/format.ts'
import { shortId } from '../../../domain/judging/identity.ts'
import { scoreText } from '../../../domain/judging/score.ts'
import { askYard, withYard } from '../../connect/connect.ts'
import {
  argument,
  type Cli,
  defineCommand,
  defineSubcommand,
  option,
  type Outcome,
  printed,
} from '../../spec/define.ts'
import { definedFields } from '../../spec/values.ts'
import { manyLines, oneLine } from '../../text/print.ts'

const list = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const [identities, broken] = await Promise.all([
      client.identity.list(),
      client.identity.broken(),
    ])
    for (const { file, problem } of broken)
      cli.print.progress(`yard: ${file} is passed over: ${oneLine(problem)}`)
    return printed(cli, identities, () =>
      cli.print.table(
        ['ID', 'NAME', 'ROLE', 'TRADE-OFF', 'SOURCE', 'SKILLS'],
        identities.map(({ id, name, role, tradeoff, source, skills }) => [
          ...[shortId(id), name, role, tradeoff, SOURCES[source], skills.join(', ')],
        ]),
      ),
    )
  })

const SOURCES = {
  project: 'this yard',
  global: 'yours',
  shipped: 'shipped',
  known: 'no file',
} as const satisfies Record<IdentityView['source'], string>

const show = defineSubcommand({
  name: 'show',
  summary: 'shows all that an identity says',
  arguments: { id: argument('<id>', 'its name, or a prefix of its id') },
  examples: ['yard identity show "Careful Programmer"'],
  handler: (cli, { id }) =>
    askYard(
      cli,
      (client) => client.identity.get({ id }),
      (identity) => printIdentity(cli, identity),
    ),
})

function printIdentity({ print }: Cli, identity: IdentityView): void {
  print.line(print.paint('bold', `${oneLine(identity.name)}  ${shortId(identity.id)}`))
  const facts = [
    ['id', identity.id],
    ['role', identity.role],
    ['trade-off', identity.tradeoff],
    ['skills', identity.skills.join(', ')],
    ['from', identity.file ?? SOURCES[identity.source]],
  ] as const
  for (const [name, value] of facts)
    if (value !== '') print.line(`  ${name.padEnd(13)} ${oneLine(value)}`)
  if (identity.description !== '') print.line(`\n${manyLines(identity.description)}`)
  printList(print, 'Acceptable', identity.acceptable)
  printList(print, 'Not acceptable', identity.not_acceptable)
}

function printList(print: Cli['print'], title: string, items: readonly string[]): void {
  if (items.length === 0) return
  print.line(`\n${title}`)
  for (const item of items) print.line(`  - ${oneLine(item)}`)
}

const add = defineSubcommand({
  name: 'add',
  summary: 'keeps an identity in .yard/identities and prints its id',
  arguments: { file: argument('<file>', 'a TOML or Markdown file; - reads it from stdin') },
  notes: [
    'Its id is made from what it says, the name apart: an edit of a file is another identity.',
    'What is there already is not written again.',
  ],
  examples: ['yard identity add careful-programmer.toml', 'yard identity add - < reviewer.md'],
  async handler(cli, { file }) {
    const text = await textOf(cli, file)
    if (!text.ok) return text
    const format = FORMATS[extname(file).toLowerCase()] ?? 'auto'
    return withYard(cli, async ({ client }) => {
      const identity = await client.identity.add({ text: text.value, format })
      return printed(cli, identity, () => shortId(identity.id))
    })
  },
})

const FORMATS: Readonly<Record<string, 'toml' | 'md'>> = {
  '.toml': 'toml',
  '.md': 'md',
  '.markdown': 'md',
}

async function textOf({ machine }: Cli, file: string): Promise<Result<string, Failure>> {
  try {
    return ok(
      file === '-'
        ? await readAll(machine.stdin)
        : await readFile(resolve(machine.cwd, file), 'utf8'),
    )
  } catch (error) {
    return err({ kind: 'io', message: `${file} cannot be read: ${errorText(error)}` })
  }
}

const performance = defineSubcommand({
  name: 'performance',
  summary: 'shows how results of each identity were scored',
  options: {
    by: option.oneOf('--by <group>', 'apart for each kind of task, or model', PERFORMANCE_GROUPS),
  },
  handler: (cli, { by }) =>
    askYard(
      cli,
      (client) => client.identity.performance(definedFields({ by })),
      (rows) => printPerformance(cli, rows, by ?? null),
    ),
})

function printPerformance(
  { print }: Cli,
  rows: readonly IdentityPerformance[],
  by: 'kind' | 'model' | null,
): void {
  if (rows.length === 0) return void print.line('nothing was scored yet')
  print.table(
    ['ID', 'NAME', ...(by === null ? [] : [by.toUpperCase()]), ...HEADS],
    rows.map((row) => [
      row.identity === null ? '' : shortId(row.identity.id),
      row.identity?.name ?? 'nobody in particular',
      ...(by === null ? [] : [row.key ?? '']),
      `${row.n}${row.isFew ? ' (few)' : ''}`,
      row.mean === null ? '' : scoreText(row.mean),
      row.quartiles === null
        ? ''
        : `${scoreText(row.quartiles.p25)}–${scoreText(row.quartiles.p75)}`,
      row.passedShare === null ? '' : `${Math.round(row.passedShare * 100)} %`,
      row.meanCostUsd === null ? '' : dollarsText(row.meanCostUsd),
      row.costPerPassedUsd === null ? '' : dollarsText(row.costPerPassedUsd),
    ]),
  )
}

const HEADS = ['N', 'MEAN', 'QUARTILES', 'PASSED', 'COST', 'PER PASSED']

export const identity = defineCommand({
  subcommands: [
    defineSubcommand({ name: 'list', summary: 'lists the identities', handler: list }),
    show,
    add,
    performance,
  ],
  notes: [
    'Files are read from .yard/identities and from your configuration folder; 28 come with Yardmaster.',
  ],
  handler: list,
})
