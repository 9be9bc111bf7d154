"""The words of service periods in twelve languages, made by `tests/periods/make_vocabulary.py`; do not edit.

Comes in: nothing. Goes out: one line per language, key and words, in the language's order of precedence. A key is a
kind of `periods.kinds`, the number of a month, `ordinal` and a number, `letter` and a kind, or a list that
`periods.words` explains. An underscore in a word stands for a space. Must not know texts, dates or how words combine.
"""

from typing import Final

LANGUAGES: Final = ("en", "nl", "de", "fr", "es", "it", "pt", "sv", "da", "nb", "pl", "fi")
"""The languages that are read; English first, whose words serve where a text shows no language."""

TABLE: Final = """
en 1 january jan
en 2 february feb
en 3 march mar
en 4 april apr
en 5 may
en 6 june jun
en 7 july jul
en 8 august aug
en 9 september sep sept
en 10 october oct
en 11 november nov
en 12 december dec
en t to to_the
en T through thru up_to_and_including through_to
en k inclusive incl
en U until till up_to up_to_the until_the
en & and
en o of
en B between
en F from
en f the a an in on at for this our your period month dates
en C due dated date issued payable paid pay received sent signed agreed approved ordered accepted requested created
en C confirmed discussed quoted cancelled quote quotes quotation estimate estimates proposal offer terminated
en C cancellation deadline installed launched per warranty
en R no nr number num order orders po ticket tickets ref reference project contract agreement id case job release
en R version ver v rev revision build model code sku serial statement sow receipt batch file folder matter cve rfc iso
en R account policy edition proforma tender din
en i invoice invoices inv bill bills
en P since starting starts started start begin begins beginning commencing effective after before by valid expires
en P expired expiry expiring ending ends ended end onward onwards forward present today now later mid early late last
en P next previous prior each every week weeks w weekly ytd mtd except introduced as mr mrs ms miss dr t tm do coming
en P upcoming past contract_term minimum_term initial_term
en p price prices pricing pricelist rate rates tariff tariffs list index indexation increase increases increased uplift
en p uplifts cpi rpi
en e excluding excl exc without
en d months years year quarters quarterly annual annually annum yearly biannual semiannual biennial bimonthly semesters
en d fortnight fortnightly renewal renews renewed renew
en g retainer retainers fee fees subscription subscriptions hosting support maintenance service services licence
en g licences license licenses rent rental payment charge charges usage billing work hours hrs salary bookkeeping
en g cleaning consulting consultancy management advertising marketing seats users plan package instalment installment
en g retention membership storage
en q quarter qtr trimester
en h half halfyear semester
en z fiscal fy
en ordinal_1 first
en ordinal_2 second
en ordinal_3 third
en ordinal_4 fourth
en other out set ago may gen mag lip lis des sty gru sie lut ott loka elo data fine prima kw fin
en doubtful mars mayo mai maj juli julio maja marca avril marco augustus heinä kesä
en names jan mar jun sep
en verbs march may august
en modals may
en dotted incl inkl einschl ul
en halves helft hälfte moitié quinzaine mitad quincena quindicina metade quinzena halvan hälften halvdel połowy połowę
en halves puolikas alkupuoli loppupuoli
en named project customer client klant projekt kunde kundin projet proyecto cliente progetto projeto kund prosjekt
en named klient projekti asiakas
en streets laan straße strasse rue avenue boulevard quai champ champs calle avenida plaza paseo via viale piazza rua
en streets praça praca ul ulica ulicy aleja plac
en placeholder month months year years quarter period week date day start end from to mm mmm mmmm yyyy yy dd first last
en placeholder previous next current service billing monthname
nl 1 januari jan
nl 2 februari feb
nl 3 maart mrt
nl 4 april apr
nl 5 mei
nl 6 juni jun
nl 7 juli jul
nl 8 augustus aug
nl 9 september sep sept
nl 10 oktober okt
nl 11 november nov
nl 12 december dec
nl t tem
nl T t/m t.m t.e.m. tm tot_en_met t_m tot_&_met
nl k inclusief incl
nl E tot
nl & en
nl o van
nl B tussen
nl F van vanaf_en_met
nl f de het een in op voor over deze onze uw periode maand
nl C d.d verschuldigd vervaldatum vervalt betaald betaalbaar ontvangen ondertekend overeengekomen akkoord geleverd dd
nl C datum gedateerd verzonden besteld bevestigd besproken offerte aanbieding opzegging garantie betaaltermijn
nl R nr nummer order orders bestelling bestelnummer opdracht opdrachtnummer referentie ref project contract
nl R overeenkomst dossier zaak versie kenmerk klantnummer polis bon proforma besluit
nl i factuur facturen nota rekening
nl P vanaf sinds per na voor_eind begin eind einde medio half ingaande ingang geldig verloopt elke iedere wekelijks
nl P week weken volgend volgende vorig vorige laatste behalve dhr mevr heden nu tot_en komende aanstaande afgelopen
nl P contractduur
nl p prijs prijzen tarief tarieven prijslijst index indexering verhoging verhogingen verhoogd indexatie
nl e exclusief excl zonder
nl d maanden jaar jaren jaarlijks jaarlijkse kwartalen kwartaallijks halfjaarlijks verlenging
nl g abonnement hosting onderhoud licentie licenties huur kosten vergoeding honorarium diensten dienstverlening
nl g ondersteuning beheer schoonmaak boekhouding advies uren termijn voorschot gebruik verbruik bijdrage lidmaatschap
nl g opslag salaris
nl q kwartaal
nl h halfjaar
nl z boekjaar
nl ordinal_1 eerste
nl ordinal_2 tweede
nl ordinal_3 derde
nl ordinal_4 vierde
nl letter_q K
nl starts_d jaar kwartaal halfjaar
nl ends_d verlenging
nl ends_p prijs prijzen prijslijst tarief tarieven verhoging indexering indexatie aanpassing wijziging
nl ends_C datum offerte
nl ends_R nummer contract overeenkomst opdracht
nl ends_g huur kosten abonnement licentie licenties vergoeding bijdrage onderhoud beheer schoonmaak
nl other des set gen lis data kw
nl placeholder maand jaar periode kwartaal week datum jjjj mnd van tot
de 1 januar jan jänner jän jaenner
de 2 februar feb feber
de 3 märz mär maerz mrz maer
de 4 april apr
de 5 mai
de 6 juni jun
de 7 juli jul
de 8 august aug
de 9 september sept sep
de 10 oktober okt
de 11 november nov
de 12 dezember dez
de T bis bis_einschließlich bis_einschl bis_zum bis_inkl bis_inklusive
de k inklusive inkl einschließlich einschl
de & und
de o des
de B zwischen
de F von vom
de f der die das den dem an im in am für fuer zum zur unsere ihr ihre zeitraum monat monats leistungszeitraum
de f abrechnungszeitraum
de C fällig faellig zahlbar bezahlt erhalten unterzeichnet vereinbart bestellt datum angenommen besprochen gesendet
de C bestätigt angebot kostenvoranschlag termin kündigung garantie zahlungsziel
de R nr nummer auftrag auftragsnummer bestellung bestellnummer referenz projekt vertrag vereinbarung akte version
de R kundennummer police lieferschein proforma aktenzeichen az
de i rechnung rechnungen re rg
de P ab seit nach vor anfang ende mitte gültig läuft jede jeden jeder jedes wöchentlich woche wochen kw nächster
de P nächste letzter letzte voriger vorheriger außer ausser herr frau heute jetzt nächsten letzten vorigen kommende
de P kommenden vertragslaufzeit mindestvertragslaufzeit mindestlaufzeit
de p preis preise preisliste tarif tarife index indexierung erhöhung erhoehung erhöht anpassung
de e ohne exkl exklusive zzgl zuzüglich
de d monate jahr jahre jährlich jährliche jahresgebühr jahreslizenz quartale vierteljährlich halbjährlich verlängerung
de g miete gebühr gebühren abonnement abo wartung lizenz lizenzen beratung betreuung pauschale honorar hosting
de g dienstleistung leistungen unterstützung support verwaltung reinigung buchhaltung stunden rate nutzung verbrauch
de g beitrag lager gehalt grundgebühr
de q quartal quartals vierteljahr
de h halbjahr halbjahres
de z geschäftsjahr gj wirtschaftsjahr
de ordinal_1 erstes ersten erste
de ordinal_2 zweites zweiten zweite
de ordinal_3 drittes dritten dritte
de ordinal_4 viertes vierten vierte
de starts_d jahres quartals halbjahres vierteljahres jährlich halbjährlich vierteljährlich
de ends_d verlängerung
de ends_p preis preise preisliste tarif tarife erhöhung erhoehung anpassung indexierung
de ends_C datum angebot termin
de ends_R nummer vertrag auftrag
de ends_g miete gebühr gebühren kosten lizenz lizenzen wartung pauschale abonnement abo reinigung beratung betreuung
de ends_g abrechnung
de other sie set out mag gen lis data
de placeholder monat jahr zeitraum quartal woche datum jjjj tag von bis
fr 1 janvier janv jan
fr 2 février févr fév fevrier fevr fev
fr 3 mars
fr 4 avril avr d'avril
fr 5 mai
fr 6 juin
fr 7 juillet juil juill jul
fr 8 août d'août d'aout aout
fr 9 septembre sept sep
fr 10 octobre oct d'octobre
fr 11 novembre nov
fr 12 décembre déc decembre dec
fr t au à
fr T jusqu'à_fin au_inclus jusqu'a_fin
fr k inclus incl
fr U jusqu'au jusqu'à jusqu'en jusqu'aux jusqu'a
fr & et
fr o de d du
fr B entre
fr F dès_le des_le
fr f le la les l' un une en pour ce notre votre période periode mois
fr C échéance dû due payable payé reçu signé convenu daté date commandé accepté envoyé confirmé devis offre proposition
fr C résiliation garantie echeance du paye recu signe commande accepte envoye confirme resiliation
fr R n° no numéro numero commande référence réf ref projet contrat accord dossier version bon client police proforma
fr R reference
fr i facture factures
fr P depuis dès après avant début debut fin mi valable valide expire chaque hebdomadaire semaine semaines prochain
fr P prochaine dernier dernière précédent sauf m mme aujourd'hui jusque partir compter prochains passé durée_du_contrat
fr P apres derniere precedent passe duree_du_contrat
fr p prix tarif tarifs barème indice indexation augmentation majoration hausse révision révisé bareme revision revise
fr e hors sans excl ht
fr d année années an ans annuel annuelle trimestres trimestriel trimestrielle semestriel semestrielle renouvellement
fr d annee annees
fr g abonnement loyer honoraires forfait hébergement hebergement maintenance licence licences prestation prestations
fr g service services frais cotisation entretien gestion conseil conseils comptabilité nettoyage heures acompte
fr g location redevance assistance comptabilite
fr q trimestre trim
fr h semestre
fr z exercice
fr ordinal_1 premier
fr ordinal_2 deuxième second deuxieme
fr ordinal_3 troisième troisieme
fr ordinal_4 quatrième quatrieme
fr letter_h S
fr letter_q T
fr starts_d annuel trimestriel semestriel
fr other des set mag gen bis ou sie lis
fr placeholder mois année annee période periode trimestre semaine date jour aaaa jj début fin
es 1 enero ene
es 2 febrero feb
es 3 marzo mar
es 4 abril abr
es 5 mayo may
es 6 junio jun
es 7 julio jul
es 8 agosto ago
es 9 septiembre sept sep set setiembre
es 10 octubre oct
es 11 noviembre nov
es 12 diciembre dic
es t a al
es k inclusive inclusivo ambos_inclusive
es U hasta hasta_el
es & y e
es o de del
es B entre
es F desde desde_el
es f el la los las un una en para por este nuestro su periodo período mes
es C vencimiento vence pagado pagadero recibido firmado acordado fechado fecha pedido aceptado enviado confirmado
es C presupuesto oferta propuesta cancelación garantía cancelacion garantia
es R n° nº num número numero pedido orden referencia ref proyecto contrato acuerdo expediente versión póliza cliente
es R albarán proforma version poliza albaran
es i factura facturas
es P partir después antes principios inicio fin finales mediados válido caduca cada semanal semana semanas próximo
es P próxima último última anterior salvo excepto sr sra hoy pasado pasada despues valido proximo proxima ultimo ultima
es p precio precios tarifa tarifas índice indexación aumento incremento subida revisión ipc indice indexacion revision
es e sin excluido
es d meses año años anual anualmente trimestres trimestral semestral bimestral renovación renovacion
es g alquiler cuota cuotas suscripción alojamiento mantenimiento licencia licencias servicio servicios honorarios
es g gestión asesoría contabilidad limpieza horas soporte renta consultoría iguala tasa tasas suscripcion gestion
es g asesoria consultoria
es q trimestre trim
es h semestre
es z ejercicio fiscal
es ordinal_1 primer primero
es ordinal_2 segundo
es ordinal_3 tercer tercero
es ordinal_4 cuarto
es letter_h S
es letter_q T
es starts_d anual trimestral semestral bimestral
es other gen mag des lis out
es placeholder mes año periodo período trimestre semana fecha día aaaa
it 1 gennaio gen
it 2 febbraio feb
it 3 marzo mar
it 4 aprile apr d'aprile
it 5 maggio mag
it 6 giugno giu
it 7 luglio lug
it 8 agosto ago d'agosto
it 9 settembre set sett
it 10 ottobre ott d'ottobre
it 11 novembre nov
it 12 dicembre dic
it t a al all'
it k compreso incluso
it U fino_al fino_a sino_al
it & e ed
it o di del dell'
it B tra fra
it F dal da dall'
it f il lo la i gli le un una in per questo nostro vostro periodo mese
it C scadenza scade pagato pagabile ricevuto firmato concordato datato data ordinato accettato inviato confermato
it C preventivo offerta proposta disdetta garanzia
it R n° nr num numero ordine riferimento rif progetto contratto accordo pratica versione polizza cliente ddt proforma
it i fattura fatture
it P partire dopo prima inizio fine metà valido scaduto ogni settimanale settimana settimane prossimo prossima ultimo
it P ultima precedente scorso salvo tranne sig oggi fino scorsa durata_del_contratto durata_contratto
it p prezzo prezzi tariffa tariffe listino indice indicizzazione aumento rincaro adeguamento istat
it e escluso senza
it d mesi anno anni annuale annuo trimestri trimestrale semestrale bimestrale rinnovo annua
it g canone canoni affitto abbonamento manutenzione licenza licenze servizio servizi onorari onorario consulenza
it g gestione contabilità pulizie ore assistenza quota rata noleggio hosting rate quote spese
it q trimestre trim
it h semestre
it z esercizio
it ordinal_1 primo
it ordinal_2 secondo
it ordinal_3 terzo
it ordinal_4 quarto
it letter_h S
it letter_q T
it starts_d annual trimestral semestral bimestral
it other des lis out sie
it placeholder mese anno periodo trimestre settimana data giorno aaaa gg
pt 1 janeiro jan
pt 2 fevereiro fev
pt 3 março mar
pt 4 abril abr d'abril
pt 5 maio mai
pt 6 junho jun
pt 7 julho jul
pt 8 agosto ago
pt 9 setembro set
pt 10 outubro out
pt 11 novembro nov
pt 12 dezembro dez
pt t a ao à
pt k inclusive inclusivo
pt U até até_ao ate ate_ao
pt & e
pt o de do da
pt B entre
pt F desde
pt f o os as um uma em no na para por este nosso seu período periodo mês mes
pt C vencimento vence pago pagável recebido assinado acordado datado data pedido aceito aceite enviado confirmado
pt C orçamento proposta oferta cancelamento garantia pagavel orcamento
pt R nº n° num número numero encomenda ordem referência ref projeto projecto contrato acordo processo versão apólice
pt R cliente proforma referencia versao apolice
pt i fatura faturas nf nota
pt P partir depois após antes início inicio fim final meados válido expira cada semanal semana semanas próximo próxima
pt P último última anterior salvo exceto sr sra hoje passado passada apos valido proximo proxima ultimo ultima
pt p preço preços tarifa tarifas tabela índice aumento reajuste preco precos indice
pt e sem excluindo
pt d meses ano anos anual anualmente trimestres trimestral semestral bimestral renovação renovacao
pt g aluguel aluguer renda mensalidade assinatura hospedagem alojamento manutenção licença licenças serviço serviços
pt g honorários gestão consultoria contabilidade limpeza horas suporte quota avença taxa taxas manutencao licenca
pt g licencas servico servicos honorarios gestao avenca
pt q trimestre trim
pt h semestre
pt z exercício fiscal exercicio
pt ordinal_1 primeiro
pt ordinal_2 segundo
pt ordinal_3 terceiro
pt ordinal_4 quarto
pt letter_h S
pt letter_q T
pt starts_d anua trimestra semestra bimestra
pt other gen mag des lis sie
pt placeholder mês mes ano período periodo trimestre semana data dia aaaa
sv 1 januari jan
sv 2 februari feb
sv 3 mars mar
sv 4 april apr
sv 5 maj
sv 6 juni jun
sv 7 juli jul
sv 8 augusti aug
sv 9 september sep sept
sv 10 oktober okt
sv 11 november nov
sv 12 december dec
sv t till till_den
sv T t.o.m tom till_och_med t_o_m
sv k inklusive inkl
sv & och
sv o av
sv B mellan
sv F från fr.o.m from f.o.m från_och_med
sv f den det en ett i på för under denna vår er perioden period månaden månad
sv C förfaller förfallodatum betald betalas mottagen undertecknad överenskommen daterad datum beställd skickad
sv C bekräftad offert uppsägning garanti
sv R nr nummer order beställning ordernummer referens ref projekt avtal kontrakt ärende version kund polis
sv i faktura fakturor
sv P sedan efter före innan början slutet mitten giltig giltigt varje varannan vecka veckor v veckovis nästa sista
sv P förra föregående utom idag nu kommande bindningstid avtalstid
sv p pris priser prislista taxa taxor index indexering höjning ökning
sv e exklusive utan exkl
sv d månader år årlig årligen årsavgift kvartalsvis halvårsvis förnyelse förnyas
sv g hyra avgift abonnemang underhåll licens licenser tjänst tjänster arvode konsultation rådgivning förvaltning
sv g bokföring städning timmar support drift serviceavtal medlemskap lagring
sv q kvartal kvartalet kv
sv h halvår halvåret
sv z räkenskapsår räkenskapsåret
sv ordinal_1 första
sv ordinal_2 andra
sv ordinal_3 tredje
sv ordinal_4 fjärde
sv letter_q K
sv starts_d års kvartals halvårs årlig
sv ends_d förnyelse
sv ends_p spris tpris priser prislista höjning ökning justering indexering taxa
sv ends_C datum offert
sv ends_R nummer avtal kontrakt
sv ends_g hyra avgift licens licenser abonnemang underhåll städning
sv other des set mag gen lis out sie ago data kw
sv placeholder månad manad år ar period kvartal vecka datum dag åååå
da 1 januar jan
da 2 februar feb
da 3 marts mar
da 4 april apr
da 5 maj
da 6 juni jun
da 7 juli jul
da 8 august aug
da 9 september sep sept
da 10 oktober okt
da 11 november nov
da 12 december dec
da t til til_den
da T t.o.m til_og_med tom
da k inklusive inkl
da & og
da o af
da B mellem
da F fra f.o.m fra_og_med
da f den det en et i på for denne vores jeres perioden periode måneden måned
da C forfalder forfaldsdato betalt betales modtaget underskrevet aftalt dateret dato bestilt sendt bekræftet tilbud
da C opsigelse garanti
da R nr nummer ordre bestilling ordrenummer reference ref projekt aftale kontrakt sag version kunde police
da i faktura fakturaer regning
da P siden efter før inden begyndelsen slutningen midten gyldig gælder hver uge uger ugentlig næste sidste forrige
da P undtagen hr fru dags kommende bindingsperiode
da p pris priser prisliste takst takster indeks indeksering forhøjelse stigning regulering
da e eksklusive uden ekskl
da d måneder år årlig årligt kvartalsvis halvårlig fornyelse
da g husleje leje gebyr abonnement vedligeholdelse licens licenser ydelse ydelser honorar rådgivning administration
da g bogføring rengøring timer support drift kontingent opbevaring
da q kvartal kvt
da h halvår
da z regnskabsår regnskabsåret
da ordinal_1 første
da ordinal_2 andet
da ordinal_3 tredje
da ordinal_4 fjerde
da letter_q K
da starts_d års kvartals halvårs årlig halvårlig
da ends_d fornyelse
da ends_p spris tpris priser prisliste forhøjelse stigning regulering
da ends_C dato tilbud
da ends_R nummer aftale kontrakt
da ends_g leje gebyr licens licenser abonnement vedligeholdelse rengøring
da other des set mag gen lis out sie ago data kw
da placeholder måned maned år periode kvartal uge dato dag åååå
nb 1 januar jan
nb 2 februar feb
nb 3 mars mar
nb 4 april apr
nb 5 mai
nb 6 juni jun
nb 7 juli jul
nb 8 august aug
nb 9 september sep sept
nb 10 oktober okt
nb 11 november nov
nb 12 desember des
nb t til til_den
nb T t.o.m til_og_med tom
nb k inklusive inkl
nb & og
nb o av
nb B mellom
nb F fra f.o.m fra_og_med
nb f den det en et i på for denne vår deres perioden periode måneden måned
nb C forfaller forfallsdato betalt betales mottatt signert avtalt datert dato bestilt sendt bekreftet tilbud oppsigelse
nb C garanti
nb R nr nummer ordre bestilling ordrenummer referanse ref prosjekt avtale kontrakt sak versjon kunde polise
nb i faktura fakturaer regning
nb P siden etter før innen begynnelsen slutten midten gyldig gjelder hver uke uker ukentlig neste siste forrige unntatt
nb P hr fru dags kommende bindingstid avtaletid
nb p pris priser prisliste takst takster indeks indeksregulering økning regulering
nb e eksklusive uten ekskl
nb d måneder år årlig årlige kvartalsvis halvårlig fornyelse
nb g husleie leie gebyr abonnement vedlikehold lisens lisenser tjeneste tjenester honorar rådgivning forvaltning
nb g regnskap regnskapsføring renhold timer support drift kontingent lagring
nb q kvartal kv
nb h halvår
nb z regnskapsår regnskapsåret
nb ordinal_1 første
nb ordinal_2 andre
nb ordinal_3 tredje
nb ordinal_4 fjerde
nb letter_q K
nb starts_d års kvartals halvårs årlig halvårlig
nb ends_d fornyelse
nb ends_p spris tpris priser prisliste økning regulering justering
nb ends_C dato tilbud
nb ends_R nummer avtale kontrakt
nb ends_g leie gebyr lisens lisenser abonnement vedlikehold renhold
nb other set mag gen lis out sie ago data kw
nb placeholder måned maned år periode kvartal uke dato dag åååå
pl 1 stycznia sty styczeń styczniu styczen
pl 2 lutego lut luty lutym
pl 3 marca mar marzec marcu
pl 4 kwietnia kwi kwiecień kwietniu kwiecien
pl 5 maja maj maju
pl 6 czerwca cze czerwiec czerwcu
pl 7 lipca lip lipiec lipcu
pl 8 sierpnia sie sierpień sierpniu sierpien
pl 9 września wrz wrzesień wrześniu wrzesnia wrzesien wrzesniu
pl 10 października paź październik październiku pazdziernika paz pazdziernik pazdzierniku
pl 11 listopada lis listopad listopadzie
pl 12 grudnia gru grudzień grudniu grudzien
pl t do do_dnia
pl k włącznie wlacznie
pl & i oraz
pl o z
pl B między pomiędzy miedzy pomiedzy
pl F od od_dnia
pl f w we za na dla ten nasz wasz okres okresie miesiąc miesiąca miesiącu miesiac miesiaca miesiacu
pl C termin płatne zapłacono opłacono otrzymano podpisano uzgodniono data dnia zamówiono wysłano potwierdzono oferta
pl C oferty wycena wypowiedzenie gwarancja platne zaplacono oplacono zamowiono wyslano
pl R nr numer zamówienie zamówienia referencja projekt umowa umowy sprawa wersja polisa klient zlecenie proforma
pl R uchwała zamowienie zamowienia uchwala
pl i faktura faktury fakturę rachunek fv fakture
pl P po przed początek początku koniec końca połowa ważny ważna każdy każdego tydzień tygodnie tygodniowo następny
pl P następnego ostatni ostatniego poprzedni poprzedniego oprócz pan pani dziś następna kolejna kolejny ostatnia
pl P poprzednia okres_umowy poczatek poczatku konca polowa wazny wazna kazdy kazdego tydzien nastepny nastepnego oprocz
pl P dzis nastepna
pl p cena ceny cennik stawka stawki taryfa indeks indeksacja waloryzacja podwyżka podwyżki wzrost cen cenę stawek
pl p taryfy waloryzacji podwyzka podwyzki cene
pl e bez
pl d miesiące miesięcy rok lata rocznie roczna roczny kwartały kwartalnie półrocznie odnowienie miesiace miesiecy
pl d kwartaly polrocznie
pl g czynsz abonament opłata opłaty usługa usługi licencja licencje utrzymanie obsługa hosting wynajem najem doradztwo
pl g księgowość sprzątanie godziny wsparcie serwis składka oplata oplaty usluga uslugi obsluga ksiegowosc sprzatanie
pl g skladka
pl q kwartał kwartału kwartale kw kwartal kwartalu
pl h półrocze półrocza półroczu polrocze polrocza polroczu
pl z obrotowy obrotowego
pl ordinal_1 pierwszy pierwszego pierwsze
pl ordinal_2 drugi drugiego drugie
pl ordinal_3 trzeci trzeciego
pl ordinal_4 czwarty czwartego
pl starts_d roczn kwartaln półroczn
pl other des set mag gen out ago
pl placeholder miesiąc miesiac rok okres kwartał tydzień data dzień rrrr
fi 1 tammikuuta tammi tammikuu tammikuun tammikuussa tammikuulta
fi 2 helmikuuta helmi helmikuu helmikuun helmikuussa helmikuulta
fi 3 maaliskuuta maalis maaliskuu maaliskuun maaliskuussa maaliskuulta
fi 4 huhtikuuta huhti huhtikuu huhtikuun huhtikuussa huhtikuulta
fi 5 toukokuuta touko toukokuu toukokuun toukokuussa toukokuulta
fi 6 kesäkuuta kesä kesäkuu kesäkuun kesäkuussa kesäkuulta kesakuuta kesa kesakuu kesakuun kesakuussa kesakuulta
fi 7 heinäkuuta heinä heinäkuu heinäkuun heinäkuussa heinäkuulta heinakuuta heina heinakuu heinakuun heinakuussa
fi 7 heinakuulta
fi 8 elokuuta elo elokuu elokuun elokuussa elokuulta
fi 9 syyskuuta syys syyskuu syyskuun syyskuussa syyskuulta
fi 10 lokakuuta loka lokakuu lokakuun lokakuussa lokakuulta
fi 11 marraskuuta marras marraskuu marraskuun marraskuussa marraskuulta
fi 12 joulukuuta joulu joulukuu joulukuun joulukuussa joulukuulta
fi T saakka
fi & ja sekä seka
fi B välillä valilla
fi f ajalta ajalla jakso jaksolta kausi kaudelta kuukausi kuukauden kuukaudelta vuoden
fi C erääntyy eräpäivä maksettu maksetaan vastaanotettu allekirjoitettu sovittu päivätty päivämäärä tilattu lähetetty
fi C vahvistettu tarjous irtisanominen takuu eraantyy erapaiva paivatty paivamaara lahetetty
fi R nro numero tilaus tilausnumero viite projekti sopimus asia versio asiakas vakuutus
fi i lasku laskut laskun
fi P alkaen lähtien jälkeen ennen alku alussa loppu lopussa puoliväli voimassa asti joka viikko viikot viikoittain
fi P seuraava viimeinen edellinen paitsi tänään ensi viime lahtien jalkeen puolivali tanaan
fi p hinta hinnat hinnasto taksa indeksi indeksikorotus korotus korotukset nousu tarkistus
fi e ilman
fi d kuukautta kuukaudet vuosi vuotta vuosittain vuosimaksu neljännesvuosittain uusinta uusiminen neljannesvuosittain
fi g vuokra maksu maksut tilausmaksu ylläpito lisenssi lisenssit palvelu palvelut palkkio konsultointi hallinto
fi g kirjanpito siivous tunnit tuki jäsenmaksu varastointi kuukausimaksu yllapito jasenmaksu
fi q neljännes vuosineljännes neljänneksen kvartaali nelj neljannes vuosineljannes neljanneksen
fi h vuosipuolisko puolivuosi
fi z tilikausi tilikauden
fi ordinal_1 ensimmäinen ensimmainen
fi ordinal_2 toinen
fi ordinal_3 kolmas
fi ordinal_4 neljäs neljas
fi starts_d vuosi neljännesvuosi vuotui
fi ends_p hinta hinnat hinnasto korotus tarkistus nousu
fi ends_C päivä tarjous
fi ends_R numero sopimus
fi ends_g vuokra maksu maksut lisenssi lisenssit palvelu palvelut ylläpito siivous
fi other des set mag gen lis out sie ago data kw
fi placeholder kuukausi vuosi jakso kausi neljännes viikko päivä vvvv
"""
