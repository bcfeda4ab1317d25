import { listed } from './lines.ts'

/**
 * What mail programs put around the mail that is answered or passed on, by language. One table for each thing; a further
 * language is a further line. Everything is compared in lower case.
 */

/** How the line before a quote begins: `On Mon, 3 Mar ... Jane wrote:`. */
export const ATTRIBUTION_STARTS = listed(`
  en: on | at | in a message dated | in message | in article | quoting | message from
  de: am | zitat von
  fr: le | en date du | message de | message du | citation de | selon
  es: el | citando a | mensaje de
  it: il | in data | il giorno
  pt: em | a | citando
  nl: op | citaat van | citeren
  sv: den | på | d. | citat från
  pl: w dniu | dnia | wiadomość napisana przez
  cs: dne | dňa
  ro: în | la | la data de | pe
  ca: missatge de | el dia
  hr: dana | u | v | ob
  tr: tarih:
  el: στις | την
  ru: в | у | на
  vi: vào | vào ngày | ngày
  id: pada
  et: kuupäev
  th: เมื่อ | ในวันที่
  zh: 于 | 於 | 在
  ja: um
  he: בתאריך | ב-
  ar: في | بتاريخ | در | در تاریخ
`)

/** The verb of that line. */
export const ATTRIBUTION_VERBS = listed(`
  en: wrote | writes | has written | typed | said the following
  de: schrieb | schreibt | geschrieben
  fr: a écrit | a ecrit | écrit | écrivait | écrivit
  es: escribió | escribio | ha escrito | escribía
  it: ha scritto | scrive | scrisse | scritto
  pt: escreveu | escrevia
  nl: schreef | geschreven | het volgende geschreven
  sv: skrev | skriver
  fi: kirjoitti | kirjoitit
  is: skrifaði
  pl: napisał | napisała | napisal | napisala | pisze
  cs: napsal | napsala | napsal(a) | napísal | napísala | napisal
  hu: írta | ezt írta | ezt írtam
  ro: a scris | a scris următoarele
  ca: va escriure | ha escrit
  hr: napisao | napisala | napisao je | je napisao | je napisala
  sr: је написао | је написала | написао
  lt: rašė
  lv: rakstīja
  et: kirjutas
  tr: yazdı | şunu yazdı | şunları yazdı | yazmış
  el: έγραψε | έγραψαν
  ru: написал | написала | написал(а) | пишет | писал | писала
  uk: написав | написала | пише | писав
  bg: написа
  vi: đã viết | viết
  id: menulis
  he: כתב | כתבה
  ar: كتب | كتبت | تمت كتابة ما يلي | نوشت
  hi: ने लिखा
`)

/** Verbs of languages that put no blanks between words. */
export const UNSPACED_VERBS = listed(`
  zh: 写道 | 寫道 | 写了 | 撰写 | 写到
  ja: のメール | 書きました | さんは書きました | 作成
  ko: 작성 | 썼습니다 | 쓴 글 | 작성함 | 보낸 메시지
  th: เขียนว่า | เขียน
`)

/** Verbs of that line which are also common elsewhere: they count only at its very end. */
export const FINAL_VERBS = listed('en: sent | said | says | sendte | envió | enviou | skickade | stuurde')

/** Who is no third person: a sentence with them is the writer's own. */
export const PRONOUNS = listed(`
  en: you | we | he | she | they | my | your | our | us | me | his | her | their
  de: du | ihr | ich | wir | sie | uns | mir | dir | euch | ihnen | mein | dein
  fr: vous | tu | nous | elle | votre | notre | moi
  es: usted | ustedes | yo | nosotros | nos
  it: voi | noi | mi | ci
  nl: jij | ik | wij | jullie | ons
`)

export type HeaderField = 'from' | 'sent' | 'to' | 'cc' | 'subject' | 'other'

/** The header lines that are copied in place of an attribution. */
export const HEADER_LABELS: Record<HeaderField, string[]> = {
  from: listed(`
    en: from
    de: von | absender
    fr: de | expéditeur | émetteur
    es: de | remitente
    it: da | mittente
    pt: de | remetente
    ca: de | remitent
    nl: van | afzender
    sv: från | avsändare
    da: fra | afsender | avsender
    fi: lähettäjä
    pl: od | nadawca
    cs: od | odesílatel | odosielateľ | odosielatel
    hu: feladó | küldő
    ro: de la | expeditor | expeditorul
    hr: šalje | od | pošiljatelj | pošiljalac | пошиљалац | шаље
    tr: kimden | gönderen
    el: από | αποστολέας
    ru: от | от кого | отправитель
    uk: від | від кого | відправник
    bg: от | подател
    et: saatja
    lt: nuo | siuntėjas
    lv: sūtītājs
    vi: từ | người gửi
    id: dari
    th: จาก
    zh: 发件人 | 寄件者 | 寄件人 | 发信人
    ja: 差出人 | 送信者 | 送信元 | from
    ko: 보낸 사람 | 보낸사람 | 발신
    he: מאת
    ar: من
  `),
  sent: listed(`
    en: sent | date | sent at | sent on | date sent | date/time
    de: gesendet | gesendet am | datum | gesendet um
    fr: envoyé | envoyé le | date | date d'envoi | message du
    es: enviado | enviado el | enviado en | fecha
    it: inviato | inviata | data | inviato il | data invio
    pt: enviado | enviado em | enviada em | enviada | data
    ca: enviat | enviat el | data
    nl: verzonden | verzonden op | datum
    sv: skickat | skickades | datum
    da: sendt | dato | sendt den
    fi: lähetetty | päivä | päiväys | päivämäärä | pvm
    pl: wysłano | data | wysłany
    cs: odesláno | datum | odoslané | dátum
    hu: elküldve | dátum | küldve
    ro: trimis | data | dată
    hr: poslano | poslato | datum | датум
    tr: gönderildi | gönderme tarihi | tarih | gönderilme tarihi
    el: στάλθηκε | ημερομηνία | εστάλη
    ru: дата | отправлено
    uk: дата | надіслано | відправлено
    bg: дата | изпратено
    et: saadetud | kuupäev
    lt: išsiųsta | data
    lv: nosūtīts | datums
    vi: ngày | đã gửi | gửi | thời gian
    id: tanggal | dikirim
    th: ส่ง | วันที่
    zh: 发送时间 | 发送日期 | 日期 | 时间 | 寄件日期 | 傳送時間 | 傳送日期
    ja: 送信日時 | 日時 | 日付
    ko: 보낸 날짜 | 보낸날짜 | 날짜 | 일시
    he: נשלח | תאריך | בתאריך
    ar: تم الإرسال | التاريخ | تاريخ | أرسل
  `),
  to: listed(`
    en: to
    de: an | empfänger
    fr: à | a | pour | destinataire | destinataires
    es: para | a | destinatario
    it: a | destinatario
    pt: para | destinatário
    ca: per a | a
    nl: aan
    sv: till
    da: til
    fi: vastaanottaja
    pl: do | adresat
    cs: komu | pro | příjemce | adresát
    hu: címzett
    ro: către | la | destinatar | destinatarul
    hr: prima | za | kome | прима
    tr: kime | alıcı
    el: προς
    ru: кому
    uk: кому
    bg: до
    et: adressaat | saaja
    lt: kam | iki | gavėjas
    lv: kam
    vi: đến | tới | người nhận
    id: kepada | untuk
    th: ถึง
    zh: 收件人 | 收件者
    ja: 宛先 | to
    ko: 받는 사람 | 받는사람 | 수신
    he: אל
    ar: إلى
  `),
  cc: listed(`
    en: cc | bcc | copy
    de: kopie | kopie (cc)
    fr: copie | copie à
    es: copia
    it: copia
    nl: kopie
    sv: kopia
    da: kopi
    fi: kopio
    pl: dw | udw | kopia | do wiadomości
    cs: kopie | kópia | skrytá kopie
    hu: másolat | másolatot kap
    ro: copie
    hr: kopija | копија
    tr: bilgi
    el: κοιν | κοινοποίηση
    ru: копия
    uk: копія
    bg: копие
    et: koopia
    vi: đồng gửi
    id: tembusan
    zh: 抄送 | 副本 | 密件抄送
    ja: cc
    ko: 참조
    he: עותק | העתק
    ar: نسخة
  `),
  subject: listed(`
    en: subject
    de: betreff | thema
    fr: objet | sujet
    es: asunto
    it: oggetto | ogg
    pt: assunto
    ca: assumpte
    nl: onderwerp
    sv: ämne
    da: emne
    fi: aihe
    pl: temat
    cs: předmět | predmet
    hu: tárgy
    ro: subiect | subiectul
    hr: predmet | naslov | предмет | zadeva
    tr: konu
    el: θέμα
    ru: тема
    uk: тема
    bg: тема | относно
    et: teema
    lt: tema
    lv: tēma | temats
    vi: chủ đề | tiêu đề
    id: subjek | perihal
    th: เรื่อง
    zh: 主题 | 主旨 | 主題
    ja: 件名
    ko: 제목
    he: נושא
    ar: الموضوع | موضوع
  `),
  other: listed(`
    en: reply-to | reply to | importance | priority | sensitivity | attachments | mailed-by | signed-by | message-id | organization
    de: priorität | wichtigkeit | anlagen | antwort an
    fr: répondre à | pièces jointes | importance
    es: responder a | datos adjuntos | importancia
    it: allegati | rispondi a | priorità
    pt: anexos | responder para | responder a | prioridade
    nl: bijlagen | prioriteit | antwoord aan
    sv: bifogade filer | vedhæftede filer | prioritet | svar till
    pl: załączniki | odpowiedz do
    ru: вложения
  `),
}

/** Between dashes: `-----Original Message-----`. */
export const ORIGINAL_WORDS = listed(`
  en: original message | original email | original mail | original-mail | original appointment | reply message | replied message | original text | quoted text | previous message
  de: ursprüngliche nachricht | ursprüngliche mail | ursprüngliche e-mail | ursprünglicher termin | originalnachricht | original-nachricht | original nachricht | antwort nachricht | original besked
  fr: message d’origine | message d'origine | message original | mail original | message initial | rendez-vous d'origine | message précédent
  es: mensaje original | correo original | cita original | mensaje previo
  it: messaggio originale | messaggio original | messaggio di origine | appuntamento originale
  pt: mensagem original | mensagem anterior | compromisso original
  ca: missatge original
  nl: oorspronkelijk bericht | origineel bericht | oorspronkelijke bericht | oorspronkelijke afspraak
  sv: originalt meddelande | ursprungligt meddelande | originalmeddelande | ursprungligt mejl | originalmeddelelse
  da: oprindelig meddelelse | oprindelig besked | oprindelig mail | original meddelelse
  no: opprinnelig melding | originalmelding | opprinnelig e-post
  fi: alkuperäinen viesti
  is: upprunaleg skilaboð
  pl: oryginalna wiadomość | wiadomość oryginalna | treść oryginalnej wiadomości | wiadomość pierwotna
  cs: původní zpráva | původní e-mail | pôvodná správa
  hu: eredeti üzenet
  ro: mesaj original | mesajul original | mesaj inițial
  hr: izvorna poruka | originalna poruka | оригинална порука | izvirno sporočilo
  tr: özgün ileti | orijinal mesaj | orjinal mesaj | özgün mesaj | orijinal ileti
  el: αρχικό μήνυμα
  ru: исходное сообщение | исходное письмо | оригинальное сообщение | первоначальное сообщение
  uk: вихідне повідомлення | початкове повідомлення | оригінал повідомлення
  bg: оригинално съобщение
  et: algne kiri | algne sõnum
  lt: originalus laiškas
  lv: sākotnējais ziņojums
  vi: thư gốc | tin nhắn gốc
  id: pesan asli
  th: ข้อความต้นฉบับ
  zh: 原始邮件 | 原始郵件 | 邮件原件 | 回复的原邮件 | 原邮件 | 原始訊息 | 原始信件
  ja: 元のメッセージ | オリジナルメッセージ | original message
  ko: 원본 메일 | 원본 메시지 | 원본 이메일 | 원본메일
  he: הודעה מקורית
  ar: الرسالة الأصلية | رسالة أصلية
`)

/** The same where nothing else may stand between the dashes. */
export const WHOLE_ORIGINAL_WORDS = listed(`
  en: original | quote | reply | response | antwort | réponse | respuesta | risposta | svar | odpowiedź | 回复 | 回覆 | 返信 | 답장
`)

/** What begins a forwarded mail, which stays. */
export const FORWARD_WORDS = listed(`
  en: forwarded message | forwarded by | begin forwarded message | forwarded email | forwarded mail | start of forwarded message | fwd message
  de: weitergeleitete nachricht | anfang der weitergeleiteten nachricht | anfang der weitergeleiteten e-mail | beginn der weitergeleiteten nachricht | weitergeleitete mail | weitergeleitet von
  fr: message transféré | message transmis | début du message réexpédié | début du message transféré | message réexpédié | courrier transféré | transféré par | début du message transmis
  es: mensaje reenviado | inicio del mensaje reenviado | correo reenviado | comienzo del mensaje reenviado
  it: messaggio inoltrato | inizio messaggio inoltrato | inizio del messaggio inoltrato | messaggio inoltrato da | inoltrato da
  pt: mensagem encaminhada | mensagem reencaminhada | início da mensagem encaminhada | início da mensagem reencaminhada
  ca: missatge reenviat | inici del missatge reenviat
  nl: doorgestuurd bericht | begin doorgestuurd bericht | doorgestuurde bericht | begin van doorgestuurd bericht
  sv: vidarebefordrat meddelande | vidarebefordrat brev | vidarebefordrat mejl | vidarebefordrat mail | vidarebefordrat e-postmeddelande | börja vidarebefordrat meddelande
  da: videresendt meddelelse | videresendt besked | start på videresendt besked | begynn videresendt besked | videresendt mail
  no: videresendt melding | begynnelse på videresendt melding | videresendt e-post | start på videresendt melding | begynn videresendt melding
  fi: välitetty viesti | edelleenlähetetty viesti | välitetty viesti alkaa | lähetetty edelleen
  pl: wiadomość przekazana | przekazana wiadomość | początek przekazywanej wiadomości | przesłana wiadomość | przekazywana wiadomość | wiadomość przekazywana dalej | treść przekazanej wiadomości | początek przekazanej wiadomości | treść przekazywanej wiadomości
  cs: přeposlaná zpráva | začátek přeposílané zprávy | předaná zpráva | přeposílaná zpráva | začiatok preposlanej správy | preposlaná správa | ďalej odoslaná správa | začátek přeposlané zprávy
  hu: továbbított üzenet | továbbított levél kezdete | továbbított levél | továbbított üzenet kezdete | az átirányított levél kezdete
  ro: mesaj redirecționat | mesaj redirecţionat | începe mesajul redirecționat | mesajul redirecționat | mesaj înaintat | mesaj transmis mai departe
  hr: proslijeđena poruka | započni proslijeđenu poruku | prosleđena poruka | прослеђена порука | posredovano sporočilo | preusmjerena poruka
  tr: iletilmiş mesaj | iletilen mesaj | iletilen ileti | yönlendirilmiş mesaj | başlangıç iletilen ileti | iletinin başlangıcı | yönlendirilen mesaj | ileti başlangıcı
  el: προωθημένο μήνυμα | προωθημένο μήνυμα ηλεκτρονικού ταχυδρομείου | αρχή προωθημένου μηνύματος | έναρξη προωθημένου μηνύματος
  ru: пересланное сообщение | пересылаемое сообщение | начало переадресованного сообщения | переадресованное сообщение | перенаправленное сообщение | пересылаемое письмо | пересланное письмо | начало пересылаемого сообщения
  uk: переслане повідомлення | перенаправлене повідомлення | початок листа, що пересилається | переслане письмо | початок переадресованого повідомлення | початок пересланого повідомлення | переадресоване повідомлення | пересланий лист
  bg: препратено съобщение | препратено писмо
  et: edastatud kiri | edastatud sõnum
  lt: persiųstas laiškas
  lv: pārsūtīta ziņa | pārsūtītais ziņojums
  vi: thư được chuyển tiếp | tin nhắn được chuyển tiếp | bắt đầu thư được chuyển tiếp | thư đã chuyển tiếp
  id: pesan yang diteruskan | pesan terusan | awal pesan yang diteruskan | mulai meneruskan pesan
  th: ข้อความที่ส่งต่อ
  zh: 转发的邮件 | 轉寄的郵件 | 转发邮件 | 以下是转发的邮件 | 开始转发的邮件 | 转发的信件 | 已转发邮件 | 轉寄信件 | 開始轉寄郵件 | 转发信息
  ja: 転送メッセージ | 転送されたメッセージ | 以下は転送されたメッセージです | 転送メール | 転送された項目 | 転送済みメッセージ
  ko: 전달된 메시지 | 전달된 메일 | 전달된 이메일 | 다음은 전달된 메시지입니다 | 전달 메시지
  he: הודעה שהועברה | הודעה מועברת
  ar: رسالة معاد توجيهها | الرسالة المعاد توجيهها | رسالة محولة | بداية الرسالة المعاد توجيهها
`)

const FORWARD_TAGS = listed(`
  en: fw | fwd | forwarded
  de: wg | weiterleitung
  fr: tr | transf
  es: rv | reenv
  it: i | inoltro | inol
  pt: enc
  nl: doorst | dfw
  sv: vb | vidarebefordrat
  da: vs | videresendt
  fi: vl | lä
  pl: pd | przek
  hu: továbbítás | tov
  ro: redir | redirecționat
  hr: proslijeđeno | proslijedi
  tr: ilt | İlt | iletilen | yönl
  el: πρθ | προωθ
  ru: пересл | fwd
  uk: пер
  vi: chuyển tiếp
  id: trs | terusan
  zh: 转发 | 轉寄 | 轉發 | 转
  ja: 転送
  ko: 전달
  he: הועבר
  ar: إعادة توجيه
`)

/** Subject prefixes of a forward. */
export const FORWARD_PREFIX = new RegExp(
  `^\\s*(?:\\[[^\\]]{1,30}\\]\\s*)?(?:${FORWARD_TAGS.join('|')})(?:\\[\\d{1,3}\\])?\\s?[:：]`,
  'iu',
)
