/** What is known of a mail besides its text. */
export interface Facts {
  forward?: boolean // its subject says that it passes on another mail
  whole?: boolean // nothing is to be left out: no person wrote it
  page?: boolean // these are the lines of an html page: `>` stands for its quotes, and nobody typed it
}
