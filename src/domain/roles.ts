/** What the yard itself asks models for, beside the tasks of people. Each may have a model of its own. */
export const ROLES = ['default', 'evaluator', 'triage', 'assigner', 'merger', 'summariser'] as const
export type Role = (typeof ROLES)[number]

export const isRole = (word: string): word is Role => ROLES.some((role) => role === word)

/** Roles for which nothing asks a model yet: a model that is named for them is kept, and used by nobody. */
const UNUSED_ROLES: readonly Role[] = ['evaluator', 'triage', 'assigner', 'summariser']
export const isUnusedRole = (role: Role): boolean => UNUSED_ROLES.includes(role)
