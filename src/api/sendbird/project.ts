/** The number of the only project that there is: one deployment serves one. */
export const PROJECT = 1
