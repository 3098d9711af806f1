/** The graph as a picture of lines: a layer for each step, with what each task waits for. */
import { ok } from '../../../base/result.ts'
import type { TaskCard } from '../../../contract/view.ts'
import { dagOf, layersOf, longestChain } from '../../../domain/graph/dag.ts'
import { withYard } from '../../connect/with-yard.ts'
import { defineCommand, option, type Cli } from '../../spec/define.ts'
import { paintState, signOf } from '../../text/format.ts'
import { oneLine, shorten, shownWidth } from '../../text/table.ts'

export const viz = defineCommand({
  options: { criticalPath: option('--critical-path', 'only the longest chain of what is left') },
  handler: (cli, { criticalPath }) =>
    withYard(cli, async ({ client }) => {
      const tasks = await client.task.list({ detail: 'card' })
      const byId = new Map(tasks.map((task) => [task.id, task]))
      const cards = (ids: readonly string[]): TaskCard[] => ids.flatMap((id) => byId.get(id) ?? [])
      if (criticalPath) printChain(cli, cards(longestChain(dagOf(tasks.filter(isLeft)), () => [1])))
      else printLayers(cli, layersOf(dagOf(tasks)).map(cards))
      return ok(0)
    }),
})

const isLeft = ({ status }: TaskCard): boolean => status !== 'done' && status !== 'abandoned'

function printChain({ print }: Cli, chain: readonly TaskCard[]): void {
  print.result(
    chain.map(({ id, title, state }) => ({ id, title, state })),
    () => {
      if (chain.length === 0) return print.progress('nothing is left to do')
      for (const [index, task] of chain.entries())
        print.line(`${index === 0 ? '' : '└▶ '}${nodeOf(print, task)}  ${oneLine(task.title)}`)
      print.line(`\n${chain.length} in a row`)
    },
  )
}

function printLayers({ print }: Cli, layers: readonly (readonly TaskCard[])[]): void {
  print.result(
    layers.map((layer) =>
      layer.map(({ id, title, state, after }) => ({ id, title, state, after })),
    ),
    () => {
      if (layers.length === 0) return print.progress('no tasks')
      const width = Math.max(...layers.flat().map((task) => shownWidth(task.id)))
      for (const [index, layer] of layers.entries()) {
        if (index > 0) print.line(print.paint('dim', '  │'))
        for (const task of layer) print.line(layerLine(print, task, width))
      }
    },
  )
}

function layerLine(print: Cli['print'], task: TaskCard, width: number): string {
  const gap = ' '.repeat(Math.max(0, width - shownWidth(task.id)))
  const after = task.after.length === 0 ? '' : `  ◀ ${task.after.join(', ')}`
  const title = oneLine(task.title)
  const text =
    print.columns === null ? title : shorten(title, Math.max(20, print.columns - width - 30))
  return `  ${nodeOf(print, task)}${gap}  ${text}${print.paint('dim', after)}`
}

const nodeOf = (print: Cli['print'], { id, state }: TaskCard): string =>
  paintState(print, state, `${signOf(state)} ${id}`)
