/** The entry of the command `yard`: looks at the Node.js it runs in before anything else is loaded. */
import { nodeProblem } from '../config/paths.ts'

const problem = nodeProblem(process.versions)
if (problem !== null) {
  process.stderr.write(`yard: ${problem}\n`)
  process.exitCode = 1
} else {
  const { runProcess } = await import('./main.ts')
  await runProcess(new URL(import.meta.url))
}
