/** One deployment serves one organisation. */
export const ORGANISATION = 'overture'
