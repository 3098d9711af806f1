import { ok } from '../../../base/result.ts'
import { withYard } from '../../connect/with-yard.ts'
import { argument, defineCommand, option } from '../../spec/define.ts'

export const importGraph = defineCommand({
  arguments: { file: argument('<file>', 'TOML, JSON or JSON lines; - reads stdin') },
  examples: ['yard import graph.toml', 'yard export --dir ../other | yard import -'],
  async handler(cli, { file }) {
    const { importInto, readGraph } = await import('./read-graph.ts')
    const graph = await readGraph(cli, file)
    if (!graph.ok) return graph
    return withYard(cli, async ({ client }) => {
      const named = { name: file, graph: graph.value }
      const ids = await importInto(client, named, cli.commandId)
      if (!ids.ok) return ids
      const count = ids.value.length
      cli.print.result({ ids: ids.value }, () =>
        cli.print.line(`imported ${count} ${count === 1 ? 'task' : 'tasks'}`),
      )
      return ok(0)
    })
  },
})

export const exportGraph = defineCommand({
  options: {
    format: option.oneOf('--format <format>', 'the form (else toml)', [
      'toml',
      'json',
      'jsonl',
      'mermaid',
      'dot',
    ]),
  },
  examples: ['yard export > graph.toml', 'yard export --format dot | dot -Tsvg > graph.svg'],
  // The text is written unchanged, also with --json, which only makes JSON the format where none is named.
  handler: (cli, { format = cli.print.isJson ? 'json' : 'toml' }) =>
    withYard(cli, async ({ client }) => {
      const { text } = await client.task.export({ format })
      cli.print.raw(text)
      return ok(0)
    }),
})
