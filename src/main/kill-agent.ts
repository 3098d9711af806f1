/** Ends an agent from the tray, after saying what that costs. */
import { dialog } from 'electron'
import type { AgentView } from '../contract/view.ts'
import type { YardClient } from './yard-host.ts'
import { elapsedOf } from './tray.ts'

export async function killAgent(
  client: YardClient | null,
  agent: AgentView,
  now: number,
): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `Kill ${agent.id}?`,
    detail: `${elapsedOf(agent, now)} of work on ${agent.task} stops; its files stay. The task waits, paused.`,
    buttons: [`Kill ${agent.id}`, 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  if (response !== 0) return
  try {
    if (client === null) throw new Error('the yard does not answer')
    await client.agent.kill({ id: agent.id })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    dialog.showErrorBox('Yardmaster', `${agent.id} was not killed: ${why}`)
  }
}
