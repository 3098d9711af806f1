/** The contract's version without its schemas, which take longer to load than `yard list` may. A test compares it with the contract. */
export const CONTRACT_VERSION = '6'
