// Chooses the articles and names them.
//
// An article is one product type within its category, for example PRODUCE / BERRIES / STRAWBERRIES.

const ARTICLE_COUNT = 200;
const SKU_LENGTH = 40;

/** The articles with the most selling days before `today`, sorted by sku. */
export function chooseArticles(lines, today) {
  const groups = new Map();
  for (const line of lines) {
    const key = articleKey(line);
    if (!groups.has(key)) groups.set(key, { key, history: [], days: new Map(), makers: new Map() });
    if (line.date >= today) continue;
    const group = groups.get(key);
    group.history.push(line);
    add(group.days, line.date, line.quantity);
    add(group.makers, line.manufacturer, line.quantity);
  }
  const articles = [...groups.values()]
    .sort((a, b) => b.days.size - a.days.size || compare(a.key, b.key))
    .slice(0, ARTICLE_COUNT)
    .map(describe)
    .sort((a, b) => compare(a.sku, b.sku));
  requireUnique(articles);
  return articles;
}

export const articleKey = ({ department, category, type }) => `${department}|${category}|${type}`;

/** Orders texts by code unit: the same on every machine, whatever its language. */
export const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function describe(group) {
  const { department, category, type } = group.history[0];
  const name = readableName(category, type);
  const size = usualPackage(group.history);
  const units = [...group.days.values()].reduce((sum, quantity) => sum + quantity, 0);
  return {
    key: group.key,
    sku: slug(name),
    description: size ? `${name} (${size})` : name,
    department,
    category,
    days: group.days,
    makers: group.makers,
    units,
    // Free lines say nothing about the price.
    price_cents: median(
      group.history
        .filter((line) => line.goods_cents > 0)
        .map((line) => line.goods_cents / line.quantity),
    ),
  };
}

function readableName(category, type) {
  let words = ` ${type
    .replace(/\(BULK&BA?G?\)?/, "")
    .replace(/[():]/g, " ")
    .replace("&", " & ")} `;
  for (const [short, long] of ABBREVIATIONS) words = words.replace(short, long);
  const name = words.split(/[\s]+/).filter(Boolean).map(titleCase).join(" ");
  const prefix = CATEGORY_PREFIX[category];
  if (!prefix || name.toLowerCase().includes(prefix.split(" ").at(-1).toLowerCase())) return name;
  return `${prefix} ${name}`;
}

const titleCase = (word) =>
  word
    .toLowerCase()
    .replace(/(^|[-/&])([a-z])/g, (_, before, letter) => before + letter.toUpperCase());

function slug(name) {
  let text = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  while (text.length > SKU_LENGTH) text = text.slice(0, text.lastIndexOf("-"));
  return text;
}

/**
 * The package size on more than half of the article's lines, such as `16 oz`; nothing where sizes
 * are mixed or unknown, or where the size is that of a shipping case (counts, 10 lb and more).
 */
function usualPackage(history) {
  const sizes = new Map();
  for (const { package_size } of history) {
    const match = /^(\d+(?:\.\d+)?) *(OZ|LB|GA|QT|PT|DZ)$/.exec(package_size);
    if (!match || (match[2] === "LB" && Number(match[1]) >= 10)) continue;
    add(sizes, `${Number(match[1])} ${PACKAGE_UNITS[match[2]]}`, 1);
  }
  const common = [...sizes].find(([, count]) => count * 2 > history.length);
  return common?.[0];
}

function requireUnique(articles) {
  for (let at = 1; at < articles.length; at += 1) {
    const [before, after] = [articles[at - 1], articles[at]];
    if (before.sku === after.sku) {
      throw new Error(
        `sku: expected unique, got \`${after.sku}\` for ${before.key} and ${after.key}`,
      );
    }
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function add(totals, key, amount) {
  totals.set(key, (totals.get(key) ?? 0) + amount);
}

const PACKAGE_UNITS = { OZ: "oz", LB: "lb", GA: "gal", QT: "qt", PT: "pt", DZ: "dozen" };

// The source cuts names at 30 characters and abbreviates; longer forms first.
const ABBREVIATIONS = [
  [/ IWS SINGLE /, " individually wrapped sliced "],
  [/ NON-IWS SINGLE /, " sliced "],
  [/ SW GDS /, " sweet goods "],
  [/ SW ROLLS\/DAN /, " sweet rolls/danish "],
  [/ CKE ROLLS /, " cake rolls "],
  [/ FDS\/CKE /, " food/cake "],
  [/ PURE JUICE - O /, " orange juice "],
  [/ JUICE OTH /, " juice other "],
  [/ DRNK UNDER 10 /, " drink under 10% juice "],
  [/ NO JU /, " no juice "],
  [/ CITRUS PNCH\/OJ SUBS /, " citrus punch "],
  [/ TEA WITH SUGAR OR S /, " tea sweetened "],
  [/MULTIGRAIN BR /, "multigrain bread "],
  [/ COOKIES-BREAK N B /, " cookies break and bake "],
  [/ HOLIDAY\/SPECIAL OCCAS /, " holiday "],
  [/ SOFT TORTILLAS AND WRA /, " soft tortillas and wraps "],
  [/ SPECILATY /, " specialty "],
  [/ PROTIEN /, " protein "],
  [/ MISC DAIRY REFIGERATED /, " refrigerated dairy other "],
  [/ SEAFOOD-FRE-/, " seafood fresh "],
  [/ NON RW-ALL /, " ready to eat "],
  [/ RAW FINFISH-OTHER /, " raw finfish other "],
  [/ SEAFOOD-MISC-/, " seafood "],
  [/MARIN-WET /, "marinades "],
  [/ SALSA\/DPS-PRPCK /, " salsa/dips prepacked "],
  [/ FRD 8PC\/CUT UP /, " fried 8 piece/cut up "],
  [/ CUT UP HOT /, " cut up hot "],
  [/ PREP FD /, " prepared food "],
  [/ MEAT *SAUS DRY BULK /, " dry sausage bulk "],
  [/ NATURAL PREPORTND /, " natural preportioned "],
  [/ EXACT WT /, " exact weight "],
  [/ CHIX /, " chicken "],
  [/ SAL /, " salad "],
  [/ REFRIG /, " refrigerated "],
  [/ MISC /, " other "],
  [/ MISCELLANEOUS /, " other "],
  [/ LOAVE /, " loaf "],
  [/ SALAD SPINACH /, " spinach "],
  [/ GRND\/PATTY /, " ground/patty "],
  [/ W\/WHOLE PKG /, " whole package "],
  [/ PKG /, " package "],
  [/BULK\/PKG /, "bulk/package "],
];

// Types such as PREMIUM, PRIMAL or OTHER say nothing without their category.
const CATEGORY_PREFIX = {
  BACON: "Bacon",
  BEEF: "Beef",
  "BREAKFAST SAUSAGE/SANDWICHES": "Breakfast Sausage",
  CHICKEN: "Chicken",
  "DINNER SAUSAGE": "Dinner Sausage",
  "HEAT/SERVE": "Heat And Serve",
  "HOT DOGS": "Hot Dogs",
  LUNCHMEAT: "Lunchmeat",
  "MEAT - MISC": "Meat",
  PORK: "Pork",
  PROCESSED: "Produce",
  "SALAD BAR": "Salad Bar",
  "SALAD MIX": "Salad Mix",
  "SMOKED MEATS": "Smoked Meat",
  TURKEY: "Turkey",
};
