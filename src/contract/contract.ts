/** The one contract: all that crosses a process boundary, over MessagePort, WebSocket, HTTP and REST alike. */
import type { InferContractRouterOutputs } from '@orpc/contract'
import { agentContract } from './agent.ts'
import { changeContract } from './change.ts'
import { evaluationContract, evaluatorContract, judgementContract } from './judging.ts'
import { identityContract } from './identity.ts'
import { jobContract } from './job.ts'
import { memberContract, messageContract, transportContract } from './message.ts'
import { startScreenContract } from './start-screen.ts'
import { pageContract } from './page.ts'
import { serviceContract } from './service.ts'
import { taskContract } from './task.ts'
import { tokenContract } from './token.ts'
import { transferContract } from './transfer.ts'

export const contract = {
  task: taskContract,
  agent: agentContract,
  service: serviceContract,
  page: pageContract,
  change: changeContract,
  evaluation: evaluationContract,
  judgement: judgementContract,
  evaluator: evaluatorContract,
  identity: identityContract,
  job: jobContract,
  message: messageContract,
  member: memberContract,
  startScreen: startScreenContract,
  token: tokenContract,
  transfer: transferContract,
  transport: transportContract,
}
export type Contract = typeof contract

/** What each procedure answers with. */
export type Answers = InferContractRouterOutputs<Contract>
