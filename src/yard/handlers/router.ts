/** The contract, carried out. One router for every transport, and for a caller in the same process. */
import { createRouterClient } from '@orpc/server'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../contract/contract.ts'
import { agentHandlers } from './agent-handlers.ts'
import { graphHandlers } from './graph-handlers.ts'
import { claimHandlers } from './claim-handlers.ts'
import { changeHandlers } from './change-handlers.ts'
import { type HandlerContext, procedures } from './context.ts'
import { agentTriage, evaluationScore, judgedTaskHandlers, judgementKill } from './judging-acts.ts'
import { evaluatorCheck } from './evaluator-check.ts'
import { evaluationHandlers, evaluatorHandlers, judgementHandlers } from './judging-handlers.ts'
import { identityHandlers } from './identity-handlers.ts'
import { memberHandlers, messageHandlers } from '../messages/message-handlers.ts'
import { pageHandlers } from './page-handlers.ts'
import { pilotHandlers } from './pilot-handlers.ts'
import { serviceHandlers } from './service-handlers.ts'
import { taskHandlers } from './task-handlers.ts'
import { tokenHandlers } from '../fleet/token-handlers.ts'
import { transportHandlers } from '../mail-transport/transport-handlers.ts'
import { transferHandlers } from '../transfer/transfer-handlers.ts'
import { jobHandlers } from '../jobs/job-handlers.ts'
import { startScreenHandlers } from '../start-screen/router.ts'

export const router = procedures.router({
  task: {
    ...taskHandlers,
    ...claimHandlers,
    ...pilotHandlers,
    ...graphHandlers,
    ...judgedTaskHandlers,
  },
  agent: { ...agentHandlers, triage: agentTriage },
  service: serviceHandlers,
  page: pageHandlers,
  change: changeHandlers,
  evaluation: { ...evaluationHandlers, score: evaluationScore },
  judgement: { ...judgementHandlers, kill: judgementKill },
  evaluator: { ...evaluatorHandlers, check: evaluatorCheck },
  identity: identityHandlers,
  job: jobHandlers,
  message: messageHandlers,
  member: memberHandlers,
  startScreen: startScreenHandlers,
  token: tokenHandlers,
  transfer: transferHandlers,
  transport: transportHandlers,
})

export const createYardClient = (context: HandlerContext): ContractRouterClient<Contract> =>
  createRouterClient(router, { context })
