/**
 * The twenty sectors of NAICS 2022 (US Census Bureau) and the words by which people and other classifications name them, so
 * that "banking", "Financials" and "522110" are one sector. The words are this project's own choice.
 */
import { createTopicMatcher, type TopicHit } from './topic-matcher.ts';

export interface Sector {
  /** As NAICS writes it: `52`, `31-33`. */
  readonly code: string;
  readonly title: string;
}

export interface SectorGuess {
  readonly sector: Sector;
  /** The words that told it, or `code`. */
  readonly by: string;
}

/** Code; title; words. Several words stand in a row. The longest words that are found decide. */
const SECTORS = `
11;Agriculture, Forestry, Fishing and Hunting;agriculture,agricultural,farming,farm,farms,forestry,fishing,fishery,hunting,crops,livestock,dairy farm,ranch,logging,agribusiness
21;Mining, Quarrying, and Oil and Gas Extraction;mining,quarrying,oil,oil and gas,gas extraction,petroleum,drilling,coal,energy,minerals
22;Utilities;utilities,utility,electric utilities,electric power,power generation,water supply,natural gas distribution,sewage,water utility
23;Construction;construction,contractor,contractors,builders,building contractor,home building,homebuilding,plumbing,roofing,electrical contractor,hvac,civil engineering
31-33;Manufacturing;manufacturing,manufacturer,manufacturers,factory,industrial,industrials,aerospace,automotive,chemicals,chemical,materials,pharmaceutical,pharmaceuticals,pharma,biotech,biotechnology,food processing,food and beverage,consumer staples,machinery,metals,steel,plastics,textiles,semiconductors,semiconductor,electronics,medical devices,packaging,paper,printing,furniture,apparel,brewery
42;Wholesale Trade;wholesale,wholesaler,wholesale trade,distribution,distributor,distributors,import export
44-45;Retail Trade;retail,retailer,retail trade,e commerce,ecommerce,store,stores,supermarket,grocery,car dealer,dealership,consumer discretionary,online shop
48-49;Transportation and Warehousing;transportation,transport,logistics,warehousing,shipping,freight,trucking,airline,airlines,railroad,courier,delivery service,supply chain
51;Information;information,software,saas,telecom,telecommunications,communications,communication services,media,publishing,broadcasting,film,internet,data processing,hosting,information technology,it,technology,computer software,streaming
52;Finance and Insurance;finance,financial,financials,financial services,bank,banks,banking,retail banking,insurance,health insurance,insurer,credit union,investment,investments,asset management,fintech,securities,private equity,venture capital,mortgage
53;Real Estate and Rental and Leasing;real estate,realty,property management,rental,leasing,reit
54;Professional, Scientific, and Technical Services;consulting,consultancy,legal,law,law firm,legal services,accounting,architecture,engineering,engineering services,advertising,marketing,research,design,professional services,it services,it consulting,computer services,scientific,laboratory,veterinary
55;Management of Companies and Enterprises;holding company,management of companies,headquarters
56;Administrative and Support and Waste Management and Remediation Services;staffing,recruiting,security services,call center,janitorial,cleaning,cleaning services,landscaping,travel agency,waste management,facilities management,outsourcing,business services
61;Educational Services;education,educational,educational services,school,schools,university,college,training,e learning,higher education,school district
62;Health Care and Social Assistance;health care,healthcare,health,hospital,hospitals,medical,clinic,clinics,physicians,dental,dentist,nursing,nursing home,social assistance,child care,home health,medical center
71;Arts, Entertainment, and Recreation;entertainment,arts,recreation,sports,museum,casino,gambling,fitness,gym,theater,amusement,gaming
72;Accommodation and Food Services;hospitality,hotel,hotels,accommodation,restaurant,restaurants,catering,food services,food service,bar,cafe,lodging
81;Other Services (except Public Administration);repair,auto repair,personal services,laundry,church,religious,nonprofit,non profit,charity,association,beauty,salon,funeral
92;Public Administration;government,public administration,public sector,federal government,state government,local government,military,defense department,police,fire department,municipality`;

const BY_CODE = new Map<string, Sector>();
const BY_TITLE = new Map<string, Sector>();
const match = readSectors();

const CODE = /^\d{2,6}$/;

/** By NAICS code (2 to 6 digits) or words; null when nothing tells. */
export function findSector(text: string): SectorGuess | null {
  const bare = text.trim().toLowerCase();
  if (bare === '') return null;
  if (CODE.test(bare)) {
    const sector = BY_CODE.get(bare.slice(0, 2));
    return sector === undefined ? null : { sector, by: 'code' };
  }
  const titled = BY_TITLE.get(bare);
  if (titled !== undefined) return { sector: titled, by: 'title' };
  const hit = match([bare]).reduce<TopicHit | null>(
    (best, next) => (best === null || next.keyword.length > best.keyword.length ? next : best),
    null,
  );
  const sector = hit === null ? undefined : BY_TITLE.get(hit.topic);
  return hit === null || sector === undefined ? null : { sector, by: hit.keyword };
}

function readSectors(): ReturnType<typeof createTopicMatcher> {
  const keywords = SECTORS.trim()
    .split('\n')
    .flatMap((line) => {
      const [code = '', title = '', words = ''] = line.split(';');
      const sector: Sector = { code, title };
      for (const prefix of prefixesOf(code)) BY_CODE.set(prefix, sector);
      BY_TITLE.set(title.toLowerCase(), sector);
      BY_TITLE.set(code, sector);
      return words.split(',').map((keyword) => ({ keyword, topic: title.toLowerCase() }));
    });
  return createTopicMatcher(keywords);
}

/** `31-33` is 31, 32 and 33. */
function prefixesOf(code: string): readonly string[] {
  const [from = '', to = from] = code.split('-');
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => String(Number(from) + index));
}
