import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import type { Words } from '../words.ts'

type Format = 'toml' | 'json' | 'jsonl' | 'mermaid' | 'dot'
const FORMATS: readonly Format[] = ['toml', 'json', 'jsonl', 'mermaid', 'dot']

/** The text goes out as it is, also with --json, which only makes JSON the format where none is named. */
export const exportGraph = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const named = FORMATS.find((format) => format === words.text('format'))
    const format = named ?? (cli.print.isJson ? 'json' : 'toml')
    const { text } = await client.task.export({ format })
    cli.print.raw(text)
    return ok(0)
  })
