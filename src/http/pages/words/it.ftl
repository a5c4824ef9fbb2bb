# Tutte le parole delle pagine per i clienti, in italiano. La console parla francese e inglese.
# Le date stanno dopo «in data»: così nessun articolo dipende dal giorno (l’8, l’11).

### Comune
language-switch = Lingua
skip-link = Vai al contenuto
error-prefix = Errore:
page-title = { $page } – { $brand }
help-title = Serve aiuto?
powered-by = Registro delle scelte tenuto con Placet
yes = Sì
no = No
no-answer = Nessuna risposta
error-title = C’è un problema
label-colon = { $label }:

### Date
month-1 = gennaio
month-2 = febbraio
month-3 = marzo
month-4 = aprile
month-5 = maggio
month-6 = giugno
month-7 = luglio
month-8 = agosto
month-9 = settembre
month-10 = ottobre
month-11 = novembre
month-12 = dicembre
weekday-1 = lunedì
weekday-2 = martedì
weekday-3 = mercoledì
weekday-4 = giovedì
weekday-5 = venerdì
weekday-6 = sabato
weekday-7 = domenica
day-first = 1º
date-long = { $day } { $month } { $year }
date-weekday = { $weekday } { $date }
time-of-day = { $hour }:{ $minute }
date-time-long = { $date } alle ore { $time }
group-separator = .

### Canali
channel-email = E-mail
channel-sms = SMS
channel-phone_live = Telefonata
channel-phone_automated = Chiamate automatiche
channel-post_addressed = Posta al proprio indirizzo
channel-post_unaddressed = Cassetta delle lettere
channel-push = Notifiche dell’app
channel-in_app = Messaggi nell’app
channel-inbox_ad = Pubblicità nella posta in arrivo
channel-email_tracking_pixel = Misura delle e-mail aperte
channel-ads_custom_audience = Pubblicità su altri siti
channel-ads_retargeting = Pubblicità in base alle visite
channel-storage_access = Cookie e tracciatori
channel-third_party_sharing = Comunicazione a partner
channel-processor_transfer = Trasmissione a un fornitore
channel-consent_prompt = Richiesta di una scelta
channel-none = La risposta

### Da dove viene una scelta
source-web_form = sulla pagina delle scelte
source-store = in negozio
source-call_centre = per telefono
source-mobile_app = nell’app
source-paper = su carta
source-import = ripresa da un archivio precedente
source-api = tramite un servizio collegato
source-email_link = dal link di un messaggio
source-place = { $source }, { $place }

### Le scelte
choices-title = Le sue scelte
choices-intro = Qui si sceglie che cosa ricevere. Si può cambiare idea in ogni momento.
choices-contact = Per
choices-stop-title = Non ricevere più nulla
choices-stop-text = Un solo gesto, per tutti gli argomenti e tutti i canali.
choices-stop-button = Ferma tutto
choices-purposes = Argomento per argomento
choices-details = Che cosa significa
choices-save = Salva le scelte
choices-save-note = Le scelte cambiano quando si salva.
choices-none = Per ora non c’è nulla da scegliere.
choices-explained-contract = Questi messaggi servono all’ordine o al contratto. Perciò qui non c’è nulla da scegliere.
choices-explained-legal_obligation = La legge ci impone di inviare questi messaggi. Perciò qui non c’è nulla da scegliere.
choices-explained-other = Questo non si basa sul consenso. Perciò qui non c’è nulla da scegliere.

state-yes = Sì, in data { $since }.
state-yes-source = Sì, in data { $since }, { $source }.
state-yes-undated = Sì.
state-refused = No. Rifiuto in data { $since }.
state-withdrawn = No. Fermato in data { $since }.
state-stopped = No. Tutto fermato in data { $since }.
state-objected = No. Opposizione in data { $since }.
state-never-asked = Non lo abbiamo mai chiesto. Per noi è un no.
state-expired = Il consenso dato in data { $since } è scaduto. Per noi è un no.
state-new-words = Il nostro testo è cambiato dopo il consenso dato in data { $since }. Per noi è un no, salvo un nuovo sì.
state-unproven = Non abbiamo prova del consenso. Per noi è un no.
state-customer = Sì, grazie a un acquisto da noi. Si può dire di no.
state-interest = Sì, senza bisogno del consenso. Si può dire di no.

lock-no_contact = Non abbiamo questo recapito.
lock-restricted = I dati sono limitati su richiesta. Per ora un sì non è possibile.
lock-minor = A questa età un sì non è possibile.
lock-other = Qui un sì non è possibile.

choices-error-changed = { $purpose }, { $channel }: la scelta è cambiata dopo l’apertura di questa pagina. Va controllata, poi salvata.
choices-error-invalid = { $purpose }, { $channel }: scegliere Sì o No.
choices-error-form = Questa pagina è rimasta aperta troppo a lungo. Le scelte non sono cambiate. Vanno controllate, poi salvate.

### Salvato
saved-title = Fatto
saved-lead = Le scelte sono salvate.
saved-changes = Che cosa è cambiato
saved-before = Prima
saved-after = Ora
saved-effective = Con effetto immediato
saved-reference = Riferimento
saved-remaining = Che cosa può ancora arrivare
saved-remaining-service = I messaggi che servono agli ordini e ai contratti.
saved-remaining-post = Una lettera già stampata, fino alla data { $date }.
saved-undo-title = Un errore?
saved-undo-text = Fino alle { $until } si può tornare alle scelte di prima.
saved-undo = Annulla questa modifica
saved-back = Vedi tutte le scelte
unchanged-title = Non è cambiato nulla
unchanged-lead = Le scelte erano già queste. Restano come sono.

### Fermare
stop-title = Fermare questi messaggi
stop-lead = Nulla cambia finché non si preme un pulsante.
stop-what = Che cosa si fermerà
stop-button = Ferma questi messaggi
stop-all-button = Ferma tutti i messaggi commerciali
stop-see-choices = Vedi tutte le scelte
stopped-title = Fatto
stopped-lead = Questi messaggi non arriveranno più.
stopped-what = Che cosa si è fermato
already-title = Era già fatto
already-withdrawn = Questi messaggi erano già fermi in data { $since }. Non è cambiato nulla.
already-refused = Questi messaggi erano già stati rifiutati in data { $since }. Non è cambiato nulla.
already-stopped = Tutto era già fermo in data { $since }. Non è cambiato nulla.
already-objected = C’era già un’opposizione a questi messaggi in data { $since }. Non è cambiato nulla.
already-never-asked = Questi messaggi non venivano inviati. Non è cambiato nulla.

### Perché questo messaggio
why-title = Perché ho ricevuto questo messaggio?
why-permitted = { $brand } poteva inviarlo. Ecco su che cosa si basa.
why-denied = { $brand } non poteva inviarlo. Chi lo ha ricevuto lo stesso può dircelo.
why-rehearsed = Era una prova: { $brand } non poteva inviare nulla in base a questa.
why-what = Di che cosa si trattava
why-when = Deciso
why-because = Perché
why-law = La legge su cui si basa
why-answer = Che cosa era stato risposto
why-said-nothing = In data { $since } abbiamo chiesto { $source } di confermare la risposta. Non è stata confermata.
why-said-yes = Risposta: sì, in data { $since } { $source }.
why-said-no = Risposta: no, in data { $since } { $source }.
why-said-no-more = Il sì è stato ritirato in data { $since } { $source }.
why-no-answer = Non abbiamo nessuna risposta su questo.
why-list-answer = L’indirizzo era in una lista filtrata secondo le nostre regole. Conserviamo che cosa è stato deciso, e non in base a quale risposta: le scelte di oggi sono qui sotto.
why-words = Il testo che era mostrato
why-change = Cambiare idea
why-change-text = Ogni messaggio che inviamo contiene un link alle scelte: lì si dice di no, o ci si oppone, subito e gratis. Non serve dare un motivo.
why-change-here = Qui si può dire di no, subito e gratis. Non serve dare un motivo.
why-version = Versione delle regole

### Link morto
gone-title = Questo link non funziona più
gone-expired = Il suo tempo è passato. Le scelte restano salvate.
gone-replaced = Lo sostituisce un link più recente. Usare quello del nostro ultimo messaggio.
gone-unknown = Forse l’indirizzo è incompleto. Va copiato per intero dal nostro messaggio.
gone-next = Ogni messaggio che inviamo contiene un link alle scelte. Usare quello del più recente.

### Problemi
problem-not_saved-title = Non siamo riusciti a salvare
problem-not_saved = Le scelte non sono cambiate. Riprovare tra un momento.
problem-stale_form-title = Questa pagina è rimasta aperta troppo a lungo
problem-stale_form = Le scelte non sono cambiate. Tornare alla pagina e ricominciare.
problem-bad_request-title = Non abbiamo capito la richiesta
problem-bad_request = Non è cambiato nulla. Tornare alla pagina e ricominciare.
problem-not_found-title = Questa pagina non esiste
problem-not_found = Controllare l’indirizzo, o partire dal link ricevuto.
problem-forbidden-title = Questa pagina non è aperta a questo account
problem-forbidden = Chiedere l’accesso a chi gestisce gli account.
problem-too_many-title = Troppe richieste insieme
problem-too_many = Non è cambiato nulla. Attendere un minuto, poi riprovare.
problem-unavailable-title = Il servizio è fermo per un momento
problem-unavailable = Non è cambiato nulla. Riprovare tra qualche minuto.
problem-reference = Riferimento da darci
problem-back = Torna alla pagina precedente

### Tornare indietro
undo-what = Che cosa torna come prima
undo-words = Il testo che si accetta
undo-partly = Ciò che si è fermato senza un sì precedente resta fermo. Si può dire di sì sulla pagina delle scelte.
undone-title = Annullato
undone-lead = Valgono di nuovo le scelte di prima.
undo-late-title = È troppo tardi per annullare
undo-late = Sono passati dieci minuti, o c’è stata un’altra scelta. Non è cambiato nulla. Le scelte si possono cambiare in ogni momento.

### Accesso
enter-title = Accedere
enter-lead = Scriva il suo indirizzo e-mail. Le inviamo un link e un codice.
enter-address = Indirizzo e-mail
enter-button = Inviarmi un link e un codice
enter-error = Inserisca un indirizzo come nome@esempio.it
enter-off = Qui l’accesso non è attivo.
inbox-title = Controlli la posta
inbox-lead = Se conosciamo questo indirizzo, arriva un messaggio con un link e un codice validi 10 minuti.
inbox-code = Codice di sei cifre
inbox-button = Accedere
inbox-error-wrong = Non è il codice del nostro ultimo messaggio. Lo controlli.
inbox-error-tries = Troppi codici provati. Apra il link del messaggio in questo browser o chieda un altro messaggio.
inbox-none = Non è arrivato nulla?
inbox-none-text = Attenda qualche minuto e guardi anche nella posta indesiderata. Controlli che sia l’indirizzo a cui le scriviamo.
inbox-again = Chiedere un altro messaggio
link-opens = Prema il pulsante per accedere in questo browser.
link-elsewhere-title = La richiesta è partita da un altro browser
link-elsewhere = Torni dove ha fatto la richiesta e scriva lì il codice di sei cifre dello stesso messaggio. Nulla è cambiato.
link-used-title = Questo link è già stato usato
link-used = Vale una volta sola. Chieda un altro messaggio per accedere di nuovo.
link-late = Funziona per 10 minuti. Chieda un altro messaggio.
own-unknown = { $brand } ci ha detto chi è lei. Qui non conserviamo nulla con quel recapito: non c’è nulla da cambiare.
own-unknown-next = Se riceve i nostri messaggi a un altro indirizzo, usi il link in uno di essi.
own-refused-title = Questo accesso non ha funzionato
own-refused = Nulla è cambiato. Torni al sito da cui viene, ricarichi la sua pagina e riprovi.
own-sign-in = Accedere invece per e-mail
me-title = La sua pagina
me-lead = Ciò che conserviamo delle sue scelte, in un solo posto.
me-contacts = I suoi recapiti presso di noi
me-choices = Vedere e cambiare le scelte
me-idle = Dopo 15 minuti senza uso la sessione si chiude.
me-sign-out = Uscire
me-history = La mia cronologia
history-title = Cronologia
history-lead = Quello che ci ha detto, dal più recente, con il testo mostrato in quel momento.
history-empty = Qui non c’è ancora nulla.
history-stopped = Nessuna pubblicità
history-no-profile = Nessun profilo per la pubblicità
history-restricted = Uso dei Suoi dati limitato
history-unrestricted = Uso dei Suoi dati non più limitato
history-disputed = Ci ha detto che una risposta non era Sua
history-receipt = Ricevuta del { $when }
history-further = Vedere i precedenti
history-back = Torna alla Sua pagina
history-by-link_confirmed = confermato con il link del messaggio
history-by-choice_undone = modifica annullata
history-by-stop_all = fermando tutto
history-by-one_click = con un clic nel programma di posta
history-by-sms_stop = via SMS
history-by-disputed = ci ha detto che non era Lei
history-by-corrected = corretto: un sì era stato annotato per errore
kind-email = E-mail
kind-phone = Telefono
kind-postal = Indirizzo postale
kind-crm_id = Numero cliente
kind-device_id = Dispositivo

### Conferma
confirm-title = Confermi la sua scelta
confirm-code-lead = Scriva il codice di sei cifre dello stesso messaggio. Prima non cambia nulla.
confirm-what = Che cosa è stato chiesto
confirm-words = Il testo mostrato
confirm-button = Sì, confermo
confirm-not = Se non ha chiesto nulla, chiuda questa pagina. Non invieremo niente.
confirm-error-tries = Troppi codici provati. Lo chieda di nuovo dove l’ha chiesto.
confirmed-lead = La sua scelta è confermata.
confirmed-what = Che cosa riceve da ora
confirmed-kept = Che cosa resta com’era, perché nel frattempo ha risposto altro
confirmed-back = Può cambiare idea quando vuole. Ogni nostro messaggio ha un link alle sue scelte.
confirmed-before = Lo ha già confermato in data { $since }. Nulla è cambiato.
confirmed-no-since = Nel frattempo ha detto no, in data { $since }. Il suo no resta valido.
confirmed-yes-since = Ha già detto sì in data { $since }. Nulla è cambiato.
confirmed-expired = Ha funzionato per sette giorni e nulla è stato confermato. Lo chieda di nuovo, se vuole.

### Messaggi
mail-in-subject = Il suo accesso – { $brand }
mail-in-lead = Ha chiesto di accedere presso { $brand }. Il link vale una volta, per 10 minuti, nel browser in cui lo ha chiesto.
mail-in-link = Accedere in questo browser
mail-in-code = Oppure scriva questo codice dove lo ha chiesto: { $code }
mail-in-not = Se non è stato lei, non faccia nulla. Non dia questo codice a nessuno.
mail-confirm-subject = Confermi la sua scelta – { $brand }
mail-confirm-lead = Qualcuno, probabilmente lei, ha chiesto a { $brand } di scrivere a questo indirizzo:
mail-confirm-link = Vedere la richiesta e confermare
mail-confirm-code = La pagina può chiedere questo codice: { $code }
mail-confirm-not = Se non è stato lei, non faccia nulla. Senza conferma non inviamo nulla.
mail-confirm-until = Il link funziona fino alla data: { $until }.
mail-receipt-subject = Ricevuta delle sue scelte – { $brand }
mail-receipt-lead = Ecco che cosa { $brand } ha annotato per lei in data { $at }, { $place }.
mail-receipt-link = Vedere o cambiare le scelte
mail-receipt-not = Se non è stato lei, acceda e ce lo dica, o scriva al contatto indicato nelle nostre pagine.
### Receipts
receipt-title = Ricevuta
receipt-lead = La risposta data, e dove si trova nel nostro registro.
receipt-to = A chi
receipt-channel = Mezzo
receipt-answer = La risposta
receipt-when = Quando
receipt-where = Dove
receipt-until = Vale fino a
receipt-notice = Testo mostrato
receipt-said-given = Sì
receipt-said-refused = No
receipt-said-withdrawn = Sì, ritirato
receipt-said-requested = Non ancora confermato
receipt-log = Nel nostro registro
receipt-holds = Questa ricevuta si trova nel nostro registro, alla posizione { $position } di { $size }. Lo abbiamo appena verificato.
receipt-fails = Questa ricevuta non si trova nel nostro registro come dovrebbe. Ce lo dica.
receipt-proof = La prova, da verificare altrove (.tlog-proof)
receipt-json = La ricevuta firmata (JSON, ISO/IEC TS 27560)
receipt-linked = La ricevuta come dati collegati (JSON-LD)
receipt-not-me-title = È stata un’altra persona?
receipt-not-me-text = Un solo gesto: questa risposta non conta più da subito, e il nostro responsabile della protezione dei dati lo vede.
receipt-not-me = Non ho risposto io
receipt-noted-title = Preso nota
receipt-noted = Questa risposta non conta più. Il nostro responsabile della protezione dei dati lo vede.
receipt-disputed = Segnalato come risposta di un’altra persona: { $since }.
receipt-check-title = Verificare una ricevuta
receipt-check-lead = Incolli qui una ricevuta conservata. Dice ciò che diceva, anche se il contenuto qui è stato cancellato.
receipt-check-label = La ricevuta
receipt-check-button = Verifica
receipt-check-wrong = Non è una nostra ricevuta, o è stata modificata.
receipt-missing = A questo indirizzo non conserviamo nulla. Forse è incompleto, o il contenuto è stato cancellato.

### Pause
pace-title = Meno spesso, o una pausa
pace-often = Quanti messaggi
pace-pause = Pausa
pace-all = Tutti i messaggi
pace-one_a_week = Al massimo uno alla settimana
pace-two_a_month = Al massimo due al mese
pace-one_a_month = Al massimo uno al mese
pace-none = Nessuna pausa
pace-until = Fine in data { $until }
pace-P1M = 1 mese, fine in data { $until }
pace-P3M = 3 mesi, fine in data { $until }
pace-P6M = 6 mesi, fine in data { $until }
pace-paused = In pausa, fine in data { $until }
pace-usual = Tutti i messaggi, nessuna pausa
state-paused = In pausa, fine in data { $until }. Poi tornano a valere le scelte fatte, senza alcun promemoria.
pace-held-one_a_week = Al massimo un messaggio alla settimana.
pace-held-two_a_month = Al massimo un messaggio ogni quattordici giorni.
pace-held-one_a_month = Al massimo un messaggio ogni ventotto giorni.

### Texts
texts-link = I nostri testi, versione per versione
texts-title = I nostri testi, versione per versione
texts-lead = Queste sono le parole con cui Le chiediamo. La Sua risposta resta legata alle parole di quel giorno.
texts-none = Non c’è ancora alcun testo.
texts-since = In vigore dalla data: { $since }
texts-between = In vigore nel periodo: { $since } – { $until }
texts-asks-again = A chi aveva detto sì prima è stato chiesto di nuovo.
texts-differences = Che cosa è cambiato, parola per parola
texts-marks = Barrato: tolto. Sottolineato: nuovo.
texts-others = In altre lingue

### Accessibilità
access-link = Accessibilità
access-title = Accessibilità
access-lead = Queste pagine sono fatte per tutti. Il nostro obiettivo: le regole WCAG 2.2, livello AA.
access-checked-title = Ultimo controllo automatico
access-checked = In data { $date }: { $views } viste controllate in Chromium con axe-core { $version }, in sei lingue, dal telefono allo schermo grande, in chiaro e in scuro.
access-faults =
    { $n ->
        [one] { $shown } difetto trovato.
       *[other] { $shown } difetti trovati.
    }
access-limits-title = Che cosa resta da fare
access-limits = Una macchina non vede tutto. Nessuna persona ha ancora verificato queste pagine: perciò non le dichiariamo pienamente conformi.
access-way-title = Una difficoltà?
access-way = Ce lo si può dire: tutto ciò che si fa qui si può fare anche con noi.
access-privacy-title = I dati
access-privacy = Sotto ogni argomento, «Che cosa significa» mostra il testo in vigore e la sua versione.

### Ricevuta
slip-title = Ricevuta delle sue scelte
slip-lead = Ecco che cosa abbiamo annotato.
slip-controller = Titolare
slip-contact = Per
slip-at = Annotato il
slip-place = Dove
slip-words = Il testo letto
slip-record = Ricevuta n.
slip-change = Può cambiare idea in ogni momento, con la stessa facilità.
