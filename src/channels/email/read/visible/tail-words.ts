import { listed } from './lines.ts'

/**
 * What stands under the words of a mail and is not its writer's: lines of phones and programs, footers, disclaimers. One
 * table for each thing, a line for each language, compared in lower case.
 */

/** How the line begins that phones and mail programs put under a mail. */
export const DEVICE_STARTS = listed(`
  en: sent from my | sent from mail | sent from outlook | sent from yahoo | sent from proton | sent from samsung | sent from windows | sent from the | sent from mobile | sent from gmail | sent from a | sent from iphone | sent from ipad | sent from android | sent from nine | sent from spark | sent from blue | sent from aol | sent from front | sent from newton | sent from tutanota | sent from tuta | sent from zoho | sent from email | sent from type | sent from airmail | sent from ios | sent from fairemail | sent from polymail | sent from canary | sent from edison | sent from boxer | sent from alto | sent from superhuman | sent from hey | sent from gmx | sent from web.de | sent from mobile | sent from cloudmagic | sent from inbox | sent from libre | sent from k-9 | sent from huawei | sent from xiaomi | sent from oneplus | sent from rogers | sent from t-mobile | sent from verizon
  en: sent via | sent with | sent by mailbird | sent using | sent on the go | sent on the move | sent securely | get outlook for | get bluemail for | get typeapp for | get fairemail | yahoo mail: search | from my iphone | from my ipad | from my android | my iphone | my ipad | typed on | typed with | tapped on | composed on | this message was sent from my | this email was sent from my | please excuse brevity | please excuse my brevity | please excuse typos | please excuse any typos | sorry for typos | sorry for the brevity | pardon my | pardon any | excuse my brevity | outlook for | mobile email, excuse | download outlook
  de: von meinem | von unterwegs gesendet | von unterwegs | gesendet von | gesendet mit | gesendet aus | gesendet über | gesendet via | gesendet per | diese nachricht wurde von meinem | diese e-mail wurde von meinem | outlook für | holen sie sich outlook | outlook holen | mobil gesendet | von iphone gesendet | von ipad gesendet | vom handy gesendet | von mobilgerät | sicher versendet mit | hol dir outlook | kurz gefasst, da mobil
  fr: envoyé de | envoyé depuis | envoyé à partir | envoyé avec | envoyé via | envoyé par | télécharger outlook | obtenir outlook | obtenez outlook | outlook pour | provenance : | téléchargez outlook | téléchargez yahoo | message envoyé depuis | de mon iphone | de mon téléphone
  es: enviado desde | enviado con | enviado mediante | enviado a través | obtener outlook | obtenga outlook | outlook para | descargar outlook | mensaje enviado desde | desde mi iphone
  it: inviato da | inviato dal | inviato dall | inviato con | inviato tramite | inviata da | scarica outlook | ottieni outlook | outlook per | da iphone | spedito da
  pt: enviado de | enviado do | enviado da | enviado pelo | enviado a partir | enviado via | obter o outlook | obtenha o outlook | baixe o outlook | baixar outlook | obter outlook
  ca: enviat des | enviat amb | obtén outlook
  nl: verstuurd vanaf | verstuurd met | verstuurd vanuit | verstuurd via | verzonden vanaf | verzonden vanuit | verzonden met | verzonden via | outlook voor | download outlook | outlook downloaden | mobiel verzonden | van mijn iphone
  sv: skickat från | skickades från | skickat med | skickat via | hämta outlook | skaffa outlook | ladda ned outlook | från min
  da: sendt fra | sendt med | sendt via | hent outlook | få outlook | sendt på farten
  no: sendt fra | last ned outlook | skaff outlook
  fi: lähetetty iphone | lähetetty laitteesta | lähetetty windows | lähetetty puhelim | lähetetty ipad | lähetetty samsung | lähetetty outlook | lähetetty android | lähetetty minun | hanki outlook | lataa outlook | tämä viesti on lähetetty
  is: sent úr
  pl: wysłane z | wysłano z | wysłane ze | wysłane przez | wysłano ze | pobierz outlook | pobierz aplikację outlook | wysłane iphone | wiadomość wysłana z
  cs: odesláno z | odesláno ze | odoslané z | odoslané zo | poslané z | posláno z | získat outlook | získejte outlook | získať outlook | odesláno pomocí
  hu: elküldve a | az iphone | iphone-ról | küldve az | az én iphone
  ro: trimis de pe | trimis din | trimis de la | trimis cu | descărcați outlook | obțineți outlook
  hr: poslano z | poslano s | poslano iz | poslato sa | poslato s | послато са | poslano sa
  tr: outlook'u edin | ios için outlook | android için outlook
  el: στάλθηκε από | εστάλη από | αποστολή από | λήψη outlook
  ru: отправлено с | отправлено из | отправлено со | отправлено через | отправлено от | скачать outlook | получить outlook | с моего
  uk: надіслано з | надіслано із | відправлено з | відправлено із | отримати outlook
  bg: изпратено от
  et: saadetud minu
  lt: išsiųsta iš
  lv: nosūtīts no
  vi: được gửi từ | gửi từ | đã gửi từ | tải outlook
  id: dikirim dari | terkirim dari | dapatkan outlook
  zh: 发自我的 | 發自我的 | 从我的 | 從我的 | 來自我的 | 来自我的 | 发自 | 發自 | 發送自 | 发送自 | 获取适用于 | 取得適用於 | 从 windows | 從 windows | 下载 outlook | 获取 outlook
  ja: iphoneから | ipadから | 私のiphone | outlook for
  ko: 나의 iphone | 내 iphone | 나의 ipad
  he: נשלח מ
  ar: أرسلت من | أُرسلت من | مرسل من | تم الإرسال من | ارسل من
`)

/** The same where it stands at the end of the line. */
export const DEVICE_ENDS = listed(`
  de: iphone gesendet | ipad gesendet | handy gesendet | smartphone gesendet | unterwegs gesendet | gerät gesendet | telefon gesendet | tablet gesendet | mail gesendet | app gesendet | galaxy gesendet
  fi: iphonesta | ipadista | puhelimesta | lähetetty iphonesta
  hu: küldve | elküldve
  tr: dan gönderildi | den gönderildi | tan gönderildi | ten gönderildi | gönderildi.
  ja: から送信 | からの送信 | より送信 | から送信されました
  ko: 에서 보냄 | 에서 보낸 메일 | 에서 전송됨 | 에서 보낸 이메일 | 에서 보냈습니다
  zh: 传送 | 傳送 | 发送 | 發送
`)

/** How a paragraph begins that lawyers, virus scanners or mailing lists put under a mail. */
export const FOOTER_STARTS = listed(`
  en: confidentiality notice | confidentiality: | confidentiality note | confidential: | disclaimer | legal notice | legal disclaimer | privileged and confidential | privacy notice | this email is confidential | this e-mail is confidential | this message is confidential | this communication is confidential | email confidentiality | please consider the environment | please think of the environment | think before you print | save a tree | virus-free. | this email has been checked for viruses | this email has been scanned | this e-mail has been scanned | scanned by | you received this message because you are subscribed | you are receiving this because | you are receiving this email because | you received this email because | to unsubscribe from this | to unsubscribe, | to unsubscribe send | the information contained in this | the information in this email | the information in this e-mail | the contents of this email | the contents of this e-mail | the content of this email | if you are not the intended recipient | if you have received this email in error | if you have received this message in error | if you received this email in error | notice: this email | important notice: | caution: this email | this transmission | all emails are subject to | internet email | registered office: | registered in england
  de: diese e-mail enthält | diese e-mail kann | diese nachricht enthält | diese nachricht ist | diese e-mail ist | diese e-mail wurde von avast | der inhalt dieser e-mail | die in dieser e-mail | die information in dieser | vertraulichkeitshinweis | rechtlicher hinweis | haftungsausschluss | bitte denken sie an die umwelt | bitte prüfen sie der umwelt | bevor sie diese e-mail | wenn sie nicht der richtige adressat | virenfrei. | geschäftsführer: | sitz der gesellschaft | amtsgericht | handelsregister | hinweis: diese | der umwelt zuliebe
  fr: ce message et toutes | ce message et ses | ce message est | ce message contient | ce courriel | cet e-mail | cet email | ce mail | cette communication | avis de confidentialité | avertissement | les informations contenues dans | pensez à l'environnement | pensez à l’environnement | avant d'imprimer | avant d’imprimer | merci de penser à l | sans virus. | garanti sans virus | l'absence de virus | l’absence de virus | si vous n'êtes pas le destinataire
  es: aviso legal | aviso de confidencialidad | nota de confidencialidad | confidencialidad | este mensaje | este correo | este e-mail | la información contenida en este | antes de imprimir | por favor, antes de imprimir | libre de virus. | cláusula de confidencialidad | protección de datos | en cumplimiento de | de conformidad con lo dispuesto | el software de antivirus
  it: le informazioni contenute | questo messaggio | questa e-mail | questa email | il presente messaggio | la presente comunicazione | avviso di riservatezza | nota di riservatezza | ai sensi del | ai sensi dell | informativa privacy | prima di stampare | rispetta l'ambiente | pensa all'ambiente | privo di virus. | clausola di riservatezza | mail priva di virus
  pt: esta mensagem | este e-mail | este email | aviso de confidencialidade | aviso legal | as informações contidas | a informação contida | antes de imprimir | livre de vírus. | sem vírus. | confidencialidade
  nl: dit bericht | deze e-mail | dit e-mailbericht | de informatie in dit | de informatie in deze | de inhoud van dit | denk aan het milieu | virusvrij. | de informatie verzonden
  sv: detta meddelande | detta e-postmeddelande | detta mejl | tänk på miljön | virusfri. | det här meddelandet är
  da: denne mail | denne e-mail | denne meddelelse | tænk på miljøet | denne e-posten | denne meldingen
  fi: tämä viesti ja sen | tämä sähköposti | ajattele ympäristöä
  pl: niniejsza wiadomość | ta wiadomość | informacje zawarte w | zastrzeżenie | uwaga: niniejsza | pomyśl o środowisku | wolny od wirusów. | klauzula poufności
  cs: tato zpráva | tento e-mail | táto správa | upozornění | obsah tohoto | informace obsažené | bez virů. | tato e-mailová
  hu: ez az üzenet | ez az e-mail | jelen üzenet | vírusmentes.
  ro: acest mesaj | acest e-mail | informațiile conținute
  hr: ova poruka | ovaj e-mail
  tr: bu e-posta | bu mesaj | bu elektronik | yasal uyarı | gizlilik
  el: αυτό το μήνυμα | το παρόν μήνυμα
  ru: это сообщение | данное сообщение | настоящее сообщение | это письмо | проверено на вирусы | без вирусов. | конфиденциальность
  uk: це повідомлення | без вірусів.
  zh: 本邮件 | 此邮件 | 本電子郵件 | 免责声明 | 免責聲明 | 声明： | 保密 | 无病毒
  ja: このメール | 本メール | このメッセージ
  ko: 본 메일 | 이 메일 | 본 메일은
`)

/** What a footer speaks of: a paragraph that only begins like one is the writer's own. */
export const FOOTER_TOPICS = listed(`
  en: confidential | privileged | intended recipient | intended solely | intended only | unsubscribe | environment | virus | printing | disclos | error | subscribed | disclaimer | registered | liab | trees | external
  de: vertraulich | empfänger | adressat | umwelt | viren | virus | ausdruck | drucken | geschäftsführ | sitz | rechtlich | handelsregister | hrb
  fr: confidentiel | destinataire | environnement | virus | imprimer | erreur | confidentialité
  es: confidencial | destinatario | medio ambiente | virus | imprimir | error | datos personales | protección de datos
  it: riservat | destinatari | ambiente | virus | stampare | privacy | confidenzial | errore | gdpr
  pt: confidenci | destinatári | ambiente | vírus | imprimir | erro
  nl: vertrouwelijk | geadresseerde | ontvanger | milieu | virus
  sv: konfidenti | mottagar | miljö | virus | sekretess | fortrolig | modtager | mottaker | taushets
  fi: luottamuksell | vastaanottaja | virus | ympäristö
  pl: poufn | adresat | wirus | środowisk
  cs: důvěrn | příjemc | adresát | vir | dôvern | príjemc | tisk
  hu: bizalmas | címzett | vírus
  ro: confidențial | destinatar | virus
  hr: povjerljiv | poverljiv | primatelj | virus
  tr: gizli | alıcı | virüs
  el: εμπιστευτικ | παραλήπτ
  ru: конфиденциальн | адресат | вирус | получател
  uk: конфіденційн | адресат | вірус | одержувач
  zh: 保密 | 机密 | 機密 | 收件人 | 免责 | 免責 | 病毒
  ja: 機密 | 秘密 | 受信者 | ウイルス | 宛先
  ko: 기밀 | 비밀 | 수신인
`)

/** What every such line has. */
export const ABOVE =
  /above|oberhalb|über|dessus|encima|arriba|sopra|acima|boven|over|ovan|ovenfor|powyżej|nad|выше|над|вище|yläpuol|üst|yukarı|上|위/i

/** A help desk's line above which the answer is to be written. */
export const ABOVE_THIS_LINE = [
  /\b(?:repl(?:y|ies)|respond|response|responses|write|type|text|answer|comment|message)\b[^.]{0,60}\babove (?:this|the|here)\b/i,
  /\babove this line\b/i,
  /(?:antwort|schreib|nachricht|text|eingeb)[^.]{0,80}(?:über|oberhalb)[^.]{0,20}(?:linie|zeile|markierung)/i,
  /(?:über|oberhalb) diese[rn]? (?:linie|zeile)/i,
  /(?:répon|écri|texte|saisi|tap)[^.]{0,80}au[- ]dessus de cette ligne/i,
  /(?:respond|respuesta|escrib)[^.]{0,80}(?:encima|arriba) de esta línea/i,
  /(?:rispo|scriv|digit)[^.]{0,80}sopra (?:a )?quest[ao] (?:linea|riga)/i,
  /(?:respo|escrev|digit)[^.]{0,80}acima d?est[ae] linha/i,
  /(?:antwoord|typ|schrijf|reageer|reactie)[^.]{0,80}boven deze (?:lijn|regel)/i,
  /(?:svar|skriv)[^.]{0,80}(?:ovanför|ovenfor|over|ovenover|above) (?:den här|denn[ae]) (?:raden|rad|linjen|linje)/i,
  /(?:odpowied|wpis|napisz)[^.]{0,80}(?:powyżej|nad) (?:tej|tą) lini/i,
  /(?:ответ|текст|напиш|введите)[^.]{0,80}(?:выше|над) эт(?:ой|ого) (?:строк|лини)/i,
  /(?:відпов|текст|напиш)[^.]{0,80}(?:вище|над) ці(?:єї|єю) (?:рядк|лін)/i,
  /nad t(?:uto|outo|ento) (?:řádek|řádk|lini|čár)/i,
  /tämän (?:rivin|viivan) yläpuol/i,
  /bu (?:satırın|çizginin) (?:üst|yukarı)/i,
  /この(?:行|線|ライン)より上/,
  /(?:此|这|這|本)(?:条|條)?(?:行|线|線|橫線)(?:之)?(?:上|以上)/,
  /이 (?:줄|선) 위/,
]
