/** A header whose value a variable of the owner holds. Pure. */

export interface HeaderInput {
  readonly header: string
  readonly variable: string
}

export const NO_HEADER: HeaderInput = { header: '', variable: '' }

/** Why it cannot be sent, by field; empty = it can. */
export const headerFaults = ({ header, variable }: HeaderInput): Partial<HeaderInput> => ({
  ...(/^[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}$/.test(header.trim())
    ? {}
    : { header: 'The name of a header, such as Authorization' }),
  ...(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(variable.trim())
    ? {}
    : { variable: 'The name of a variable, never the value' }),
})
