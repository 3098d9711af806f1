/** A row's id in the page, for the place of the keyboard. */
export const rowName = (id: string | null): string => `row-${id}`
