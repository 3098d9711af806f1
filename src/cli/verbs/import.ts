import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { importInto, readGraph } from '../read-graph.ts'
import type { Words } from '../words.ts'

export async function importGraph(cli: Cli, words: Words): Promise<Outcome> {
  const name = words.arg(0)
  const graph = await readGraph(cli, name)
  if (!graph.ok) return graph
  return withYard(cli, async ({ client }) => {
    const { commandId } = cli
    const ids = await importInto(client, graph.value, { name, commandId })
    if (!ids.ok) return ids
    const count = ids.value.length
    cli.print.result({ ids: ids.value }, () =>
      cli.print.line(`imported ${count} ${count === 1 ? 'task' : 'tasks'}`),
    )
    return ok(0)
  })
}
