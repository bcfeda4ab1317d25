/** What mail programs call the parts of a page that its writer did not write. */
interface Name {
  as: 'quote' | 'signature'
  attribute: 'class' | 'id' | 'name' | 'data-marker' | 'data-smartmail'
  is: RegExp
  toEnd?: true // it only stands above them
}

const NAMES: Name[] = [
  {
    as: 'quote',
    attribute: 'class',
    is: /(?:^|\s)(?:x_)?(?:gmail_quote|gmail_quote_container|yahoo_quoted|protonmail_quote|tutanota_quote|moz-cite-prefix|zmail_extra|ms-outlook-mobile-reference-message|cm_quote|front-quote|mailru-blockquote|reply_quote|quotetext|quoted_text)(?:\s|$)/i,
  },
  {
    as: 'quote',
    attribute: 'id',
    is: /^(?:x_)*(?:OLK_SRC_BODY_SECTION|isReplyContent|reply-intro|mail-editor-reference-message-container|replyBody|quotedReply|AOLMsgPart_\S*)$/i,
  },
  { as: 'quote', attribute: 'id', is: /^(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|replySplit)$/i, toEnd: true },
  { as: 'quote', attribute: 'name', is: /^(?:quote|messageReplySection)$/i },
  { as: 'quote', attribute: 'data-marker', is: /^__QUOTED_TEXT__$/ },
  {
    as: 'signature',
    attribute: 'class',
    is: /(?:^|\s)(?:x_)?(?:gmail_signature|gmail_signature_prefix|moz-signature|protonmail_signature_block(?:-user|-proton)?|tutanota_signature|hs-signature|front-signature|sh-signature)(?:\s|$)/i,
  },
  {
    as: 'signature',
    attribute: 'id',
    is: /^(?:x_)*(?:Signature|AppleMailSignature|ms-outlook-mobile-signature|lineBreakAtBeginningOfSignature|bloop_sign\S*|ymail_android_signature|yahoo_signature|composer_signature|sig-gmail)$/i,
  },
  { as: 'signature', attribute: 'name', is: /^messageSignatureSection$/i },
  { as: 'signature', attribute: 'data-marker', is: /^__SIG_P(?:RE|OST)__$/ },
  { as: 'signature', attribute: 'data-smartmail', is: /signature/i },
]

/** What an element with these attributes holds, by the name that a mail program gave it. */
export function markOf(attributes: ReadonlyMap<string, string>): { as: Name['as']; toEnd: boolean } | undefined {
  const found = NAMES.find(({ attribute, is }) => {
    const value = attributes.get(attribute)
    return value !== undefined && is.test(value.slice(0, 300))
  })
  return found && { as: found.as, toEnd: found.toEnd === true }
}
