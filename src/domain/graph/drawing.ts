/** The graph as text for drawing programs. Titles are anybody's words and are escaped, ids never become syntax. */
import type { ShownState } from './shown-state.ts'

interface DrawnTask {
  readonly id: string
  readonly title: string
  readonly state?: ShownState
  readonly after: readonly string[]
}

/** Mermaid `flowchart`. Nodes are numbered, because an id such as `end` is a keyword there. */
export function toMermaid(tasks: readonly DrawnTask[]): string {
  const numbers = new Map(tasks.map((task, index) => [task.id, index]))
  const lines = ['flowchart LR']
  for (const [index, task] of tasks.entries())
    lines.push(`  t${index}["${mermaidText(labelOf(task))}"]`)
  for (const [index, task] of tasks.entries())
    for (const blocker of task.after) {
      const from = numbers.get(blocker)
      if (from !== undefined) lines.push(`  t${from} --> t${index}`)
    }
  return `${lines.join('\n')}\n`
}

/** Graphviz. */
export function toDot(tasks: readonly DrawnTask[]): string {
  const known = new Set(tasks.map((task) => task.id))
  const lines = ['digraph yard {', '  rankdir=LR;', '  node [shape=box];']
  for (const task of tasks) lines.push(`  ${dotText(task.id)} [label=${dotText(labelOf(task))}];`)
  for (const task of tasks)
    for (const blocker of task.after)
      if (known.has(blocker)) lines.push(`  ${dotText(blocker)} -> ${dotText(task.id)};`)
  return `${[...lines, '}'].join('\n')}\n`
}

function labelOf(task: DrawnTask): string {
  const state = task.state === undefined ? '' : ` (${task.state})`
  return `${task.id}: ${task.title}${state}`.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

/** Everything but letters, digits and harmless signs as a numeric entity, which Mermaid writes `#34;`. */
const mermaidText = (text: string): string =>
  text.replace(/[^\p{L}\p{N} .,:()_-]/gu, (sign) => `#${sign.codePointAt(0)};`)

const dotText = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`
