/** The command line of the yard, as far as an agent needs it. Its arguments are a list and never see a shell. */
import { execa } from 'execa'
import { z } from 'zod'
import { REPORT_VERBS, reportError, YARD_COMMAND } from '../../report-command.ts'
import { defineTool, no, yes } from './tool.ts'

const MAX_MS = 60_000

export const yardTool = defineTool({
  name: 'yard',
  description: `Runs the command \`yard\` with these arguments, the first of which is one of: ${REPORT_VERBS.join(', ')}. Each argument is one item and is taken as it stands: ["fail", "my-task", "--reason", "the server is down"].`,
  effect: 'report',
  schema: z.object({ args: z.array(z.string().max(100_000)).min(1).max(100) }),
  async run({ args }, { env, root, signal }) {
    const fault = reportError(args)
    if (fault !== null) return no(fault)
    const { all, exitCode, failed } = await execa(YARD_COMMAND, args, {
      cwd: root,
      env,
      extendEnv: false,
      stdin: 'ignore',
      all: true,
      reject: false,
      timeout: MAX_MS,
      cancelSignal: signal,
    })
    const text = all.trim()
    return failed
      ? no(text || `yard ended with ${exitCode ?? 'no exit code'}`)
      : yes(text || 'done')
  },
})
