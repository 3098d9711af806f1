/** `yard triage`: what becomes of the task of an agent that was lost, ran out of time, crashed or fell silent. */
import { err, ok } from '../../../base/result.ts'
import type { AgentView } from '../../../contract/view.ts'
import { failure } from '../../../domain/failure.ts'
import { withYard } from '../../connect/connect.ts'
import { judgementEnd } from '../../connect/judgement-end.ts'
import { argument, defineCommand, option } from '../../spec/define.ts'
import { agentId } from '../../spec/values.ts'

export const triage = defineCommand({
  arguments: { agent: argument('<agent>', 'such as agent-7', agentId) },
  options: {
    again: option('--again', 'also where it was asked about before'),
    wait: option('--wait', 'waits for the verdict'),
  },
  notes: [
    'For an agent that was lost, ran out of time or crashed, and whose task is still open, or for one that is silent. Its task does not start before the answer, or before triage.timeout is over. Works where triage.auto is off, too.',
    'Verdicts: done, continue, restart, wait, unsure. What each comes to is in docs/evaluation.md.',
    'Exit code: with --wait 0 answered, 1 unanswered or no coordinator runs; 4 where it cannot be asked about.',
  ],
  examples: ['yard triage agent-7 --wait', 'yard triage agent-7 --again'],
  handler: (cli, { agent: id, again, wait }) =>
    withYard(cli, async ({ client, owner }) => {
      const asked = await client.agent.triage({ id, again, commandId: cli.commandId })
      if (!wait) {
        cli.print.result({ id: asked.id }, () => cli.print.line(asked.id))
        if (owner === null)
          cli.print.progress('no coordinator runs: it is asked when one does (yard service start)')
        return ok(0)
      }
      if (owner === null)
        return err(
          failure('not-running', `${asked.id} is recorded, but no coordinator runs that asks it`, {
            hint: 'yard service start',
          }),
        )
      const judgement = await judgementEnd(cli.print, client, asked.id)
      const { triage: said } = await client.agent.get({ id })
      cli.print.result({ id: asked.id, triage: said }, () => cli.print.line(verdictText(said)))
      return ok(judgement.outcome === 'answered' ? 0 : 1)
    }),
})

const verdictText = (said: AgentView['triage']): string =>
  said === null ? 'no answer' : `${said.verdict ?? 'no answer'}: ${said.reason}`
