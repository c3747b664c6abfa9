//! Random small baskets with everything that needs, offers and terms can say.

use super::brute::Case;
use replenish::{
    inventory::{Calendar, Requirement},
    sourcing::{
        ContractPrice, Deposit, ExchangeRate, FreightBand, LineCharges, Need, Offer, OrderSize,
        PriceBreak, Pricing, RebateTier, SourcingOptions, SubstituteProduct, SupplierTerms, Tax,
        YearlyRebate,
    },
    unit::Money,
};

/// Splitmix64 (Steele, Lea and Flood 2014).
pub(crate) struct Generator(pub(crate) u64);

impl Generator {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    pub(crate) fn one_in(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }
}

pub(crate) fn eur(cents: u64) -> Money {
    format!("{}.{:02} EUR", cents / 100, cents % 100).parse().unwrap()
}

fn each(number: u64) -> replenish::unit::Quantity {
    format!("{number} each").parse().unwrap()
}

/// How large a random case is.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) needs: u64,
    pub(crate) suppliers: u64,
    /// The most pieces that are needed of a product.
    pub(crate) pieces: u64,
}

pub(crate) fn case(random: &mut Generator, size: Size) -> Case {
    let (needs, suppliers) = (1 + random.below(size.needs), 1 + random.below(size.suppliers));
    let today = "2026-11-23".parse().unwrap();
    let mut options = SourcingOptions::new(today, "EUR".parse().unwrap());
    options.exchange_rates = vec![ExchangeRate {
        from: "USD".parse().unwrap(),
        to: "EUR".parse().unwrap(),
        rate: "0.9137".parse().unwrap(),
        date: today,
    }];
    options.split_deliveries = random.one_in(5);
    options.interest_rate = random.one_in(3).then(|| "0.5".parse().unwrap());
    let supplier = |index: u64| format!("s{index}").parse().unwrap();
    if random.one_in(8) {
        options.required_suppliers = vec![supplier(random.below(suppliers))];
    }
    if random.one_in(10) && options.required_suppliers.is_empty() {
        options.forbidden_suppliers = vec![supplier(random.below(suppliers))];
    }
    let has_share = random.one_in(6);
    if has_share {
        let share = ["0.3", "0.5", "0.75"][usize::try_from(random.below(3)).unwrap()];
        let own = supplier(random.below(suppliers));
        options.maximum_shares.insert(own, share.parse().unwrap());
    }
    let mut case = Case { needs: Vec::new(), offers: Vec::new(), terms: Vec::new(), options };
    for index in 0..suppliers {
        if !random.one_in(4) {
            case.terms.push(terms(random, index));
        }
    }
    let mut products = Vec::new();
    for index in 0..needs {
        let again = index > 0 && random.one_in(4);
        let product = if again { products[0] } else { index };
        products.push(product);
        let day = 1 + index + random.below(2);
        case.needs.push(need(random, product, 23 + day, size, has_share));
        if again {
            continue;
        }
        for supplier in 0..suppliers {
            if random.one_in(5) {
                continue;
            }
            case.offers.push(offer(random, product, supplier, size));
        }
    }
    case.needs.sort_by(|a, b| (&a.sku, a.need_by).cmp(&(&b.sku, b.need_by)));
    case.needs.dedup_by(|a, b| a.sku == b.sku && a.need_by == b.need_by);
    if needs > 1 && random.one_in(5) {
        case.options.substitutes = vec![SubstituteProduct {
            instead_of: "p0".parse().unwrap(),
            sku: "p1".parse().unwrap(),
            quantity: each(1),
            replaces: each(1 + random.below(2)),
            penalty: random.one_in(2).then(|| eur(random.below(40))),
        }];
    }
    case
}

fn need(random: &mut Generator, product: u64, day: u64, size: Size, bounded: bool) -> Need {
    let required = 1 + random.below(size.pieces);
    let requirement = Requirement {
        sku: format!("p{product}").parse().unwrap(),
        quantity: each(required),
        need_by: format!("2026-11-{day}").parse().unwrap(),
    };
    let bounded = bounded || !random.one_in(3);
    Need {
        maximum_quantity: bounded.then(|| each(required + random.below(5))),
        shortage_cost: random.one_in(4).then(|| eur(random.below(400))),
        // Where it may exceed the price, only a maximum says how much is too much.
        surplus_value: (bounded && random.one_in(3)).then(|| eur(random.below(60))),
        maximum_sources: if random.one_in(4) { 2 } else { 1 },
        ..Need::from(requirement)
    }
}

fn offer(random: &mut Generator, product: u64, supplier: u64, size: Size) -> Offer {
    let pack = 1 + random.below(3);
    let is_dollar = random.one_in(6);
    let price = |cents: u64| {
        let money = eur(cents);
        if is_dollar { Money::new(money.amount(), "USD".parse().unwrap()) } else { money }
    };
    let mut cents = 50 + random.below(200);
    let mut breaks = vec![PriceBreak { minimum_quantity: each(1), unit_price: price(cents) }];
    let mut from = 1;
    while random.one_in(3) {
        from += 1 + random.below(size.pieces);
        cents = cents * (60 + random.below(40)) / 100;
        breaks.push(PriceBreak { minimum_quantity: each(from), unit_price: price(cents) });
    }
    let charges = LineCharges {
        handling_per_pack: random.one_in(8).then(|| eur(random.below(20))),
        duty: random.one_in(8).then(|| "0.037".parse().unwrap()),
        import_fee: random.one_in(10).then(|| eur(random.below(90))),
        tax: random
            .one_in(8)
            .then(|| Tax { rate: "0.19".parse().unwrap(), recoverable: random.one_in(2) }),
        rebate_per_unit: random.one_in(8).then(|| eur(random.below(15))),
        deposit: random
            .one_in(10)
            .then(|| Deposit { per_pack: eur(25), returned: "0.9".parse().unwrap() }),
    };
    Offer {
        price_breaks: breaks,
        pricing: if random.one_in(3) { Pricing::Incremental } else { Pricing::AllUnits },
        contract: random.one_in(6).then(|| ContractPrice {
            unit_price: price(20 + random.below(100)),
            remaining: each(1 + random.below(6)),
        }),
        pack_size: each(pack),
        pack_weight: Some(format!("{} g", 200 + random.below(900)).parse().unwrap()),
        minimum_order_quantity: each(1 + random.below(4)),
        order_multiple_packs: random.one_in(6).then_some(2),
        lead_time_days: u32::try_from(random.below(4)).unwrap(),
        available: random.one_in(4).then(|| each(2 + random.below(8))),
        charges,
        ..Offer::new(
            format!("o-{product}-{supplier}").parse().unwrap(),
            format!("s{supplier}").parse().unwrap(),
            format!("p{product}").parse().unwrap(),
            eur(1),
            "each".parse().unwrap(),
        )
    }
}

fn terms(random: &mut Generator, supplier: u64) -> SupplierTerms {
    let minimum = random.one_in(3).then(|| eur(300 + random.below(1500)));
    let by_weight = random.one_in(2);
    let mut bands = Vec::new();
    if random.one_in(4) {
        let mut size = 0;
        for _ in 0..=random.below(2) {
            size += 300 + random.below(2000);
            let from = if by_weight {
                OrderSize::Weight(format!("{size} g").parse().unwrap())
            } else {
                OrderSize::Value(eur(size))
            };
            bands.push(FreightBand { from, freight: eur(random.below(700)) });
        }
    }
    let calendar = random
        .one_in(4)
        .then(|| Calendar { delivery_days: "Mon Wed Fri".parse().unwrap(), ..Calendar::default() });
    SupplierTerms {
        below_minimum_surcharge: (minimum.is_some() && random.one_in(3))
            .then(|| eur(random.below(300))),
        minimum_order_value: minimum,
        freight: random.one_in(2).then(|| eur(random.below(900))),
        freight_bands: bands,
        free_freight_from: random.one_in(2).then(|| eur(400 + random.below(2000))),
        handling: random.one_in(5).then(|| eur(random.below(200))),
        order_cost: random.one_in(3).then(|| eur(random.below(400))),
        yearly_rebate: random.one_in(6).then(|| YearlyRebate {
            purchased: eur(20_000),
            tiers: vec![
                RebateTier { from: eur(10_000), rate: "0.01".parse().unwrap() },
                RebateTier {
                    from: eur(20_300 + random.below(900)),
                    rate: "0.025".parse().unwrap(),
                },
            ],
        }),
        calendar,
        ..SupplierTerms::none(format!("s{supplier}").parse().unwrap())
    }
}
