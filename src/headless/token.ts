/**
 * The owner's token: derived from the yard's secret, so that a page or a program that was let in once finds its way back
 * after a restart. A new secret (delete `.yard/service/secret`) makes every old token void.
 */
import { createHmac } from 'node:crypto'

export const ownerTokenOf = (secret: Buffer): string =>
  `yot_${createHmac('sha256', secret).update('owner').digest('base64url')}`
