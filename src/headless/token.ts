/** The owner's token: one per life of an owner, so that what was copied from an old state.json is worth nothing. */
import { randomBytes } from 'node:crypto'

export const newOwnerToken = (): string => `yot_${randomBytes(32).toString('base64url')}`
