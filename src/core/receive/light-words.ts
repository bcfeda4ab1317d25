/**
 * What people write who only say thanks, in lower case, a language a line. What may be a yes, such as "sounds good" or
 * "please go ahead", is not here.
 */
const THANKS = [
  // English
  'thanks|thank you|thankyou|thank u|thx|thnx|tnx|ty|tysm|many thanks|thanks a lot|thanks a million|thanks a bunch|thanks a ton|thanks so much|thanks very much|thanks again|thanks once again|thanks heaps|thank you so much|thank you so very much|thank you very much|thank you kindly|thank you again|thank you once again|ok thanks|ok thank you|great thanks|great thank you|perfect thanks|perfect thank you|cheers|much appreciated|greatly appreciated|appreciated|appreciate it|i appreciate it|really appreciate it|i really appreciate it|we appreciate it|big thanks|huge thanks|with thanks|thanks and regards|thanks and best regards|thanks & regards',
  // German
  'danke|danke schön|danke schoen|dankeschön|danke sehr|danke vielmals|danke dir|danke ihnen|danke euch|vielen dank|vielen lieben dank|vielen herzlichen dank|vielen vielen dank|herzlichen dank|ganz herzlichen dank|besten dank|lieben dank|schönen dank|tausend dank|großen dank|ich danke ihnen|ich danke dir|ich danke euch|wir danken ihnen|nochmals danke|nochmal danke|nochmals vielen dank|danke nochmal|danke nochmals|ok danke|super danke|dankeschoen|vergelts gott',
  // Dutch
  'bedankt|dank je|dank je wel|dankje|dankjewel|dank u|dank u wel|dankuwel|hartelijk dank|hartelijk bedankt|heel erg bedankt|heel hartelijk dank|hartstikke bedankt|veel dank|super bedankt|erg bedankt|nogmaals bedankt|nogmaals dank|ok bedankt|top bedankt',
  // French
  'merci|merci beaucoup|merci bien|merci infiniment|merci mille fois|mille mercis|mille merci|un grand merci|grand merci|merci à vous|merci à toi|je vous remercie|je te remercie|nous vous remercions|merci encore|encore merci|ok merci|super merci|parfait merci',
  // Spanish
  'gracias|muchas gracias|muchísimas gracias|muchisimas gracias|mil gracias|gracias de nuevo|de nuevo gracias|muchas gracias de nuevo|te lo agradezco|se lo agradezco|os lo agradezco|muy agradecido|muy agradecida|ok gracias|perfecto gracias|vale gracias',
  // Italian
  'grazie|grazie mille|mille grazie|molte grazie|tante grazie|grazie tante|grazie infinite|ti ringrazio|la ringrazio|vi ringrazio|grazie ancora|grazie di nuovo|grazie a lei|grazie a te|grazie a voi|ok grazie|perfetto grazie',
  // Portuguese
  'obrigado|obrigada|muito obrigado|muito obrigada|muitíssimo obrigado|muitíssimo obrigada|obrigadão|obrigadinha|obg|mto obrigado|mto obrigada|agradeço|agradecemos|muito agradecido|muito agradecida|ok obrigado|ok obrigada',
  // Polish
  'dziękuję|dziekuje|dzięki|dzieki|dziękuję bardzo|bardzo dziękuję|dziekuje bardzo|bardzo dziekuje|wielkie dzięki|dzięki wielkie|serdecznie dziękuję|dziękuję serdecznie|dziękuję pięknie|dziękujemy|ok dzięki',
  // Russian, Ukrainian
  'спасибо|большое спасибо|спасибо большое|огромное спасибо|спасибо огромное|спасибо вам|спасибо вам большое|благодарю|благодарю вас|благодарим|благодарим вас|спс|ок спасибо|дякую|дуже дякую|щиро дякую|дякуємо',
  // Japanese
  'ありがとう|ありがとうございます|ありがとうございました|有難うございます|有難うございました|有り難うございます|どうもありがとう|どうもありがとうございます|どうもありがとうございました|誠にありがとうございます|誠にありがとうございました|本当にありがとうございます|本当にありがとうございました|感謝します|感謝いたします|感謝申し上げます|ご連絡ありがとうございます|ご連絡ありがとうございました|ご返信ありがとうございます|ご返信ありがとうございました|ご回答ありがとうございます|ご回答ありがとうございました|ご対応ありがとうございます|ご対応ありがとうございました|早速のご返信ありがとうございます',
  // Chinese
  '谢谢|谢谢你|谢谢您|谢谢你们|谢谢啦|谢谢了|谢啦|谢了|多谢|多谢了|感谢|感谢您|感谢你|非常感谢|十分感谢|万分感谢|太感谢了|谢谢您的帮助|谢谢你的帮助|感谢您的帮助|谢谢您的回复|感谢您的回复|謝謝|謝謝你|謝謝您|多謝|感謝|感謝您|非常感謝|十分感謝|謝謝您的幫助|謝謝您的回覆|感謝您的回覆',
  // Korean
  '감사합니다|정말 감사합니다|대단히 감사합니다|감사드립니다|고맙습니다|정말 고맙습니다|감사해요|고마워요',
  // Swedish, Danish, Norwegian, Finnish
  'tack|tack så mycket|tusen tack|stort tack|tack för hjälpen|tack för svaret|tackar|tak|mange tak|tusind tak|tak for hjælpen|tak for svaret|takk|takk skal du ha|tusen takk|mange takk|takk for hjelpen|takk for svaret|kiitos|kiitos paljon|paljon kiitoksia|kiitoksia|kiitos avusta|suuret kiitokset',
  // Czech, Hungarian, Romanian, Turkish, Greek, Arabic, Hebrew
  'děkuji|děkuju|děkujeme|díky|moc děkuji|děkuji moc|mockrát děkuji|díky moc|köszönöm|köszönöm szépen|nagyon köszönöm|köszönjük|köszi|mulțumesc|multumesc|mulțumesc frumos|multumesc frumos|mulțumim|multumim|teşekkürler|teşekkür ederim|teşekkür ederiz|çok teşekkürler|çok teşekkür ederim|sağ olun|sağolun|ευχαριστώ|ευχαριστώ πολύ|σας ευχαριστώ|شكرا|شكراً|شكرا جزيلا|شكراً جزيلاً|شكرا لك|شكرا لكم|תודה|תודה רבה',
]

/** What they thank for, when it says nothing else. */
const FOR = [
  'for (?:(?:the|your|all your|all the|this|that|such a) )?(?:(?:very |so )?(?:quick|prompt|fast|swift|kind|speedy|helpful) )?(?:reply|response|answer|help|assistance|support|message|mail|email|e-mail|update|information|info|feedback|time|heads up|effort|efforts|service|clarification|reminder|everything|letting (?:me|us) know|getting back to (?:me|us)|your help|the help|this|that)',
  'für (?:(?:die|ihre|deine|eure|das|den|ihren|deinen|alle) )?(?:(?:schnelle|rasche|prompte|nette|freundliche|tolle|gute) )?(?:antwort|rückmeldung|hilfe|unterstützung|info|infos|information|informationen|nachricht|mail|e-mail|mühe|mühen|auskunft|erinnerung|alles)',
  'voor (?:(?:de|je|uw|jullie|het|alle) )?(?:(?:snelle|vlotte) )?(?:reactie|antwoord|hulp|bericht|info|informatie|moeite|mail|terugkoppeling|alles)',
  "(?:pour|de) (?:(?:votre|ta|ton|vos|la|cette|le|les|tout) |l')?(?:réponse|aide|retour|message|mail|rapidité|réactivité|info|infos|information|informations|tout)(?: rapide)?",
  'por (?:(?:la|su|tu|el|vuestra|vuestro|toda la) )?(?:(?:rápida|pronta) )?(?:respuesta|ayuda|información|info|mensaje|correo|atención|apoyo|todo)(?: rápida)?',
  "per (?:(?:la|il|le|tutto il|la vostra|la sua|la tua|il vostro|il suo|il tuo) |l')?(?:risposta|aiuto|supporto|riscontro|messaggio|mail|informazione|informazioni|info|disponibilità|tutto)(?: rapida)?",
  '(?:pela|pelo|por|pelas) (?:(?:sua|seu|vossa|vosso|tua|teu|suas) )?(?:rápida )?(?:resposta|ajuda|informação|informações|mensagem|retorno|apoio|atenção|tudo)',
  'za (?:szybką )?(?:odpowiedź|odpowiedz|pomoc|informację|informacje|wiadomość|wszystko)',
  'за (?:(?:быстрый|ваш|вашу) )?(?:ответ|помощь|информацию|оперативность|поддержку|всё|все)',
]

/** What may stand beside thanks: that it came, or how nice it is. Alone, or where we proposed something, it may be a yes. */
const BESIDE =
  "great|perfect|excellent|awesome|wonderful|brilliant|super|nice|lovely|fantastic|amazing|cool|ok|okay|all right|alright|got it|received|noted|understood|well received|very helpful|very kind|perfekt|prima|toll|klasse|alles klar|verstanden|erhalten|wunderbar|top|oké|begrepen|ontvangen|fijn|parfait|génial|bien reçu|très bien|c'est noté|perfecto|genial|estupendo|vale|recibido|entendido|excelente|perfetto|ottimo|ricevuto|capito|benissimo|perfeito|ótimo|recebido|świetnie|rozumiem|doskonale|отлично|хорошо|ок|понятно|понял|поняла|супер|принято|ясно|了解です|了解しました|承知しました|承知いたしました|好的|收到|好|明白|太好了|知道了"

const GREETINGS =
  'hi|hello|hey|dear|hello again|hi again|good morning|good afternoon|good evening|hallo|guten tag|guten morgen|guten abend|liebe|lieber|sehr geehrte|sehr geehrter|moin|servus|grüezi|beste|geachte|goedemorgen|goedemiddag|dag|bonjour|bonsoir|salut|cher|chère|hola|estimado|estimada|buenos días|buenas tardes|buenas|ciao|buongiorno|buonasera|gentile|salve|olá|oi|bom dia|boa tarde|prezado|prezada|caro|cara|cześć|dzień dobry|witam|привет|здравствуйте|добрый день|доброе утро|уважаемый|уважаемая|こんにちは|お世話になっております|いつもお世話になっております|你好|您好|안녕하세요|hej|hei|moi'

/** What stands before the name at the end, or wishes something that asks for no answer. */
const SIGN_OFFS =
  'best|best regards|kind regards|kindest regards|warm regards|warmest regards|regards|with kind regards|with best regards|sincerely|yours|yours sincerely|yours truly|all the best|best wishes|take care|have a nice day|have a great day|have a good day|have a lovely day|have a nice weekend|have a great weekend|have a good weekend|have a nice evening|have a great week|have a good one|mit freundlichen grüßen|mit freundlichen gruessen|mit freundlichem gruß|mit besten grüßen|mit herzlichen grüßen|freundliche grüße|viele grüße|viele liebe grüße|liebe grüße|beste grüße|herzliche grüße|schöne grüße|grüße|gruß|lg|vg|mfg|bg|schönen tag|schönen tag noch|einen schönen tag|einen schönen tag noch|schönes wochenende|ein schönes wochenende|schönen abend|schönen feierabend|met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|hartelijke groet|hartelijke groeten|groet|groeten|groetjes|mvg|fijne dag|fijne dag nog|fijn weekend|cordialement|bien cordialement|très cordialement|bien à vous|bien à toi|salutations|sincères salutations|amicalement|bonne journée|bonne soirée|bon week-end|bon weekend|saludos|un saludo|saludos cordiales|un cordial saludo|atentamente|buen día|buen fin de semana|cordiali saluti|distinti saluti|saluti|un saluto|buona giornata|buona serata|buon weekend|atenciosamente|att|cumprimentos|melhores cumprimentos|com os melhores cumprimentos|abraço|abraços|um abraço|bom fim de semana|pozdrawiam|z poważaniem|serdecznie pozdrawiam|miłego dnia|с уважением|всего доброго|хорошего дня|с наилучшими пожеланиями|祝好|此致|敬礼|med vänlig hälsning|med vänliga hälsningar|vänliga hälsningar|mvh|hilsen|med vennlig hilsen|vennlig hilsen|med venlig hilsen|venlig hilsen|ystävällisin terveisin|s pozdravem|üdvözlettel|saygılarımla|iyi günler'

/** What may stand with a name. */
const WITH_NAMES =
  'and|und|en|et|y|e|i|и|&|team|all|everyone|everybody|guys|folks|both|there|again|mr|mrs|ms|dr|frau|herr|herrn|mevrouw|meneer|madame|monsieur|señor|señora|signor|signora|pan|pani|zusammen|allemaal|tous|toutes|à tous|todos|tutti|support|your team|the team|さん|様'

const oneOf = (words: string) => new Set(words.split('|'))
const thanks = THANKS.join('|')

/** Thanks, perhaps for something. */
export const thanksPattern = new RegExp(`^(?:${thanks})(?: (?:${FOR.join('|')}))?$`, 'u')
/** Whether there is a word of thanks somewhere: whatever has none is not looked at any further. */
export const someThanks = new RegExp(`(?:${thanks})`, 'u')
export const beside = oneOf(BESIDE)
export const greetings = oneOf(GREETINGS)
export const signOffs = oneOf(SIGN_OFFS)
export const withNames = oneOf(WITH_NAMES)
