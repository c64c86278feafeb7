/**
 * Countries by the names that people type: ISO 3166-1 alpha-2, alpha-3, then names, folded (lower case, no accents, no punctuation).
 * Kept as data rather than asked from the runtime, so that every Node release enriches alike. Names after Unicode CLDR, plus common other ones.
 */
export const COUNTRY_NAMES = `
AD,AND,andorra
AE,ARE,united arab emirates,uae,u a e,emirates
AF,AFG,afghanistan
AG,ATG,antigua and barbuda
AI,AIA,anguilla
AL,ALB,albania
AM,ARM,armenia
AO,AGO,angola
AQ,ATA,antarctica
AR,ARG,argentina
AS,ASM,american samoa
AT,AUT,austria,osterreich
AU,AUS,australia
AW,ABW,aruba
AX,ALA,aland islands
AZ,AZE,azerbaijan
BA,BIH,bosnia and herzegovina
BB,BRB,barbados
BD,BGD,bangladesh
BE,BEL,belgium,belgie,belgique
BF,BFA,burkina faso
BG,BGR,bulgaria
BH,BHR,bahrain
BI,BDI,burundi
BJ,BEN,benin
BL,BLM,st barthelemy
BM,BMU,bermuda
BN,BRN,brunei,brunei darussalam
BO,BOL,bolivia,bolivia plurinational state of
BQ,BES,caribbean netherlands
BR,BRA,brazil,brasil
BS,BHS,bahamas,the bahamas
BT,BTN,bhutan
BV,BVT,bouvet island
BW,BWA,botswana
BY,BLR,belarus
BZ,BLZ,belize
CA,CAN,canada
CC,CCK,cocos keeling islands
CD,COD,congo kinshasa,democratic republic of the congo,dr congo,drc
CF,CAF,central african republic
CG,COG,congo brazzaville,republic of the congo,congo
CH,CHE,switzerland,schweiz,suisse,svizzera
CI,CIV,cote divoire,ivory coast
CK,COK,cook islands
CL,CHL,chile
CM,CMR,cameroon
CN,CHN,china,prc,peoples republic of china,china mainland
CO,COL,colombia
CR,CRI,costa rica
CU,CUB,cuba
CV,CPV,cape verde
CW,CUW,curacao
CX,CXR,christmas island
CY,CYP,cyprus
CZ,CZE,czechia,czech republic
DE,DEU,germany,deutschland,allemagne,alemania,brd
DJ,DJI,djibouti
DK,DNK,denmark,danmark
DM,DMA,dominica
DO,DOM,dominican republic
DZ,DZA,algeria
EC,ECU,ecuador
EE,EST,estonia
EG,EGY,egypt
EH,ESH,western sahara
ER,ERI,eritrea
ES,ESP,spain,espana
ET,ETH,ethiopia
FI,FIN,finland,suomi
FJ,FJI,fiji
FK,FLK,falkland islands
FM,FSM,micronesia
FO,FRO,faroe islands
FR,FRA,france,la france
GA,GAB,gabon
GB,GBR,united kingdom,uk,u k,great britain,england,scotland,wales,northern ireland,britain
GD,GRD,grenada
GE,GEO,georgia
GF,GUF,french guiana
GG,GGY,guernsey
GH,GHA,ghana
GI,GIB,gibraltar
GL,GRL,greenland
GM,GMB,gambia,the gambia
GN,GIN,guinea
GP,GLP,guadeloupe
GQ,GNQ,equatorial guinea
GR,GRC,greece,hellas
GS,SGS,south georgia and south sandwich islands
GT,GTM,guatemala
GU,GUM,guam
GW,GNB,guinea bissau
GY,GUY,guyana
HK,HKG,hong kong sar china,hong kong
HM,HMD,heard and mcdonald islands
HN,HND,honduras
HR,HRV,croatia
HT,HTI,haiti
HU,HUN,hungary
ID,IDN,indonesia
IE,IRL,ireland,eire,republic of ireland
IL,ISR,israel
IM,IMN,isle of man
IN,IND,india,bharat
IO,IOT,british indian ocean territory
IQ,IRQ,iraq
IR,IRN,iran,islamic republic of iran,iran islamic republic of
IS,ISL,iceland
IT,ITA,italy,italia
JE,JEY,jersey
JM,JAM,jamaica
JO,JOR,jordan
JP,JPN,japan,nippon
KE,KEN,kenya
KG,KGZ,kyrgyzstan
KH,KHM,cambodia
KI,KIR,kiribati
KM,COM,comoros
KN,KNA,st kitts and nevis
KP,PRK,north korea
KR,KOR,south korea,korea,republic of korea,korea republic of
KW,KWT,kuwait
KY,CYM,cayman islands
KZ,KAZ,kazakhstan
LA,LAO,laos
LB,LBN,lebanon
LC,LCA,st lucia
LI,LIE,liechtenstein
LK,LKA,sri lanka
LR,LBR,liberia
LS,LSO,lesotho
LT,LTU,lithuania
LU,LUX,luxembourg
LV,LVA,latvia
LY,LBY,libya
MA,MAR,morocco
MC,MCO,monaco
MD,MDA,moldova,republic of moldova
ME,MNE,montenegro
MF,MAF,st martin
MG,MDG,madagascar
MH,MHL,marshall islands
MK,MKD,north macedonia,macedonia
ML,MLI,mali
MM,MMR,myanmar burma,burma
MN,MNG,mongolia
MO,MAC,macao sar china,macau,macao
MP,MNP,northern mariana islands
MQ,MTQ,martinique
MR,MRT,mauritania
MS,MSR,montserrat
MT,MLT,malta
MU,MUS,mauritius
MV,MDV,maldives
MW,MWI,malawi
MX,MEX,mexico,mexique
MY,MYS,malaysia
MZ,MOZ,mozambique
NA,NAM,namibia
NC,NCL,new caledonia
NE,NER,niger
NF,NFK,norfolk island
NG,NGA,nigeria
NI,NIC,nicaragua
NL,NLD,netherlands,holland,the netherlands,nederland
NO,NOR,norway,norge
NP,NPL,nepal
NR,NRU,nauru
NU,NIU,niue
NZ,NZL,new zealand,aotearoa
OM,OMN,oman
PA,PAN,panama
PE,PER,peru
PF,PYF,french polynesia
PG,PNG,papua new guinea
PH,PHL,philippines,the philippines
PK,PAK,pakistan
PL,POL,poland,polska
PM,SPM,st pierre and miquelon
PN,PCN,pitcairn islands
PR,PRI,puerto rico
PS,PSE,palestinian territories,palestine
PT,PRT,portugal
PW,PLW,palau
PY,PRY,paraguay
QA,QAT,qatar
RE,REU,reunion
RO,ROU,romania
RS,SRB,serbia
RU,RUS,russia,russian federation
RW,RWA,rwanda
SA,SAU,saudi arabia,ksa
SB,SLB,solomon islands
SC,SYC,seychelles
SD,SDN,sudan
SE,SWE,sweden,sverige
SG,SGP,singapore
SH,SHN,st helena
SI,SVN,slovenia
SJ,SJM,svalbard and jan mayen
SK,SVK,slovakia
SL,SLE,sierra leone
SM,SMR,san marino
SN,SEN,senegal
SO,SOM,somalia
SR,SUR,suriname
SS,SSD,south sudan
ST,STP,sao tome and principe
SV,SLV,el salvador
SX,SXM,sint maarten
SY,SYR,syria,syrian arab republic
SZ,SWZ,eswatini,swaziland
TC,TCA,turks and caicos islands
TD,TCD,chad
TF,ATF,french southern territories
TG,TGO,togo
TH,THA,thailand
TJ,TJK,tajikistan
TK,TKL,tokelau
TL,TLS,timor leste
TM,TKM,turkmenistan
TN,TUN,tunisia
TO,TON,tonga
TR,TUR,turkiye,turkey
TT,TTO,trinidad and tobago
TV,TUV,tuvalu
TW,TWN,taiwan,taiwan province of china,republic of china
TZ,TZA,tanzania,united republic of tanzania
UA,UKR,ukraine
UG,UGA,uganda
UM,UMI,u s outlying islands
US,USA,united states,united states of america,u s,u s a,america,usa,estados unidos
UY,URY,uruguay
UZ,UZB,uzbekistan
VA,VAT,vatican city,holy see,vatican
VC,VCT,st vincent and grenadines
VE,VEN,venezuela,venezuela bolivarian republic of
VG,VGB,british virgin islands
VI,VIR,u s virgin islands
VN,VNM,vietnam,viet nam
VU,VUT,vanuatu
WF,WLF,wallis and futuna
WS,WSM,samoa
YE,YEM,yemen
YT,MYT,mayotte
ZA,ZAF,south africa
ZM,ZMB,zambia
ZW,ZWE,zimbabwe
`;
