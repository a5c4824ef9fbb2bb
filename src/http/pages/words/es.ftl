# Todas las palabras de las páginas para clientes, en español. La consola habla francés e inglés.

### Común
language-switch = Idioma
skip-link = Ir al contenido
error-prefix = Error:
page-title = { $page } – { $brand }
help-title = ¿Necesita ayuda?
powered-by = Registro de elecciones llevado con Placet
yes = Sí
no = No
no-answer = Sin respuesta
error-title = Hay un problema
label-colon = { $label }:

### Fechas
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
weekday-1 = lunes
weekday-2 = martes
weekday-3 = miércoles
weekday-4 = jueves
weekday-5 = viernes
weekday-6 = sábado
weekday-7 = domingo
day-first = 1
date-long = { $day } de { $month } de { $year }
date-weekday = { $weekday }, { $date }
time-of-day = { $hour }:{ $minute }
date-time-long = { $date } a las { $time }
group-separator = { " " }

### Canales
channel-email = Correo electrónico
channel-sms = SMS
channel-phone_live = Llamada
channel-phone_automated = Llamadas automáticas
channel-post_addressed = Correo postal a su dirección
channel-post_unaddressed = Buzón
channel-push = Notificaciones de la aplicación
channel-in_app = Mensajes en la aplicación
channel-inbox_ad = Publicidad en la bandeja de entrada
channel-email_tracking_pixel = Medición de la apertura de correos
channel-ads_custom_audience = Publicidad en otros sitios
channel-ads_retargeting = Publicidad según sus visitas
channel-storage_access = Cookies y rastreadores
channel-third_party_sharing = Cesión a socios
channel-processor_transfer = Envío a un proveedor
channel-consent_prompt = Petición de una elección
channel-none = Su respuesta

### De dónde viene una elección
source-web_form = en la página de sus elecciones
source-store = en una tienda
source-call_centre = por teléfono
source-mobile_app = en la aplicación
source-paper = en papel
source-import = tomada de un archivo anterior
source-api = por un servicio conectado
source-email_link = por el enlace de un mensaje
source-place = { $source }, { $place }

### Sus elecciones
choices-title = Sus elecciones
choices-intro = Díganos qué desea recibir. Puede cambiar de opinión cuando quiera.
choices-contact = Para
choices-stop-title = No recibir nada más
choices-stop-text = Un solo gesto, para todos los temas y todos los canales.
choices-stop-button = Detener todo
choices-purposes = Tema por tema
choices-details = Qué significa
choices-save = Guardar mis elecciones
choices-save-note = Sus elecciones cambian cuando guarda.
choices-none = Por ahora no hay nada que elegir.
choices-explained-contract = Recibe estos mensajes porque su pedido o su contrato los necesita. Por eso aquí no hay nada que elegir.
choices-explained-legal_obligation = La ley nos obliga a enviar estos mensajes. Por eso aquí no hay nada que elegir.
choices-explained-other = Esto no se basa en su consentimiento. Por eso aquí no hay nada que elegir.

state-yes = Sí, desde el { $since }.
state-yes-source = Sí, desde el { $since }, { $source }.
state-yes-undated = Sí.
state-refused = No. Dijo que no el { $since }.
state-withdrawn = No. Lo detuvo el { $since }.
state-stopped = No. Detuvo todo el { $since }.
state-objected = No. Se opuso el { $since }.
state-never-asked = Nunca se lo hemos preguntado. Para nosotros, es un no.
state-expired = Su consentimiento del { $since } ha vencido. Para nosotros, es un no.
state-new-words = Nuestro texto ha cambiado desde su consentimiento del { $since }. Para nosotros, es un no, salvo que diga que sí.
state-unproven = No tenemos prueba de su consentimiento. Para nosotros, es un no.
state-customer = Sí, porque nos compró algo. Puede decir que no.
state-interest = Sí, sin necesidad de su consentimiento. Puede decir que no.

lock-no_contact = No tenemos este dato de contacto.
lock-restricted = Sus datos están limitados a petición suya. Por ahora no es posible un sí.
lock-minor = A su edad no es posible un sí.
lock-other = Aquí no es posible un sí.

choices-error-changed = { $purpose }, { $channel }: su elección ha cambiado desde que se abrió esta página. Compruébela y después guarde.
choices-error-invalid = { $purpose }, { $channel }: elija Sí o No.
choices-error-form = Esta página estuvo abierta demasiado tiempo. Sus elecciones no han cambiado. Compruébelas y después guarde.

### Guardado
saved-title = Hecho
saved-lead = Sus elecciones se han guardado.
saved-changes = Qué ha cambiado
saved-before = Antes
saved-after = Ahora
saved-effective = Con efecto inmediato
saved-reference = Referencia
saved-remaining = Qué puede llegar todavía
saved-remaining-service = Los mensajes que sus pedidos y contratos necesitan.
saved-remaining-post = Una carta ya impresa, hasta el { $date }.
saved-undo-title = ¿Un error?
saved-undo-text = Puede volver a sus elecciones anteriores hasta las { $until }.
saved-undo = Deshacer este cambio
saved-back = Ver todas sus elecciones
unchanged-title = Nada ha cambiado
unchanged-lead = Sus elecciones ya eran estas. Las dejamos como están.

### Detener
stop-title = Detener estos mensajes
stop-lead = Nada cambia hasta que pulse un botón.
stop-what = Qué se detendrá
stop-button = Detener estos mensajes
stop-all-button = Detener todos los mensajes comerciales
stop-see-choices = Ver todas sus elecciones
stopped-title = Hecho
stopped-lead = Ya no recibirá estos mensajes.
stopped-what = Qué se ha detenido
already-title = Ya estaba hecho
already-withdrawn = Ya había detenido estos mensajes el { $since }. Nada ha cambiado.
already-refused = Ya había dicho que no a estos mensajes el { $since }. Nada ha cambiado.
already-stopped = Ya había detenido todo el { $since }. Nada ha cambiado.
already-objected = Ya se había opuesto a estos mensajes el { $since }. Nada ha cambiado.
already-never-asked = No se le enviaban estos mensajes. Nada ha cambiado.

### Por qué este mensaje
why-title = ¿Por qué recibí este mensaje?
why-permitted = { $brand } podía enviárselo. Aquí se explica en qué se basa.
why-denied = { $brand } no podía enviárselo. Si lo recibió de todos modos, díganoslo.
why-rehearsed = Era una simulación: { $brand } no podía enviarle nada por ella.
why-what = De qué se trataba
why-when = Decidido
why-because = Por qué
why-law = La ley en que se apoya
why-answer = Lo que había dicho
why-said-nothing = El { $since } le pedimos { $source } que confirmara su respuesta. No la ha confirmado.
why-said-yes = Dijo que sí el { $since } { $source }.
why-said-no = Dijo que no el { $since } { $source }.
why-said-no-more = Retiró su sí el { $since } { $source }.
why-no-answer = No tenemos ninguna respuesta suya sobre esto.
why-list-answer = Su dirección estaba en una lista filtrada según nuestras reglas. Guardamos lo que se decidió, y no según qué respuesta: sus elecciones de hoy están más abajo.
why-words = El texto que se le mostró
why-change = Cambiar de opinión
why-change-text = Cada mensaje que enviamos lleva un enlace a sus elecciones: allí puede decir que no, u oponerse, al momento y gratis. No hace falta dar un motivo.
why-change-here = Aquí puede decir que no, al momento y gratis. No hace falta dar un motivo.
why-version = Versión de las reglas

### Enlace muerto
gone-title = Este enlace ya no funciona
gone-expired = Su plazo ha pasado. Sus elecciones siguen guardadas.
gone-replaced = Lo sustituye un enlace más reciente. Use el de nuestro último mensaje.
gone-unknown = Puede que la dirección esté incompleta. Cópiela entera de nuestro mensaje.
gone-next = Cada mensaje que enviamos lleva un enlace a sus elecciones. Use el del más reciente.

### Problemas
problem-not_saved-title = No hemos podido guardar
problem-not_saved = Sus elecciones no han cambiado. Inténtelo de nuevo en un momento.
problem-stale_form-title = Esta página estuvo abierta demasiado tiempo
problem-stale_form = Sus elecciones no han cambiado. Vuelva a la página y empiece de nuevo.
problem-bad_request-title = No hemos entendido la petición
problem-bad_request = Nada ha cambiado. Vuelva a la página y empiece de nuevo.
problem-not_found-title = Esta página no existe
problem-not_found = Compruebe la dirección, o parta del enlace que recibió.
problem-forbidden-title = Esta página no está abierta para su cuenta
problem-forbidden = Pida acceso a la persona que administra las cuentas.
problem-too_many-title = Demasiadas peticiones a la vez
problem-too_many = Nada ha cambiado. Espere un minuto e inténtelo de nuevo.
problem-unavailable-title = El servicio está parado un momento
problem-unavailable = Nada ha cambiado. Inténtelo de nuevo en unos minutos.
problem-reference = Referencia que puede darnos
problem-back = Volver a la página anterior

### Volver atrás
undo-what = Lo que vuelve a ser como antes
undo-words = El texto que acepta
undo-partly = Lo que se detuvo sin un sí anterior sigue detenido. Puede decir que sí en la página de sus elecciones.
undone-title = Deshecho
undone-lead = Sus elecciones anteriores vuelven a valer.
undo-late-title = Ya no se puede deshacer
undo-late = Han pasado diez minutos, o ha elegido otra cosa desde entonces. Nada ha cambiado. Puede cambiar sus elecciones cuando quiera.

### Inicio de sesión
enter-title = Iniciar sesión
enter-lead = Escriba su dirección de correo. Le enviamos un enlace y un código.
enter-address = Dirección de correo
enter-button = Enviarme un enlace y un código
enter-error = Escriba una dirección como nombre@ejemplo.es
enter-off = Aquí no está abierto el inicio de sesión.
inbox-title = Mire su correo
inbox-lead = Si conocemos esta dirección, llega un mensaje con un enlace y un código válidos durante 10 minutos.
inbox-code = Código de seis cifras
inbox-button = Iniciar sesión
inbox-error-wrong = No es el código de nuestro último mensaje. Compruébelo.
inbox-error-tries = Se han probado demasiados códigos. Abra el enlace del mensaje en este navegador o pida otro mensaje.
inbox-none = ¿No ha llegado nada?
inbox-none-text = Espere unos minutos y mire también en el correo no deseado. Compruebe que es la dirección a la que le escribimos.
inbox-again = Pedir otro mensaje
link-opens = Pulse el botón para iniciar sesión en este navegador.
link-elsewhere-title = La petición se hizo en otro navegador
link-elsewhere = Vuelva a donde hizo la petición y escriba allí el código de seis cifras del mismo mensaje. Nada ha cambiado.
link-used-title = Este enlace ya se ha usado
link-used = Sirve una sola vez. Pida otro mensaje para iniciar sesión de nuevo.
link-late = Funciona durante 10 minutos. Pida otro mensaje.
own-unknown = { $brand } nos ha dicho quién es usted. Aquí no guardamos nada con ese dato de contacto: no hay nada que cambiar.
own-unknown-next = Si recibe nuestros mensajes en otra dirección, use el enlace de uno de ellos.
own-refused-title = Esta entrada no ha funcionado
own-refused = Nada ha cambiado. Vuelva al sitio del que viene, cargue de nuevo su página e inténtelo otra vez.
own-sign-in = Entrar por correo electrónico
me-title = Su página
me-lead = Lo que guardamos de sus elecciones, en un solo lugar.
me-contacts = Sus datos de contacto con nosotros
me-choices = Ver y cambiar las elecciones
me-idle = Tras 15 minutos sin uso se cierra la sesión.
me-sign-out = Cerrar sesión
me-history = Mi historial
history-title = Historial
history-lead = Lo que nos ha dicho, lo más reciente primero, con el texto que se mostraba entonces.
history-empty = Aquí no hay nada todavía.
history-stopped = Ninguna publicidad
history-no-profile = Ningún perfil para publicidad
history-restricted = Uso de sus datos limitado
history-unrestricted = Uso de sus datos ya no limitado
history-disputed = Nos dijo que una respuesta no era suya
history-receipt = Recibo del { $when }
history-further = Ver anteriores
history-back = Volver a su página
history-by-link_confirmed = confirmado con el enlace del mensaje
history-by-choice_undone = cambio deshecho
history-by-stop_all = al detenerlo todo
history-by-one_click = con un clic en su programa de correo
history-by-sms_stop = por SMS
history-by-disputed = nos dijo que no fue usted
history-by-corrected = corregido: se había anotado un sí por error
kind-email = Correo electrónico
kind-phone = Teléfono
kind-postal = Dirección postal
kind-crm_id = Número de cliente
kind-device_id = Dispositivo

### Confirmación
confirm-title = Confirme su elección
confirm-code-lead = Escriba el código de seis cifras del mismo mensaje. Antes no cambia nada.
confirm-what = Lo que se pidió
confirm-words = El texto mostrado
confirm-button = Sí, confirmo
confirm-not = Si no lo ha pedido, cierre esta página. No enviaremos nada.
confirm-error-tries = Se han probado demasiados códigos. Vuelva a pedirlo donde lo pidió.
confirmed-lead = Su elección está confirmada.
confirmed-what = Lo que recibirá desde ahora
confirmed-kept = Lo que sigue igual, porque desde entonces ha respondido otra cosa
confirmed-back = Puede cambiar de opinión cuando quiera. Cada mensaje nuestro tiene un enlace a sus elecciones.
confirmed-before = Ya lo confirmó el { $since }. Nada ha cambiado.
confirmed-no-since = Desde entonces dijo no, el { $since }. Su no sigue vigente.
confirmed-yes-since = Ya dijo sí el { $since }. Nada ha cambiado.
confirmed-expired = Funcionó durante siete días y no se confirmó nada. Vuelva a pedirlo si lo desea.

### Mensajes
mail-in-subject = Su inicio de sesión – { $brand }
mail-in-lead = Ha pedido iniciar sesión en { $brand }. El enlace sirve una vez, durante 10 minutos, en el navegador donde lo pidió.
mail-in-link = Iniciar sesión en este navegador
mail-in-code = O escriba este código donde lo pidió: { $code }
mail-in-not = Si no ha sido usted, no haga nada. No dé este código a nadie.
mail-confirm-subject = Confirme su elección – { $brand }
mail-confirm-lead = Alguien, seguramente usted, pidió a { $brand } que escriba a esta dirección:
mail-confirm-link = Ver la petición y confirmar
mail-confirm-code = La página puede pedir este código: { $code }
mail-confirm-not = Si no ha sido usted, no haga nada. Sin confirmación no enviamos nada.
mail-confirm-until = El enlace funciona hasta el { $until }.
mail-receipt-subject = Comprobante de sus elecciones – { $brand }
mail-receipt-lead = Esto es lo que { $brand } anotó para usted el { $at }, { $place }.
mail-receipt-link = Ver o cambiar sus elecciones
mail-receipt-not = Si no fue usted, inicie sesión y díganoslo, o escriba al contacto que figura en nuestras páginas.
### Receipts
receipt-title = Recibo
receipt-lead = Lo que respondió, y dónde está en nuestro registro.
receipt-to = A quién
receipt-channel = Canal
receipt-answer = Su respuesta
receipt-when = Cuándo
receipt-where = Dónde
receipt-until = Vale hasta el
receipt-notice = Texto mostrado
receipt-said-given = Sí
receipt-said-refused = No
receipt-said-withdrawn = Sí, retirado
receipt-said-requested = Aún sin confirmar
receipt-log = En nuestro registro
receipt-holds = Este recibo está en nuestro registro, en la posición { $position } de { $size }. Lo acabamos de comprobar.
receipt-fails = Este recibo no está en nuestro registro como debería. Díganoslo.
receipt-proof = La prueba, para comprobarla en otro lugar (.tlog-proof)
receipt-json = El recibo firmado (JSON, ISO/IEC TS 27560)
receipt-linked = El recibo como datos enlazados (JSON-LD)
receipt-not-me-title = ¿No fue usted?
receipt-not-me-text = Un solo gesto: esta respuesta deja de contar desde ahora, y nuestro delegado de protección de datos lo ve.
receipt-not-me = No fui yo
receipt-noted-title = Anotado
receipt-noted = Esta respuesta ya no cuenta. Nuestro delegado de protección de datos lo ve.
receipt-disputed = El { $since } nos dijo que no fue usted.
receipt-check-title = Comprobar un recibo
receipt-check-lead = Pegue aquí un recibo que guardó. Dice lo que decía, aunque su contenido se haya borrado aquí.
receipt-check-label = Su recibo
receipt-check-button = Comprobar
receipt-check-wrong = No es un recibo nuestro, o ha sido modificado.
receipt-missing = No guardamos nada en esta dirección. Quizá esté incompleta, o el contenido se borró.

### Pause
pace-title = Menos a menudo, o una pausa
pace-often = Cuántos mensajes
pace-pause = Pausa
pace-all = Todos los mensajes
pace-one_a_week = Uno por semana como máximo
pace-two_a_month = Dos al mes como máximo
pace-one_a_month = Uno al mes como máximo
pace-none = Sin pausa
pace-until = Hasta el { $until }
pace-P1M = 1 mes, hasta el { $until }
pace-P3M = 3 meses, hasta el { $until }
pace-P6M = 6 meses, hasta el { $until }
pace-paused = En pausa hasta el { $until }
pace-usual = Todos los mensajes, sin pausa
state-paused = En pausa hasta el { $until }. Después vuelven a valer sus elecciones, sin recordatorio por nuestra parte.
pace-held-one_a_week = Un mensaje por semana como máximo.
pace-held-two_a_month = Un mensaje cada catorce días como máximo.
pace-held-one_a_month = Un mensaje cada veintiocho días como máximo.

### Texts
texts-link = Nuestros textos, versión por versión
texts-title = Nuestros textos, versión por versión
texts-lead = Estas son las palabras con las que le preguntamos. Su respuesta va unida a las palabras de ese día.
texts-none = Todavía no hay ningún texto.
texts-since = En vigor desde el { $since }
texts-between = En vigor del { $since } al { $until }
texts-asks-again = A quienes habían dicho sí antes se les volvió a preguntar.
texts-differences = Qué ha cambiado, palabra por palabra
texts-marks = Tachado: eliminado. Subrayado: nuevo.
texts-others = En otros idiomas

### Accesibilidad
access-link = Accesibilidad
access-title = Accesibilidad
access-lead = Estas páginas están hechas para todo el mundo. Nuestro objetivo: las reglas WCAG 2.2, nivel AA.
access-checked-title = Última comprobación automática
access-checked = El { $date }: { $views } vistas comprobadas en Chromium con axe-core { $version }, en seis idiomas, del teléfono a la pantalla grande, en claro y en oscuro.
access-faults =
    { $n ->
        [one] { $shown } fallo encontrado.
       *[other] { $shown } fallos encontrados.
    }
access-limits-title = Lo que queda por hacer
access-limits = Una máquina no lo ve todo. Ninguna persona ha auditado aún estas páginas: por eso no las declaramos plenamente conformes.
access-way-title = ¿Una dificultad?
access-way = Díganoslo: todo lo que se hace aquí puede hacerse también con nosotros.
access-privacy-title = Sus datos
access-privacy = Bajo cada tema, «Qué significa» muestra el texto vigente y su versión.

### Comprobante
slip-title = Comprobante de sus elecciones
slip-lead = Esto es lo que hemos anotado.
slip-controller = Responsable
slip-contact = Para
slip-at = Anotado el
slip-place = Dónde
slip-words = El texto leído
slip-record = Comprobante n.º
slip-change = Puede cambiar de opinión en cualquier momento, con la misma facilidad.
