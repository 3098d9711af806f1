// node scripts/with-node.mjs TOOL [ARGUMENTS…]: runs a tool of the project, or a script file, on the right Node.
import { runScript, Stop } from './project.mjs'
import { runTool } from './run-tool.mjs'

await runScript(async () => {
  const [tool, ...args] = process.argv.slice(2)
  if (tool === undefined) throw new Stop('usage: node scripts/with-node.mjs TOOL [ARGUMENTS…]', 2)
  return runTool(tool, args)
})
