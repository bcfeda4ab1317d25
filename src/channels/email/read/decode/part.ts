export interface MailPart {
  type: string // lower case, without parameters
  name: string // as it was given, decoded; empty when there is none
  bytes: Buffer
  contentId: string | null
  location: string | null // Content-Location, another way to be shown by the html
  related: boolean // belongs to the html of a multipart/related
}
