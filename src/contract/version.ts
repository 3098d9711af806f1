/** Raised when an old client could misunderstand a new host. Apart from the contract, whose schemas take long to load. */
export const CONTRACT_VERSION = '11'
