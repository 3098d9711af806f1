/** Requests about tokens of other machines. For people alone. */
import { procedures } from '../handlers/context.ts'
import { valueOf } from '../handlers/failures.ts'
import { createToken, inviteTo, listTokens, revokeToken } from './tokens.ts'

const os = procedures.token

export const tokenHandlers = {
  create: os.create.handler(async ({ context: { yard, actor }, input }) =>
    valueOf(await createToken(yard, input, actor)),
  ),
  invite: os.invite.handler(async ({ context: { yard, actor }, input }) =>
    valueOf(await inviteTo(yard, input, actor)),
  ),
  list: os.list.handler(({ context: { yard } }) => listTokens(yard)),
  revoke: os.revoke.handler(async ({ context: { yard, actor }, input }) =>
    valueOf(await revokeToken(yard, input, actor)),
  ),
}
